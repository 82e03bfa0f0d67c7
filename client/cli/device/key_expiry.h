// How long a certificate still lasts, as a warning.
//
// Owns: the sentences; the steps (30, 7, 1 days) are the directory's. Pure.
#pragma once

#include <optional>
#include <string>

#include "crypto/certificate.h"
#include "schemas/base/time.h"

namespace chapar::client {

// Nothing while more than 30 days are left. Every command that connects says it on stderr.
[[nodiscard]] std::optional<std::string> expiry_warning(TimeMs now,
                                                        const crypto::DeviceRecord& certificate);
// The same for any record with a name and an end.
[[nodiscard]] std::optional<std::string> expiry_warning(TimeMs now, const std::string& what,
                                                        const crypto::Validity& validity,
                                                        const std::string& next);

}  // namespace chapar::client
