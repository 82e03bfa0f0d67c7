// Two persons let a stopped ledger go on: OVERRIDE records.
//
// Owns: the body of record type 15, and that the centre root and a registrar signed it. Does not
// know what stopped the ledger, nor whether the record fits what stopped it: the fold checks size,
// root and times, the stopped broker what it overrides and that it is for this very stop. Times are
// UTC ms. Source: crypto/records.md, "Signed records"; design ledger.md 2.8.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "crypto/certificate.h"
#include "crypto/record.h"

namespace chapar::crypto {

enum class OverrideWhat : std::uint8_t {
    HighWater = 1,  // the high-water file is missing, torn or from elsewhere
    Witnesses = 2,  // no quorum since the start
};

// From its first to its last moment.
inline constexpr DurationMs kOverrideValidity{7 * kDay.value};

// Type 15, signed by the centre root and at least one registrar.
struct OverrideRecord {
    OverrideWhat what = OverrideWhat::HighWater;
    TreeSize size;  // of the ledger that the signers read
    Hash root;      // its root
    // Drawn by the broker when it stopped, and shown in its status: a record serves for one stop,
    // so a copy of the store that is restored once more needs new signatures.
    Hash stop;
    Validity validity;  // when it may be logged; at most kOverrideValidity
    std::string reason;

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<OverrideRecord> decode(ByteView body);
    bool operator==(const OverrideRecord&) const = default;
};

// CertificateNotSigned unless the root and at least one of `registrars` signed, and nobody else.
// `registrars`: keys in force, of any agency.
[[nodiscard]] Result<OverrideRecord> open_override(const SignedRecord& record,
                                                   const SigningPublicKey& centre_root,
                                                   std::span<const SigningPublicKey> registrars);

}  // namespace chapar::crypto
