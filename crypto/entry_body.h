// Ledger bodies: what an entry says, as records `u8 id || u16 length || bytes`.
//
// Owns: the body layout, strictly read: which ids an event must and may carry. Does not know how a
// body is sealed (body_seal.h), nor whether what it says is true. Envelopes, items, statements and
// directory records are carried as bytes. Value types. Errors: MalformedLayout, TooLarge. Source:
// design ledger.md 2.1; crypto/ledger.md, "Body".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/leaf.h"
#include "crypto/policy_record.h"
#include "crypto/stanza.h"
#include "crypto/statement.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::crypto {

// Record 1 of a body. Which values exist depends on the kind; kinds not named here have None.
enum class MessageEvent : std::uint8_t {
    Accepted = 1,
    Delivered = 2,
    Opened = 3,
    Acked = 4,
    Unopenable = 5,
    Recalled = 6,
    Withheld = 7,
    Expired = 8,
    Rejected = 9,
    Forwarded = 10,
};
enum class KeyEvent : std::uint8_t {
    Agency = 1,
    Office = 2,
    Device = 3,
    Revoke = 4,
    Opened = 5,
    Registrars = 6,
    Peers = 7,
    Suspend = 8,
    Reinstate = 9,
};
enum class AdminEvent : std::uint8_t { Founded = 1, Override = 2 };
enum class TimeEvent : std::uint8_t { Advanced = 0, Stepped = 1 };
constexpr std::uint8_t kNoEvent = 0;

// A stanza as this agency may see it: its own in full, the others' as bare leaf values.
struct BodyStanza {
    std::optional<StanzaLabel> label;
    Hash value;  // with a label: SHA-256(enc || ct); without: TH("stanza", ..)
    bool operator==(const BodyStanza&) const = default;
};

struct DecisionLine {
    PolicyDirection direction = PolicyDirection::Export;
    AgencyId agency;
    std::string rule;   // "": no rule, default deny
    PolicyHash policy;  // zero: no policy, or not shown
    bool operator==(const DecisionLine&) const = default;
};

struct BodyDecision {
    PolicyEffect effect = PolicyEffect::Permit;
    std::string code;  // of the error catalogue; "" when permitted
    std::vector<DecisionLine> lines;
    bool operator==(const BodyDecision&) const = default;
};

// How far the wall clock moved against the time since boot.
enum class StepDirection : std::uint8_t { Forward = 1, Backward = 2 };
struct ClockStep {
    StepDirection direction = StepDirection::Forward;
    DurationMs by{0};
    bool operator==(const ClockStep&) const = default;
};

struct EntryBody {
    std::uint8_t event = kNoEvent;                   // 1
    TimeMs time;                                     // 2, exact
    std::optional<AgencyId> sender_agency;           // 3
    std::optional<AgencyId> recipient_agency;        // 4
    std::optional<Bytes> envelope;                   // 5, E
    std::optional<Bytes> item;                       // 6, B || sig || index || path
    std::optional<AudienceBlind> blind;              // 7
    std::optional<std::vector<BodyStanza>> stanzas;  // 8, in the order of the submission
    std::optional<BodyDecision> decision;            // 9
    std::optional<EntryIndex> accepted;              // 10
    std::optional<Bytes> statement;                  // 11, D
    std::optional<std::uint16_t> reason;             // 12
    std::optional<Bytes> record;                     // 13, signed record or KEY record
    std::vector<CertificateHash> devices;            // 14, none: absent
    std::optional<Hash> nonce;                       // 15
    std::optional<std::string> build;                // 16
    std::optional<EntryIndex> cause;                 // 17
    std::optional<EnvelopeHash> envelope_hash;       // 18
    std::optional<ClockStep> step;                   // 19

    // TooLarge above limits::kLeafBodyBytes. REQUIRES: what decode demands for this kind.
    [[nodiscard]] Result<Bytes> encode() const;
    // MalformedLayout unless the ids ascend, each content is well-formed, and the event of this
    // kind carries exactly the ids it must.
    [[nodiscard]] static Result<EntryBody> decode(LeafKind kind, ByteView bytes);
    // The rule of decode for a body in memory: writers check before they encode.
    [[nodiscard]] Status check(LeafKind kind) const;
    bool operator==(const EntryBody&) const = default;
};

[[nodiscard]] constexpr std::uint8_t event_number(MessageEvent event) {
    return static_cast<std::uint8_t>(event);
}
[[nodiscard]] constexpr std::uint8_t event_number(KeyEvent event) {
    return static_cast<std::uint8_t>(event);
}
[[nodiscard]] constexpr std::uint8_t event_number(AdminEvent event) {
    return static_cast<std::uint8_t>(event);
}
[[nodiscard]] constexpr std::uint8_t event_number(TimeEvent event) {
    return static_cast<std::uint8_t>(event);
}
// The event of the entry that logs such a statement.
[[nodiscard]] MessageEvent entry_event(DeliveryEvent event);

}  // namespace chapar::crypto
