#include "client/cases/correction_draft.h"

#include "client/core/corrected.h"
#include "schemas/base/hex.h"
#include "schemas/base/limits.h"
#include "schemas/base/uuid.h"
#include "schemas/text_check.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

void give(json::object& message, std::string_view name, json::value value) {
    if (!message.contains(name)) message[name] = std::move(value);
}

template <typename Names>
json::array listed(const Names& names) {
    json::array out;
    for (const auto& name : names) out.emplace_back(name);
    return out;
}

json::array offices(const std::vector<OfficeId>& to) {
    json::array out;
    for (const OfficeId& office : to) out.emplace_back(office.text());
    return out;
}

// What limits the use of the message limits that of its correction.
void give_marks(json::object& message, const schemas::Header& header) {
    give(message, "classification", json::value(schemas::text_of(header.classification)));
    give(message, "handling", json::value(schemas::text_of(header.handling)));
    give(message, "purpose", json::value(schemas::text_of(header.purpose)));
    if (header.personal_data) give(message, "personal_data", true);
    if (header.releasable_to.empty()) return;
    give(message, "releasable_to", listed(header.releasable_to));
    if (header.originator) give(message, "originator", json::value(header.originator->text()));
}

void give_before(json::object& message, const schemas::Payload& payload) {
    json::value* const changes = message.if_contains("changes");
    if (changes == nullptr || !changes->is_array()) return;
    for (json::value& each : changes->as_array()) {
        json::object* const change = each.if_object();
        const json::value* const field = change != nullptr ? change->if_contains("field") : nullptr;
        if (field == nullptr || !field->is_string()) continue;
        const std::string before = value_at_path(payload, field->as_string());
        const bool fits = !before.empty() && before.size() <= limits::kTextBytes &&
                          schemas::is_clean_text(before, schemas::TextForm::Line);
        if (fits) give(*change, "before", json::value(before));
    }
}

}  // namespace

Result<json::array> changes_of(std::span<const std::string> written) {
    json::array changes;
    for (const std::string& one : written) {
        const std::size_t equals = one.find('=');
        if (equals == std::string::npos || equals == 0) {
            return Error(Errc::Usage, "--set: " + one + ": PATH=VALUE");
        }
        json::object change{{"field", one.substr(0, equals)}};
        if (equals + 1 < one.size()) change["after"] = one.substr(equals + 1);
        changes.push_back(std::move(change));
    }
    return changes;
}

void complete_correction(json::object& message, const CorrectionOf& of) {
    const std::string id = uuid_text(of.header.message_id.view());
    give(message, "kind", json::value("correction"));
    give(message, "to", offices(of.to));
    give(message, "case", json::value(to_hex(of.header.case_id.view())));
    give(message, "supersedes", json::value(id));
    give(message, "target", json::value(id));
    give_marks(message, of.header);
    give_before(message, of.payload);
}

}  // namespace chapar::client
