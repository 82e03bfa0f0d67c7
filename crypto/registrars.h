// The registrars of an agency: the persons who sign its offices, devices, revocations, policies,
// peers, suspensions and reinstatements, so that the roots can stay offline.
//
// Owns: the body of record type 8, and the check that k agency roots signed it. Does not know which
// record is the newest or in force at a time: that is decided where the ledger is folded. Times are
// UTC ms. Source: crypto/records.md, "Signed records".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crypto/certificate.h"
#include "crypto/record.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

struct Registrar {
    SigningPublicKey key;
    std::string name;  // pseudonym, UTF-8, 1..64 bytes
    bool operator==(const Registrar&) const = default;
};

// Type 8, signed by k roots of the agency in force.
struct RegistrarsRecord {
    AgencyId agency;
    std::uint8_t threshold = 2;         // 2..n: never one person alone
    std::vector<Registrar> registrars;  // 2..limits::kRegistrars, no key and no name twice
    Validity validity;                  // at most limits::kRegistrarsValidity
    Hash previous;                      // record hash of the one it replaces, or zero

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<RegistrarsRecord> decode(ByteView body);
    [[nodiscard]] std::vector<SigningPublicKey> keys() const;
    bool operator==(const RegistrarsRecord&) const = default;
};

// Decodes; CertificateNotSigned or SignatureInvalid unless k roots of `agency` signed, KeyInvalid
// for a registrar's key that is no valid point. REQUIRES: `agency` is the version in force.
[[nodiscard]] Result<RegistrarsRecord> open_registrars(const SignedRecord& record,
                                                       const AgencyRecord& agency);

}  // namespace chapar::crypto
