// What a message must be beside the others of its case, its attachments and its approvals: the
// rules that its own fields cannot say.
//
// Owns: the table. Does not know stores or what to do about a finding: a sender's client refuses,
// warns or offers the next message, a reader's shows every finding as a warning (cli/case_check.h).
// What a rule compares with and is not there (the request never came here) breaks nothing. Pure.
// Source: domain.md 3 and 4; the comments "Rule: .." of schemas/kinds/*.capnp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/core/case_messages.h"
#include "schemas/content.h"
#include "schemas/kinds/kind_json.h"

namespace chapar::client {

enum class CaseWeight : std::uint8_t {
    Refuse,   // the sender's client does not send it
    Warn,     // said, and sent
    Propose,  // sent; another message should follow
};
[[nodiscard]] std::string_view text_of(CaseWeight weight);

enum class Circle : std::uint8_t { OwnAgency, Beyond };

// What a correction names, where it is here. Borrows.
enum class TargetOf : std::uint8_t { SameOffice, AnotherOffice };
struct CaseTarget {
    const schemas::Payload& payload;  // as it stands before the correction
    TargetOf whose = TargetOf::SameOffice;
    // A sender's own slip is refused; a reader's list may be the older one.
    schemas::UnlistedCodes unlisted = schemas::UnlistedCodes::Refused;
};

// What is to be sent, or was received. Borrows.
struct CaseSubject {
    const schemas::Payload& payload;
    std::optional<MessageId> in_reply_to;
    std::span<const schemas::Attachment> attachments;
    // Until communities have records here, the sender's agency is the only closed circle.
    Circle circle = Circle::Beyond;
    std::size_t approvals =
        0;  // asked for by a sender; proven, of different officers, for a reader
    std::optional<AgencyId> agency{};  // of its sender
    std::optional<CaseTarget> target{};
};

struct CaseFinding {
    std::string_view rule;  // "handover.difference"
    CaseWeight weight = CaseWeight::Warn;
    Errc code = Errc::FieldInvalid;
    std::string path;      // JSON names: "legs[1]"
    std::string sentence;  // what must hold, or what should follow
    std::optional<schemas::Payload> proposed;
};

// In the order of the table. `earlier`: of the same case, in their order.
[[nodiscard]] std::vector<CaseFinding> check_case(const CaseSubject& subject,
                                                  std::span<const CaseMessage> earlier);

// One row a rule, for `kinds show`.
struct CaseRuleLine {
    std::string_view name, path, sentence;
    CaseWeight weight;
};
[[nodiscard]] std::vector<CaseRuleLine> case_rule_lines(schemas::Kind kind);
// Whether the kind has a rule that looks at earlier messages: without one they need not be read.
[[nodiscard]] bool looks_at_case(schemas::Kind kind);

}  // namespace chapar::client
