// The files that people carry to each other, as far as the broker's operator has to do with them:
// records to be signed, and records in force for the reader.
//
// Owns: that form, strictly, for those two kinds of parts; any other kind is passed over. Does not
// know what the records say or who must sign. The form's own page: client/edge/ceremony_file.h.
// Errors: MalformedLayout. Pure.
#pragma once

#include <vector>

#include "crypto/record.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::broker {

struct CeremonyParts {
    std::vector<crypto::SignedRecord> records;
    std::vector<crypto::SignedRecord> context;

    // REQUIRES: 1..16 parts.
    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<CeremonyParts> decode(ByteView bytes);
};

}  // namespace chapar::broker
