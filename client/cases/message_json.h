// Messages as people and scripts write them: JSON to drafts, and received text back to JSON.
//
// Owns: the fields around a payload, and the short form of some kinds (short_form.h); the payload
// itself is schemas/kinds/kind_json.h's. Strictly read: an unknown field, a missing one, one that
// stands twice or a bad value is an error whose context begins with its JSON pointer and goes on
// with what was found and what is allowed. A check
// digit that fails is a warning, never a refusal: plates and boxes are forged, and what was seen is
// what counts. Does not know offices or directories: names are checked for their form only. Pure.
//
// Errors: JsonInvalid, FieldUnknown, FieldMissing, FieldInvalid, TooLarge.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/core/approval.h"
#include "client/core/compose.h"
#include "client/core/inbox.h"
#include "schemas/base/result.h"
#include "schemas/content.h"
#include "schemas/header.h"

namespace chapar::client {

struct FieldWarning {
    std::string pointer;  // JSON pointer of the field
    std::string sentence;
    bool operator==(const FieldWarning&) const = default;
};

struct ParsedMessage {
    Draft draft;
    std::vector<FieldWarning> warnings;
};

// One object, or an array of them (pointers then begin with its place: "/3/quantity/value"). Each
// names its "kind"; where `kind` is given, the field may be left out and must not differ.
[[nodiscard]] Result<std::vector<ParsedMessage>> parse_messages(
    std::string_view json, std::optional<schemas::Kind> kind = std::nullopt);

// What `inbox show --json` prints: {"number": .., "state": .., "sender": .., "header": .., "kind":
// .., "payload": ..}; client/cases/README.md lists the fields.
[[nodiscard]] std::string render_message(const InboxItem& item, const InboxText& text);
// A draft that asks for approval: {"kind": .., "to": [..], "header": .., "attachments": [{"name",
// "type", "bytes", "sha256"}], "payload": ..}.
[[nodiscard]] std::string render_drafted(const DraftedEnvelope& drafted);
// "seizure-alert"; the number of a kind that has no name.
[[nodiscard]] std::string kind_text(schemas::Kind kind);
// The payload alone, in the form that parse_messages reads.
[[nodiscard]] std::string render_payload(const schemas::Payload& payload);

}  // namespace chapar::client
