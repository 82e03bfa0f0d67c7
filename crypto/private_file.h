// Files that only their owner may read: keys and keystores.
//
// Owns: the permission check, bounded reading, and atomic replacement. Does not know what is
// inside. Blocks on the disk. Errors: NotFound, KeystoreExposed, TooLarge, FileFailed. Source:
// crypto/keystore.md, "Keystore".
#pragma once

#include <cstddef>
#include <filesystem>

#include "crypto/secret.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

// NotFound; KeystoreExposed unless the file belongs to this user and gives group and others
// nothing; FileFailed for anything but a regular file (a link is not followed); TooLarge.
[[nodiscard]] Result<SecretBuffer> read_private_file(const std::filesystem::path& path,
                                                     std::size_t max_bytes);

// Writes a new file beside `path`, mode 0600, syncs it, renames it to `path` and syncs the folder:
// after a crash either the old or the new file stands there whole. FileFailed.
[[nodiscard]] Status replace_private_file(const std::filesystem::path& path, ByteView content,
                                          Random& random);

}  // namespace chapar::crypto
