#include "client/cases/lookout_reading.h"

#include <boost/json.hpp>

#include "schemas/base/assert.h"
#include "schemas/base/time_text.h"
#include "schemas/kinds/kind_json.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

std::string text_at(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

const json::object* object_at(const json::object& object, std::string_view name) {
    const json::value* const value = object.if_contains(name);
    return value != nullptr ? value->if_object() : nullptr;
}

TimeMs time_at(const json::object* object, std::string_view name) {
    const auto time = object != nullptr ? parse_time(text_at(*object, name)) : std::nullopt;
    return time.value_or(TimeMs());
}

void add(std::vector<TargetKey>& keys, TargetField field, std::string text) {
    if (!text.empty()) keys.push_back({field, std::move(text)});
}

void add_conveyance(std::vector<TargetKey>& keys, const json::object& conveyance) {
    add(keys, TargetField::Container, text_at(conveyance, "container"));
    add(keys, TargetField::Plate, text_at(conveyance, "plate"));
    add(keys, TargetField::Vin, text_at(conveyance, "vin"));
    for (const char* name : {"vessel", "imo", "mmsi"}) {
        add(keys, TargetField::Vessel, text_at(conveyance, name));
    }
    add(keys, TargetField::Flight, text_at(conveyance, "flight"));
    add(keys, TargetField::Wagon, text_at(conveyance, "wagon"));
}

void add_person(std::vector<TargetKey>& keys, const json::object& person) {
    if (const json::value* const names = person.if_contains("names"); names && names->is_array()) {
        for (const json::value& name : names->as_array()) {
            if (!name.is_object()) continue;
            add(keys, TargetField::Person, text_at(name.as_object(), "text"));
            add(keys, TargetField::Person, text_at(name.as_object(), "transliteration"));
        }
    }
    if (const json::object* const document = object_at(person, "document")) {
        add(keys, TargetField::Document, text_at(*document, "number"));
    }
}

std::vector<TargetKey> keys_of(const json::object& target) {
    std::vector<TargetKey> keys;
    if (const auto* conveyance = object_at(target, "conveyance")) {
        add_conveyance(keys, *conveyance);
    }
    if (const auto* person = object_at(target, "person")) add_person(keys, *person);
    if (const auto* company = object_at(target, "company")) {
        add(keys, TargetField::Company, text_at(*company, "name"));
    }
    return keys;
}

// "CONTAINER CSQU3054383"
std::string line_of(const json::object& target, const std::vector<TargetKey>& keys) {
    std::string out = text_at(target, "kind");
    for (const TargetKey& key : keys) out += " " + key.text;
    return out;
}

}  // namespace

LookoutMessage read_lookout(const LookoutAuthor& author, const schemas::Header& header,
                            const schemas::Payload& payload) {
    CHAPAR_ASSERT(is_lookout_kind(header.kind));
    LookoutMessage out{author.agency, author.office};
    out.kind = header.kind;
    out.message = header.message_id;
    out.derived_from = header.derived_from;
    out.created = header.created;
    const bool is_hit = header.kind == schemas::Kind::LookoutHit;
    const bool is_cancel = header.kind == schemas::Kind::LookoutCancel;
    if (is_hit && header.in_reply_to) out.about = {*header.in_reply_to};
    if (is_cancel && header.supersedes) out.about = {*header.supersedes};
    const json::object fields = schemas::json_of_payload(payload);
    out.action = text_at(fields, is_cancel ? "reason" : "action");
    if (const auto* target = object_at(fields, is_hit ? "found" : "target")) {
        out.keys = keys_of(*target);
        out.target = line_of(*target, out.keys);
    }
    const json::object* const valid = object_at(fields, "valid");
    out.from = time_at(valid, "from");
    out.until = time_at(valid, "until");
    return out;
}

}  // namespace chapar::client
