// The leaf list beside a body or an incoming one: what is needed to go on after a restart.
//
// Layout: u8 version 1 || device[32] || u64 size || u32 n || n x leaf hash[32]. The device is the
// one that opened the upload. Read back with its limits; whether the list has its root is checked
// where it is used. Value type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::broker {

struct BodyLeaves {
    CertificateHash device;
    std::uint64_t size = 0;
    std::vector<Hash> leaves;

    [[nodiscard]] Bytes encode() const;
    // MalformedLayout, VersionUnknown.
    [[nodiscard]] static Result<BodyLeaves> decode(ByteView bytes);
    [[nodiscard]] static std::size_t most_bytes();
};

// Of the file of a root; what is no such name is empty.
[[nodiscard]] std::string body_name(const Hash& root);
[[nodiscard]] std::optional<Hash> root_named(const std::string& stem);

}  // namespace chapar::broker
