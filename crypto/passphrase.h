// Passphrases from where programs get them: a descriptor, or a credential file.
//
// Never an argument and never the environment itself. The bytes live in wiped memory only. Does not
// ask a person: that is the command line's. Blocks.
#pragma once

#include <filesystem>

#include "crypto/secret.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

constexpr std::size_t kPassphraseBytes = 1024;

// One line, without its newline. Usage if it is empty, FileFailed.
[[nodiscard]] Result<SecretBuffer> read_passphrase_line(int descriptor);
// The first line of a file that only its owner may read (private_file.h).
[[nodiscard]] Result<SecretBuffer> read_passphrase_file(const std::filesystem::path& path);

}  // namespace chapar::crypto
