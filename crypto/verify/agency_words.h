// What agency*.cpp share: the events of an envelope, and parts of a body. Inside only.
#pragma once

#include <string>

#include "crypto/verify/agency.h"

namespace verify {

enum Event : std::uint8_t {
    kAccepted = 1,
    kDelivered,
    kOpened,
    kAcked,
    kUnopenable,
    kRecalled,
    kWithheld,
    kExpired,
    kRejected,
    kForwarded,
};

inline std::string at(std::uint64_t index) { return "entry " + std::to_string(index); }

inline Bytes at_or_none(const BodyRecords& body, std::uint8_t id) {
    const auto found = body.find(id);
    return found == body.end() ? Bytes{} : found->second;
}

}  // namespace verify
