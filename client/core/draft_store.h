// A draft as it is stored: header, content and recipients, before it is sealed to anyone.
//
// Owns: the defaults of a header and the layout of a stored draft. Does not know bundles. For
// compose.cpp only.
#pragma once

#include "client/core/compose.h"

namespace chapar::client::draft_store {

// The draft with every default settled. HeaderRule, FieldMissing, FieldInvalid.
[[nodiscard]] Result<StoredDraft> settle(const Device& device, const Draft& draft, TimeMs now,
                                         crypto::Random& random);
[[nodiscard]] Result<Bytes> encode(const StoredDraft& draft);
[[nodiscard]] Result<StoredDraft> decode(ByteView bytes);

}  // namespace chapar::client::draft_store
