// A signed set of code lists in one file: a tar archive (POSIX.1-1988 ustar) of MANIFEST and the
// lists.
//
// Owns: reading one strictly, for it comes from anywhere (storage/tar.h writes it, and reads what
// we wrote ourselves). Only regular files, by bare names, once each; no folder, link, prefix,
// extension record or number in another base; only zeros after the end. Does not know what a file
// says. Pure. Errors: MalformedLayout with the place ("archive, byte 512:
// ..."), TooLarge.
#pragma once

#include <string>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::client {

struct ArchiveFile {
    std::string name;
    std::string text;
    bool operator==(const ArchiveFile&) const = default;
};

constexpr std::size_t kCodeArchiveBytes = std::size_t{8} * 1024 * 1024;
constexpr std::size_t kCodeArchiveFiles = 512;

[[nodiscard]] Result<std::vector<ArchiveFile>> read_code_archive(ByteView bytes);
// Deterministic: no times, no owners. REQUIRES: names of at most 100 bytes.
[[nodiscard]] Bytes write_code_archive(const std::vector<ArchiveFile>& files);

}  // namespace chapar::client
