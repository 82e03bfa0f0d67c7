// How far an envelope has come: the stages that officers see.
//
// Owns: their numbers and texts. Does not know the events that prove them (crypto/entry_body.h),
// nor frames. Source: schemas/README.md, "Stages and events".
#pragma once

#include <array>
#include <cstdint>
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
    AwaitingApprovals,
};

template <>
struct CodeTexts<Stage> {
    static constexpr std::array<std::string_view, 12> kTexts{
        "drafted",   "on this computer", "logged",       "witnessed",
        "delivered", "opened",           "acknowledged", "refused",
        "withheld",  "expired",          "recalled",     "awaiting approvals"};
};

}  // namespace chapar::schemas
