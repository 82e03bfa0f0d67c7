#include "schemas/kinds/kind_json.h"

#include <capnp/dynamic.h>
#include <capnp/message.h>

#include <algorithm>
#include <charconv>

#include "schemas/base/assert.h"
#include "schemas/kinds/json_build.h"
#include "schemas/kinds/json_show.h"
#include "schemas/kinds/kind_check.h"
#include "schemas/kinds/payload_reading.h"

namespace chapar::schemas {
namespace {

namespace json = boost::json;

// What stands at "legs[1].window.until"; null where nothing does. A name with dots is a path of
// objects, and so is a place that is only a code.
const json::value* value_at(const json::object& fields, std::string_view path) {
    const json::object* object = &fields;
    const json::value* value = nullptr;
    while (!path.empty()) {
        const auto end = std::min(path.find_first_of(".["), path.size());
        if (path.starts_with('[')) {
            const auto close = std::min(path.find(']'), path.size() - 1);
            std::size_t place = 0;
            std::from_chars(path.data() + 1, path.data() + close, place);
            const json::array* list = value != nullptr ? value->if_array() : nullptr;
            value = list != nullptr ? list->if_contains(place) : nullptr;
            path.remove_prefix(close + 1);
        } else {
            value = object != nullptr ? object->if_contains(path.substr(0, end)) : nullptr;
            path.remove_prefix(end);
        }
        if (value == nullptr || value->is_string()) break;
        object = value->if_object();
        if (path.starts_with('.')) path.remove_prefix(1);
    }
    return value;
}

// A rule between fields knows what must hold, not what was written.
KindProblem with_found(KindProblem problem, const json::object& fields) {
    if (problem.code != Errc::FieldInvalid || !problem.found.empty()) return problem;
    const json::value* const value = value_at(fields, problem.path);
    if (value != nullptr && value->is_primitive()) problem.found = found_json(*value);
    return problem;
}

}  // namespace

std::variant<JsonPayload, KindProblem> payload_of_json(
    Kind kind, const boost::json::object& fields,
    const std::function<bool(std::string_view)>& is_around, UnlistedCodes unlisted) {
    const PayloadMember* const member = find_member(kind);
    CHAPAR_ASSERT(member != nullptr);  // every kind of kinds.h is a member
    capnp::MallocMessageBuilder message;
    auto out = message.initRoot<wire::SealedContent>().getPayload();
    auto built = capnp::toDynamic(out).init(member->field).as<capnp::DynamicStruct>();
    if (auto problem = build_kind(fields, built, is_around, unlisted)) return *std::move(problem);
    JsonPayload read;
    if (auto problem = check_kind(built.asReader(), nullptr, &read.warnings)) {
        return with_found(*std::move(problem), fields);
    }
    WireReading in;
    read.payload = read_payload(in, out.asReader());
    // The walk allows no more than the structs can hold: only the whole can be too large.
    if (!in.ok()) return KindProblem{Errc::TooLarge, "", "", "64 KiB of content"};
    return read;
}

boost::json::object json_of_payload(const Payload& payload) {
    return with_payload(
        payload, [](const capnp::DynamicStruct::Reader& reader) { return show_kind(reader); });
}

}  // namespace chapar::schemas
