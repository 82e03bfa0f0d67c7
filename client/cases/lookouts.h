// Lookouts: what is being looked out for now, from everything that was said about it.
//
// Owns: which messages belong together (lookout, copies sent again, hits, cancels), whose cancel
// counts, and the state. Does not know where messages are kept (lookout_reading.h), nor how a state
// is shown. The answer depends on the messages and the time, not on the order or number of times
// in which they came: a cancel that comes before its lookout ends it all the same. Pure.
//
// A cancel counts if it is of the agency that gave the lookout, and nothing about its signature is
// in doubt; another one is *disputed*: shown, without effect. A hit never ends a lookout: its
// author says when it is over. Source: domain.md 3 (160-163), 5.5.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/ids.h"
#include "schemas/base/time.h"
#include "schemas/header.h"

namespace chapar::client {

enum class LookoutState : std::uint8_t {
    NotYet,     // it begins later
    Active,     // act on it
    Hit,        // found; in force until its author cancels it or it ends
    Expired,    // its time is over
    Cancelled,  // its author ended it, or took its text back
};
[[nodiscard]] std::string_view text_of(LookoutState state);
[[nodiscard]] inline bool is_in_force(LookoutState state) {
    return state == LookoutState::Active || state == LookoutState::Hit;
}

// What can be looked for by a number or a name, as observed.
enum class TargetField : std::uint8_t {
    Container,
    Plate,
    Vin,
    Vessel,  // name, IMO or MMSI
    Flight,
    Wagon,
    Company,
    Person,  // one name, in one script
    Document,
};
struct TargetKey {
    TargetField field = TargetField::Container;
    std::string text;
    auto operator<=>(const TargetKey&) const = default;
};

struct LookoutMessage {
    AgencyId agency;
    OfficeId office;
    schemas::Kind kind = schemas::Kind::LookoutInform;  // 160 to 163
    MessageId message{};
    std::vector<MessageId> about{};  // hit: what it answers; cancel: what it ends; else empty
    std::vector<MessageId> derived_from{};
    TimeMs created{};
    bool is_believed = true;    // settled, and its key was not called compromised
    bool is_withdrawn = false;  // recalled: the text is gone
    // Of a lookout; of a hit what was found.
    TimeMs from{}, until{};  // UTC ms, until not included
    std::string target{};    // in one line
    std::string action{};    // its code
    std::vector<TargetKey> keys{};
    std::uint64_t number = 0;  // local to this computer
    bool is_sent = false;      // of the outbox

    bool operator==(const LookoutMessage&) const = default;
};

// Places in Lookouts::outcomes, oldest first.
using Outcomes = std::vector<std::size_t>;

struct Lookout {
    LookoutState state = LookoutState::Active;
    LookoutMessage order;                // the first of its copies
    std::vector<LookoutMessage> copies;  // the others, oldest first
    Outcomes hits;
    Outcomes cancels;   // those that count
    Outcomes disputed;  // cancels that do not

    bool operator==(const Lookout&) const = default;
};
struct Lookouts {
    std::vector<Lookout> all;  // oldest first
    // Hits and cancels, each once, oldest first: any number of lookouts may be meant by one.
    std::vector<LookoutMessage> outcomes;
    Outcomes unanswered;  // of lookouts that are not here

    bool operator==(const Lookouts&) const = default;
};
[[nodiscard]] Lookouts judge_lookouts(std::vector<LookoutMessage> messages, TimeMs now);

enum class Likeness : std::uint8_t { None, Near, Same };
// Same: equal but for case, blanks and punctuation. Near: one character differs, of at least five:
// what was misread. A person or company: all words of `asked` stand in it.
[[nodiscard]] Likeness likeness(const TargetKey& key, std::string_view asked);

}  // namespace chapar::client
