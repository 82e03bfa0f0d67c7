#include "schemas/kinds/kind_json.h"

#include <capnp/dynamic.h>
#include <capnp/message.h>

#include "schemas/base/assert.h"
#include "schemas/kinds/json_build.h"
#include "schemas/kinds/json_show.h"
#include "schemas/kinds/kind_check.h"
#include "schemas/kinds/payload_reading.h"

namespace chapar::schemas {

std::variant<JsonPayload, KindProblem> payload_of_json(
    Kind kind, const boost::json::object& fields,
    const std::function<bool(std::string_view)>& is_around) {
    const PayloadMember* const member = find_member(kind);
    CHAPAR_ASSERT(member != nullptr);  // every kind of kinds.h is a member
    capnp::MallocMessageBuilder message;
    auto out = message.initRoot<wire::SealedContent>().getPayload();
    auto built = capnp::toDynamic(out).init(member->field).as<capnp::DynamicStruct>();
    if (auto problem = build_kind(fields, built, is_around)) return *std::move(problem);
    JsonPayload read;
    if (auto problem = check_kind(built.asReader(), nullptr, &read.warnings)) {
        return *std::move(problem);
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
