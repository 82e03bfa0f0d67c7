// Headers, frames and contents with every field in use, for tests of the codecs.
//
// Owns: plausible values, the same on every run. The values mean nothing beyond that.
#pragma once

#include <vector>

#include "schemas/content.h"
#include "schemas/frames.h"
#include "schemas/header.h"

namespace chapar::testing {

// `size` bytes that count up from `first`.
[[nodiscard]] Bytes counting_bytes(std::size_t size, std::uint8_t first = 1);

template <typename Fixed>
[[nodiscard]] Fixed filled(std::uint8_t first) {
    return Fixed::from(counting_bytes(Fixed::kSize, first)).value();
}

// Keeps every header rule. `full_header` uses every optional field, the other none.
[[nodiscard]] schemas::Header plain_header(schemas::Kind kind = schemas::Kind::SeizureAlert);
[[nodiscard]] schemas::Header full_header();

// One of each kind, every field in use.
[[nodiscard]] std::vector<schemas::SealedContent> sample_contents();
[[nodiscard]] schemas::SealedContent sample_alert();
// The examples of schemas/kinds/examples/ that have no C++ struct of their own, sealed with the
// manifest of the alert.
[[nodiscard]] std::vector<schemas::SealedContent> example_contents();
[[nodiscard]] schemas::SealedContent sample_approval_request();

// One of each member of Frame at least, in their order.
[[nodiscard]] std::vector<schemas::Frame> sample_frames();
[[nodiscard]] schemas::Submit sample_submit();
[[nodiscard]] schemas::Deliver sample_deliver();

}  // namespace chapar::testing
