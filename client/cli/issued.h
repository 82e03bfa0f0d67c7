// The records a root has signed, kept in its home under `issued/`, oldest first.
//
// Owns: the folder. What was issued says which policy version comes next and which certificate a
// short name means. Blocks on the disk.
#pragma once

#include <filesystem>
#include <vector>

#include "crypto/record.h"
#include "schemas/base/result.h"

namespace chapar::client {

[[nodiscard]] Status keep_issued(const std::filesystem::path& home,
                                 const crypto::SignedRecord& record);
[[nodiscard]] Result<std::vector<crypto::SignedRecord>> issued_records(
    const std::filesystem::path& home);

}  // namespace chapar::client
