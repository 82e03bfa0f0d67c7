#include "client/cases/message_json.h"

#include <boost/json.hpp>
#include <set>

#include "client/cases/json_fields.h"
#include "client/cases/json_text.h"
#include "client/cases/short_form.h"
#include "client/core/kind_options.h"
#include "schemas/base/hex.h"
#include "schemas/base/shown.h"
#include "schemas/base/time_text.h"
#include "schemas/base/uuid.h"
#include "schemas/kinds.h"
#include "schemas/kinds/kind_json.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

constexpr std::size_t kFileBytes = 4 * 1024 * 1024;
constexpr std::size_t kMessages = 4096;

template <typename Id>
std::vector<Id> read_names(JsonFields& fields, std::string_view name) {
    std::vector<Id> names;
    std::set<Id> seen;
    fields.list(name, [&](const json::value& element, const std::string& at) {
        const json::string* text = element.if_string();
        const auto id = text != nullptr ? Id::parse(std::string_view(*text)) : Errc::NameInvalid;
        if (!id) return fields.problem().invalid(at, element, "an office id, like \"TJ-NPJ-BLO\"");
        if (!seen.insert(*id).second) return fields.problem().invalid(at, element, "each once");
        names.push_back(*id);
    });
    return names;
}

std::optional<schemas::Kind> read_kind(JsonFields& fields, std::optional<schemas::Kind> wanted) {
    const std::string name = fields.text("kind", wanted ? Presence::Optional : Presence::Mandatory);
    if (name.empty()) return wanted;
    const schemas::KindInfo* info = schemas::find_kind(name);
    if (info == nullptr || (wanted && info->kind != *wanted)) {
        fields.invalid("kind", wanted ? kind_text(*wanted) : "a kind of `chapar kinds ls`");
        return std::nullopt;
    }
    return info->kind;
}

EnvelopeOptions read_options(JsonFields& fields, schemas::Kind kind) {
    EnvelopeOptions options = options_of(kind);
    options.to = read_names<OfficeId>(fields, "to");
    options.visible = read_names<OfficeId>(fields, "visible");
    fields.list("auditors", [&](const json::value& element, const std::string& at) {
        const json::string* text = element.if_string();
        const auto bytes = text != nullptr ? from_hex(std::string_view(*text)) : std::nullopt;
        const auto hash = bytes ? CertificateHash::from(*bytes) : std::nullopt;
        if (!hash) return fields.problem().invalid(at, element, "64 hexadecimal digits");
        options.auditors.push_back(*hash);
    });
    options.message = fields.message_id("message");
    options.case_id = fields.hex<CaseId>("case");
    if (options.case_id == CaseId{}) fields.invalid("case", "an id that is not all zeros");
    options.classification =
        fields.code<schemas::Classification>("classification").value_or(options.classification);
    options.handling = fields.code<schemas::Handling>("handling").value_or(options.handling);
    options.purpose = fields.code<schemas::Purpose>("purpose").value_or(options.purpose);
    options.urgency = fields.code<schemas::Urgency>("urgency");
    options.personal_data = fields.flag("personal_data");
    options.reply_by = fields.time("reply_by");
    options.expires = fields.time("expires");
    options.retain = fields.time("retain");
    options.in_reply_to = fields.message_id("in_reply_to");
    options.supersedes = fields.message_id("supersedes");
    fields.list("derived_from", [&](const json::value& element, const std::string& at) {
        const json::string* text = element.if_string();
        const auto id = text != nullptr ? parse_uuid(std::string_view(*text)) : std::nullopt;
        if (!id) return fields.problem().invalid(at, element, "a UUID");
        options.derived_from.push_back(MessageId{*id});
    });
    fields.list("releasable_to", [&](const json::value& element, const std::string& at) {
        if (!element.is_string()) return fields.problem().invalid(at, element, "a text");
        options.releasable_to.emplace_back(element.as_string());
    });
    const std::string originator = fields.text("originator");
    if (!originator.empty()) {
        const auto office = OfficeId::parse(originator);
        if (office) {
            options.originator = *office;
        } else {
            fields.invalid("originator", "an office id, like \"TJ-NPJ-BLO\"");
        }
    }
    return options;
}

// "goods[0].quantity.unit" -> "/goods/0/quantity/unit"
std::string pointer_of(const std::string& path) {
    std::string out = path.empty() ? "" : "/";
    for (const char c : path) {
        if (c == '.' || c == '[') {
            out += '/';
        } else if (c != ']') {
            out += c;
        }
    }
    return out;
}

Result<ParsedMessage> read_message(const json::value& value, const std::string& pointer,
                                   std::optional<schemas::Kind> wanted) {
    JsonProblem problem;
    JsonFields fields(value, pointer, problem);
    const auto kind = read_kind(fields, wanted);
    if (!kind) return problem.error().value_or(Error(Errc::FieldMissing, pointer + "/kind"));
    ParsedMessage message;
    message.draft.options = read_options(fields, *kind);
    if (problem.error()) return *problem.error();

    const LongForm form = long_form(*kind, value.as_object());
    const auto at = [&](const std::string& path) {
        return pointer + pointer_of(form.shortened(path));
    };
    if (form.problem) return error_of(*form.problem, pointer + pointer_of(form.problem->path));
    auto read = schemas::payload_of_json(
        *kind, form.fields, [&fields](std::string_view name) { return fields.has_asked(name); });
    if (const auto* wrong = std::get_if<schemas::KindProblem>(&read)) {
        return error_of(*wrong, at(wrong->path));
    }
    auto& [payload, warnings] = std::get<schemas::JsonPayload>(read);
    message.draft.payload = std::move(payload);
    for (schemas::KindWarning& warning : warnings) {
        message.warnings.push_back({at(warning.path), std::move(warning.sentence)});
    }
    return message;
}

}  // namespace

Result<std::vector<ParsedMessage>> parse_messages(std::string_view text,
                                                  std::optional<schemas::Kind> kind) {
    if (text.size() > kFileBytes) return Error(Errc::TooLarge, "input");
    const json::value document = CHAPAR_TRY(parse_json(text));
    std::vector<ParsedMessage> messages;
    const json::array* list = document.if_array();
    if (list == nullptr) {
        messages.push_back(CHAPAR_TRY(read_message(document, "", kind)));
        return messages;
    }
    if (list->empty()) return Error(Errc::FieldMissing, "/0");
    if (list->size() > kMessages) return Error(Errc::TooLarge, "messages");
    for (std::size_t i = 0; i < list->size(); ++i) {
        messages.push_back(CHAPAR_TRY(read_message((*list)[i], "/" + std::to_string(i), kind)));
    }
    return messages;
}

std::string kind_text(schemas::Kind kind) {
    const schemas::KindInfo* info = schemas::find_kind(kind);
    return info != nullptr ? std::string(info->name) : std::to_string(static_cast<unsigned>(kind));
}

std::string render_payload(const schemas::Payload& payload) {
    json::object out{{"kind", kind_text(schemas::kind_of(payload))}};
    for (auto& field : schemas::json_of_payload(payload)) out[field.key()] = field.value();
    return shown_json(json::serialize(out));
}

}  // namespace chapar::client
