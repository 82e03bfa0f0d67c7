// The bytes of sealed content, and whether its values make sense.
//
// Owns: encoding, strict decoding and validation of manifest and payload. The bytes are one Cap'n
// Proto message of exactly one segment with its segment table. Does not know stream 0's first part
// (random bytes and attachment digests), padding or sealing. No exception leaves it.
// Source: schemas/README.md, "Sealed content"; content.capnp.
#pragma once

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"
#include "schemas/content.h"
#include "schemas/kinds/kind_problem.h"

namespace chapar::schemas {

// FieldMissing, FieldInvalid or FieldUnknown with the JSON path of the field in its context
// ("goods[0].substance.name"), never a value.
[[nodiscard]] Status check_content(const SealedContent& content);
// The same of the payload in words for its author, who may see values.
[[nodiscard]] std::optional<KindProblem> find_problem(const SealedContent& content);

// What the sealed manifest repeats must be what the header says, and the payload must fit both:
// ManifestMismatch with the field in its context, HeaderRule where the kind asks something else of
// its header ("reply_by: given: silence is not consent").
[[nodiscard]] Status check_manifest(const Header& header, const SealedContent& content);

// The errors of check_content; TooLarge above limits::kContentBytes.
[[nodiscard]] Result<Bytes> encode_content(const SealedContent& content);
// MalformedLayout with the place in its context, TooLarge, or the errors of check_content.
[[nodiscard]] Result<SealedContent> decode_content(ByteView bytes);

}  // namespace chapar::schemas
