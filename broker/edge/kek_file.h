// The KEK file, and files that must leave nothing behind.
//
// Owns: the system calls that make, read and destroy it. Does not know what is sealed under it
// (ledger_key_file.h). Errors: FileFailed, KeystoreExposed, LedgerDamaged (it is no KEK). Thread:
// any. Overwriting reaches the blocks of the file: spare blocks of a flash disk, snapshots of a
// file system and backups are out of its reach. Source: design ledger.md 2.9.
#pragma once

#include <filesystem>

#include "crypto/key_wrap.h"
#include "schemas/base/result.h"

namespace chapar::broker {

// The name under which a file is written before it takes its own.
[[nodiscard]] std::filesystem::path new_name(const std::filesystem::path& path);

[[nodiscard]] Result<crypto::WrappingKey> read_kek(const std::filesystem::path& path);
// A fresh KEK; its directory is made too (0700). REQUIRES: there is no file of that name.
[[nodiscard]] Result<crypto::WrappingKey> make_kek(const std::filesystem::path& path,
                                                   crypto::Random& random);
// Writes and syncs new_name(path), mode 0600, in place of what a crash may have left.
[[nodiscard]] Status write_new(const std::filesystem::path& path, ByteView content);
// new_name(path) becomes `path`, durably.
[[nodiscard]] Status take_new(const std::filesystem::path& path);
// The old content of `path` becomes zeros on the disk before the new file takes the name.
[[nodiscard]] Status replace_secret(const std::filesystem::path& path);
// Overwrites and removes; nothing to do where there is no such file.
[[nodiscard]] Status destroy_file(const std::filesystem::path& path);

}  // namespace chapar::broker
