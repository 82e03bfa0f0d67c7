// Uncompressed POSIX ustar archives in memory: named members in a fixed order, nothing else.
//
// Pure. Writes the same bytes for the same members (time 0, mode 0644, no owner). Reads what it
// writes: regular files, no links, no member twice. Source: POSIX.1-2017 pax, ustar format.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::storage {

struct Member {
    std::string name;  // at most 100 bytes, relative, '/' between folders
    Bytes bytes;
};

// Piece by piece: the head of a member, zeros behind its bytes, zeros at the end of the archive.
// REQUIRES: a name of 1 to 100 bytes.
[[nodiscard]] Bytes tar_head(const std::string& name, std::uint64_t size);
[[nodiscard]] std::size_t tar_filling(std::uint64_t size);
constexpr std::size_t kTarEnd = 1024;
// Name and size of a regular file's head. Empty for any other head, or one that is damaged.
// REQUIRES: 512 bytes.
[[nodiscard]] std::optional<std::pair<std::string, std::uint64_t>> read_tar_head(ByteView head);

[[nodiscard]] Bytes encode_tar(const std::vector<Member>& members);
// ExportIncomplete, with the place as context, if it is cut short, damaged or no such archive.
[[nodiscard]] Result<std::vector<Member>> decode_tar(ByteView archive);

}  // namespace chapar::storage
