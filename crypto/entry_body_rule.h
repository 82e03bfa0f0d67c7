// Which records the body of each event must and may carry. For crypto/ only.
//
// Owns: the one table of crypto/ledger.md, "Body", and EntryBody::check. Sets of record ids are bit
// masks: bit n for id n.
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/entry_body.h"

namespace chapar::crypto {

// Record ids of a body, in the order of the table.
enum class BodyId : std::uint8_t {
    Event = 1,
    Time = 2,
    SenderAgency = 3,
    RecipientAgency = 4,
    Envelope = 5,
    Item = 6,
    Blind = 7,
    Stanzas = 8,
    Decision = 9,
    Accepted = 10,
    Statement = 11,
    Reason = 12,
    Record = 13,
    Devices = 14,
    Nonce = 15,
    Build = 16,
    Cause = 17,
    EnvelopeHash = 18,
    Step = 19,
};
constexpr std::uint8_t kLastBodyId = 19;

using BodyIds = std::uint32_t;
[[nodiscard]] constexpr BodyIds bit(BodyId id) {
    return BodyIds{1} << static_cast<std::uint8_t>(id);
}

struct BodyRule {
    BodyIds must = 0;
    BodyIds may = 0;  // besides those it must
};

// Empty for an event that this kind does not have.
[[nodiscard]] std::optional<BodyRule> body_rule(LeafKind kind, std::uint8_t event);

}  // namespace chapar::crypto
