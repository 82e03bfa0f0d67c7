// Uncompressed POSIX ustar archives in memory: named members in a fixed order, nothing else.
//
// Pure. Writes the same bytes for the same members (time 0, mode 0644, no owner). Reads what it
// writes: regular files, no links, no member twice. Source: POSIX.1-2017 pax, ustar format.
#pragma once

#include <string>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::storage {

struct Member {
    std::string name;  // at most 100 bytes, relative, '/' between folders
    Bytes bytes;
};

[[nodiscard]] Bytes encode_tar(const std::vector<Member>& members);
// ExportIncomplete, with the place as context, if it is cut short, damaged or no such archive.
[[nodiscard]] Result<std::vector<Member>> decode_tar(ByteView archive);

}  // namespace chapar::storage
