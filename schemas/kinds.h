// The kinds of envelope that this version knows, and what each demands of its header.
//
// Owns: the table. Does not know payloads (content.h) or who may send what (policies). Pure.
// Source: schemas/README.md, "Kinds".
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "schemas/header.h"

namespace chapar::schemas {

// Which other envelope the header of a kind must name.
enum class Link : std::uint8_t {
    None,
    InReplyTo,   // the envelope that is answered
    Supersedes,  // the envelope that is recalled or corrected: its target
};

enum class Answer : std::uint8_t { NotExpected, Expected };

struct KindInfo {
    Kind kind;
    std::string_view name;  // "seizure-alert": command line and JSON
    Link link;
    Answer answer;         // whether the sender waits for a kind that answers it
    Urgency base_urgency;  // what a client proposes
    Purpose purpose;       // what a client proposes
    Classification least;  // below it the content is refused
};

[[nodiscard]] std::span<const KindInfo> all_kinds();
// Null for a kind that this version does not know.
[[nodiscard]] const KindInfo* find_kind(Kind kind);
[[nodiscard]] const KindInfo* find_kind(std::string_view name);

}  // namespace chapar::schemas
