// Export archives on disk: the edge that reads and writes them whole.
//
// An archive is a ustar file or the same tree as a directory. Writing is atomic: a new file beside
// it, synced, then renamed (crypto/private_file.h). Blocks. FileFailed for what the disk refuses.
#pragma once

#include <string>
#include <vector>

#include "schemas/base/result.h"
#include "storage/tar.h"

namespace chapar::storage {

[[nodiscard]] Status write_archive(const std::string& path, const std::vector<Member>& members);
[[nodiscard]] Result<std::vector<Member>> read_archive(const std::string& path);

}  // namespace chapar::storage
