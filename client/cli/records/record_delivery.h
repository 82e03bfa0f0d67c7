// A signed record on its way into a running broker, through the broker's Unix socket.
#pragma once

#include <filesystem>

#include "crypto/record.h"
#include "schemas/base/result.h"

namespace chapar::client {

// Hands a record to the broker of this directory. What the broker refuses is the error.
[[nodiscard]] Result<EntryIndex> admit_record(const std::filesystem::path& broker,
                                              const crypto::SignedRecord& record);

}  // namespace chapar::client
