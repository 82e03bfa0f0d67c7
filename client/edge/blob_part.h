// The side file of a stream that is being fetched. For blob_store.cpp and blob_part.cpp only.
//
//     version 1 || R_j[32] || u64 size_j || u32 n || n x leaf[32] || bitmap, one bit a chunk
//
// Owns: that layout, strictly read. It is replaced whole, after the chunks it names are on the
// disk. Its bits are a hint for what to check again, and believed no further.
#pragma once

#include <filesystem>
#include <optional>

#include "client/core/attachment.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"

namespace chapar::client::blob_part {

[[nodiscard]] std::filesystem::path part_path(const std::filesystem::path& folder,
                                              const Hash& root);
[[nodiscard]] std::filesystem::path have_path(const std::filesystem::path& folder,
                                              const Hash& root);

struct Have {
    Download download;  // with no chunk marked
    Bytes bitmap;
};
[[nodiscard]] Bytes encode_have(const Download& download);
// Empty for anything that is not the side file of this very stream.
[[nodiscard]] std::optional<Have> decode_have(ByteView bytes,
                                              const crypto::StreamCommitment& commitment);

}  // namespace chapar::client::blob_part
