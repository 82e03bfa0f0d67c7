// Which member of SealedContent's payload carries a kind, and its schema.
//
// Owns: the table, found by walking the union and reading each struct's `$kind`. Does not know
// values. Private to schemas/: its types are Cap'n Proto's. Source: content.capnp.
#pragma once

#include <capnp/schema.h>

#include <vector>

#include "schemas/header.h"

namespace chapar::schemas {

struct PayloadMember {
    Kind kind;
    capnp::StructSchema::Field field;  // of the union
    capnp::StructSchema schema;        // of the kind's struct
};

[[nodiscard]] const std::vector<PayloadMember>& payload_members();
// Null for a kind that is no sealed content.
[[nodiscard]] const PayloadMember* find_member(Kind kind);

}  // namespace chapar::schemas
