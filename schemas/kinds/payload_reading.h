// Any payload as what its schema says, whatever C++ holds it.
//
// Owns: the detour over the wire for payloads with a struct of their own. Private to schemas/.
#pragma once

#include <capnp/dynamic.h>
#include <capnp/message.h>

#include "schemas/content.h"
#include "schemas/payload_codec.h"

namespace chapar::schemas {

// Calls `use(DynamicStruct::Reader)`, whose argument lives as long as the call.
template <typename Use>
auto with_payload(const Payload& payload, Use use) {
    capnp::MallocMessageBuilder message;
    auto out = message.initRoot<wire::SealedContent>();
    write_payload(out.getPayload(), payload);
    const auto dynamic = capnp::toDynamic(out.getPayload().asReader());
    const PayloadMember* const member = member_in(dynamic);
    return use(dynamic.get(member->field).template as<capnp::DynamicStruct>());
}

}  // namespace chapar::schemas
