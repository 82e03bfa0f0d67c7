// The bytes of the header H.
//
// Owns: encoding and strict decoding. H is the canonical form of one Cap'n Proto struct
// (header.capnp): the raw words of its only segment, without a segment table. There is one encoding
// of a header and no other is read: what encode_header would not write is refused, so unknown
// fields, longer sections, other list forms and explicit empty values are.
// Does not know the rules between fields (header_rules.h). Hashes and signatures are always made
// over the bytes received, never over a second encoding.
// Source: schemas/README.md, "Header"; crypto.md 2, "Encoding".
#pragma once

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"
#include "schemas/header.h"

namespace chapar::schemas {

// REQUIRES: lists within their limits (limits.h) and enums within their lists.
[[nodiscard]] Bytes encode_header(const Header& header);

// TooLarge above limits::kHeaderBytes, VersionUnknown for another version or suite, else
// MalformedHeader with the field in its context.
[[nodiscard]] Result<Header> decode_header(ByteView bytes);

}  // namespace chapar::schemas
