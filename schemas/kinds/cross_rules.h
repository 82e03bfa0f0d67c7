// The rules that one field cannot say: a field against another, the manifest or the header.
//
// Owns: the rows. Each stands on a struct and holds wherever that struct stands, in any kind. The
// rules of single fields are annotations of the schema. Private to schemas/kinds. Source: the
// comments "Rule: .." of kinds/*.capnp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "schemas/content.h"
#include "schemas/kinds/rule_view.h"

namespace chapar::schemas {

enum class Weight : std::uint8_t {
    Refuse,  // neither sent nor shown
    Warn,    // said to the sender, sent as it is
};

// What a rule may look at besides its struct. Where one is null, the rules that need it are passed
// over; where the header is there, only those that need it are asked.
struct RuleContext {
    const Manifest* manifest = nullptr;
    const Header* header = nullptr;
};

enum class Needs : std::uint8_t { Content, Manifest, Header };

// Empty: it holds. Else the path of the field that breaks it, in the struct; "" is the row's own.
using Broken = std::optional<std::string>;

struct CrossRule {
    std::string_view name;      // "handover.difference"
    std::string_view on;        // the struct: "Place", "CdRequest"
    std::string_view path;      // JSON name of the field that is complained about
    std::string_view sentence;  // what must hold
    Weight weight;
    Needs needs;
    Errc code;  // FieldMissing or FieldInvalid
    Broken (*broken)(const RuleView& view, const RuleContext& context);
};

// Shared parts, deliveries and lookouts, the others: three tables.
[[nodiscard]] std::span<const CrossRule> part_rules();
[[nodiscard]] std::span<const CrossRule> operation_rules();
[[nodiscard]] std::span<const CrossRule> other_rules();

// Calls `each(rule)` for the rules on this struct.
template <typename Each>
void for_rules(std::string_view on, Each each) {
    for (const auto& table : {part_rules(), operation_rules(), other_rules()}) {
        for (const CrossRule& rule : table) {
            if (rule.on == on) each(rule);
        }
    }
}

}  // namespace chapar::schemas
