// How far an envelope has come: the stages that officers see and the events that prove them.
//
// Owns: numbers and texts shared by broker, client and verifier. Does not know proofs or frames.
// Source: design README 11; schemas/README.md, "Stages and events".
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "schemas/code_table.h"

namespace chapar::schemas {

enum class Stage : std::uint8_t {
    Drafted,
    OnThisComputer,
    Logged,
    Witnessed,
    Delivered,
    Opened,
    Acknowledged,
    Refused,
    Withheld,
    Expired,
    Recalled,
};

template <>
struct CodeTexts<Stage> {
    static constexpr std::array<std::string_view, 11> kTexts{
        "drafted",      "on this computer", "logged",   "witnessed", "delivered", "opened",
        "acknowledged", "refused",          "withheld", "expired",   "recalled"};
};

// First byte of a recipient's signed statement D.
enum class StatementEvent : std::uint8_t {
    Delivered = 1,
    Opened = 2,
    Acknowledged = 3,
    Unopenable = 4,
    RecallDone = 5,
};

// Record 1 of the body of a MSG entry.
enum class MessageEvent : std::uint8_t {
    Accepted = 1,
    Delivered = 2,
    Opened = 3,
    Acknowledged = 4,
    Unopenable = 5,
    RecallDone = 6,
    Withheld = 7,
    Expired = 8,
    Rejected = 9,
    Forwarded = 10,
};

// Record 1 of the body of a KEY entry.
enum class KeyEvent : std::uint8_t {
    Agency = 1,
    Office = 2,
    Device = 3,
    Revoke = 4,
    OpenedKey = 5
};

// Record 1 of the body of an ADMIN entry.
enum class AdminEvent : std::uint8_t { Founded = 1 };

// Empty for a number that is none.
[[nodiscard]] std::optional<StatementEvent> statement_event(std::uint8_t number);
[[nodiscard]] std::optional<MessageEvent> message_event(std::uint8_t number);

// The event of the entry that a signed statement leads to.
[[nodiscard]] MessageEvent event_of(StatementEvent event);
// The stage that an entry with this event proves; empty for events that prove no new stage
// (unopenable, forwarded).
[[nodiscard]] std::optional<Stage> stage_of(MessageEvent event);

}  // namespace chapar::schemas
