// The names of everything that can go wrong, and what to tell the person about it.
//
// The table itself is error_catalogue.h: one row feeds the protocol, the command line and the
// documents. A code never changes its meaning.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "schemas/base/error_catalogue.h"

namespace chapar {

enum class Errc : std::uint16_t {
#define CHAPAR_ERROR_ENUMERATOR(name, code, exit, sentence, unchanged, next) name,
    CHAPAR_ERROR_CATALOGUE(CHAPAR_ERROR_ENUMERATOR)
#undef CHAPAR_ERROR_ENUMERATOR
};

// Exit codes of the programs, and the class an error belongs to.
enum class ExitCode : std::uint8_t {
    Done = 0,
    Other = 1,
    Usage = 2,
    QueuedOnly = 3,
    RefusedByPolicy = 4,
    VerificationFailed = 5,
    Unreachable = 6,
    Conflict = 7,
};

struct ErrorText {
    std::string_view code;  // stable, on the wire and in JSON: "policy.refused"
    ExitCode exit;
    std::string_view sentence;   // what happened
    std::string_view unchanged;  // what was left unchanged
    std::string_view next;       // what to do now
};

[[nodiscard]] const ErrorText& text_of(Errc code);
[[nodiscard]] std::span<const ErrorText> all_errors();
// Empty for a code this build does not know (a newer peer's).
[[nodiscard]] std::optional<Errc> errc_of(std::string_view code);

}  // namespace chapar
