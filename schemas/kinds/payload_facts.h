// What a payload says of the header around it: the builder fills it from here, a reader compares.
//
// Owns: the reading. Does not know the header's other rules. Pure. Source: `$equals` and
// `$personal` of rules.capnp; domain.md 3.
#pragma once

#include <optional>

#include "schemas/content.h"

namespace chapar::schemas {

struct PayloadFacts {
    bool names_persons = false;            // the header says personalData
    std::optional<MessageId> supersedes;   // the header's field
    std::optional<MessageId> in_reply_to;  // the header's field
    std::optional<TimeMs> valid_until;     // of lookouts and filters: the header expires no later
};

[[nodiscard]] PayloadFacts facts_of(const Payload& payload);

}  // namespace chapar::schemas
