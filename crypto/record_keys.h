// The slot file of a home: the keys of its records, on a disk.
//
// Owns: the file (0600, of this user, locked against other processes), writing in place and
// syncing. Does not know what a slot holds (vault.h). Blocks on the disk. Source:
// crypto/keystore.md, "Vault".
#pragma once

#include <filesystem>
#include <memory>

#include "crypto/slot_file.h"

namespace chapar::crypto {

// The file is opened, made (0600) and locked at its first use, not here.
[[nodiscard]] std::unique_ptr<SlotFile> slot_file(std::filesystem::path path);

}  // namespace chapar::crypto
