// The records that a signer has signed, kept in its home under `issued/`, oldest first.
//
// Owns: the folder. A record is kept once, with all signatures that were ever seen on it, as many
// as a record can hold. What was issued says which version comes next and which certificate a short
// name means. Blocks on the disk. Errors: FileFailed, MalformedLayout, NotFound, FieldInvalid (a
// short name of several).
#pragma once

#include <filesystem>
#include <vector>

#include "crypto/certificate.h"
#include "crypto/record.h"
#include "schemas/base/result.h"

namespace chapar::client {

[[nodiscard]] Status keep_issued(const std::filesystem::path& home,
                                 const crypto::SignedRecord& record);
[[nodiscard]] Result<std::vector<crypto::SignedRecord>> issued_records(
    const std::filesystem::path& home);

struct IssuedDevice {
    CertificateHash certificate;
    crypto::DeviceRecord record;
};
[[nodiscard]] Result<std::vector<IssuedDevice>> issued_devices(const std::filesystem::path& home);
// The one issued certificate whose hash begins with these hexadecimal digits.
[[nodiscard]] Result<IssuedDevice> find_issued_device(const std::filesystem::path& home,
                                                      const std::string& prefix);

}  // namespace chapar::client
