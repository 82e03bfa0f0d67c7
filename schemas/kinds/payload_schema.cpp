#include "schemas/kinds/payload_schema.h"

#include <algorithm>

#include "schemas/base/assert.h"
#include "schemas/content.capnp.h"
#include "schemas/kinds/annotations.h"

namespace chapar::schemas {
namespace {

std::vector<PayloadMember> members() {
    std::vector<PayloadMember> out;
    const capnp::StructSchema payload = capnp::Schema::from<wire::SealedContent::Payload>();
    for (const auto field : payload.getUnionFields()) {
        const capnp::StructSchema schema = field.getType().asStruct();
        const auto number = kind_number(schema);
        CHAPAR_ASSERT(number.has_value());  // every member is the struct of a kind
        out.push_back({static_cast<Kind>(*number), field, schema});
    }
    return out;
}

}  // namespace

const std::vector<PayloadMember>& payload_members() {
    static const std::vector<PayloadMember> kMembers = members();
    return kMembers;
}

const PayloadMember* find_member(Kind kind) {
    const auto& all = payload_members();
    const auto row = std::ranges::find(all, kind, &PayloadMember::kind);
    return row == all.end() ? nullptr : &*row;
}

}  // namespace chapar::schemas
