// Every kind by its type, for tests that hold of all of them.
#pragma once

#include <capnp/dynamic.h>

#include "schemas/kinds/typed_payload.h"

namespace chapar::testing {

// Calls `use.template operator()<Wire>()` for the struct of each kind.
template <typename Use, typename... Wire>
void for_each_of(schemas::StructList<Wire...> /*all*/, Use use) {
    (use.template operator()<Wire>(), ...);
}
template <typename Use>
void for_each_kind(Use use) {
    for_each_of(schemas::KindStructs(), use);
}

// What `in` says, into an empty struct of the same schema.
inline void copy_fields(capnp::DynamicStruct::Reader in, capnp::DynamicStruct::Builder out) {
    for (const auto field : in.getSchema().getFields()) {
        if (in.has(field)) out.set(field, in.get(field));
    }
}

}  // namespace chapar::testing
