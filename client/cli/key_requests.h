// Requests for certificates as small files, and what an approver signs for them.
//
// Owns: the two request forms (an agency's unsigned record; a device's request with its proof of
// possession) and the six check words that both sides read to each other. Does not know homes or
// brokers. Pure, times are parameters.
#pragma once

#include <string>
#include <variant>

#include "crypto/certificate.h"
#include "schemas/base/result.h"

namespace chapar::client {

// An agency that asks the centre root to sign it in, or a device that asks its agency.
using KeyRequest = std::variant<crypto::AgencyRecord, crypto::SignedRequest>;

[[nodiscard]] Bytes encode_request(const KeyRequest& request);
// MalformedLayout for anything else; SignatureInvalid if a device's proof does not hold.
[[nodiscard]] Result<KeyRequest> decode_request(ByteView file);

// Six groups of four digits that differ, all but surely, if one byte of the request was changed:
// read over a second channel before signing.
[[nodiscard]] std::string check_digits(const KeyRequest& request);

// Valid from a day before `now`, so that a clock a little behind does not refuse it.
[[nodiscard]] crypto::SignedRecord approve_agency(const crypto::AgencyRecord& agency,
                                                  const crypto::SigningKey& centre_root);
[[nodiscard]] crypto::SignedRecord approve_device(const crypto::SignedRequest& request, TimeMs now,
                                                  const crypto::SigningKey& root);
[[nodiscard]] crypto::Validity validity_of_office(TimeMs now);

}  // namespace chapar::client
