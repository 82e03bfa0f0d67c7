// Suspension of a device's certificate, and its end.
//
// Owns: the bodies of record types 10 and 11. A suspension may be signed in advance (a slip, kept
// by the duty officer) and does nothing until it is logged within its times; a device may also
// suspend itself. Does not know whether a slip was used or a certificate is suspended: that is
// decided where the ledger is folded. Times are UTC ms. Source: crypto/records.md, "Signed
// records".
#pragma once

#include <cstdint>

#include "crypto/registrars.h"

namespace chapar::crypto {

// Type 10, signed by k registrars, or by the device of that certificate alone.
struct SuspendRecord {
    AgencyId agency;
    CertificateHash certificate;
    Validity validity;       // when it may be logged; not how long the suspension lasts
    std::uint64_t slip = 0;  // number of the slip: makes slips for one device different records

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<SuspendRecord> decode(ByteView body);
    bool operator==(const SuspendRecord&) const = default;
};

// Type 11, signed by k registrars.
struct ReinstateRecord {
    AgencyId agency;
    CertificateHash certificate;
    Hash suspension;  // record hash of the SUSPEND record that it ends

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<ReinstateRecord> decode(ByteView body);
    bool operator==(const ReinstateRecord&) const = default;
};

// Who signed, to choose the check: one signature, by this key. Verifies nothing. Registrars never
// sign alone, so the two cannot be confused.
[[nodiscard]] bool is_signed_by_device(const SignedRecord& record,
                                       const SigningPublicKey& device_key);
[[nodiscard]] Result<SuspendRecord> open_suspend(const SignedRecord& record,
                                                 const RegistrarsRecord& registrars);
// `device`: the record of the certificate that the suspension names, found by the caller; another
// one is CertificateNotSigned.
[[nodiscard]] Result<SuspendRecord> open_own_suspend(const SignedRecord& record,
                                                     const DeviceRecord& device);
[[nodiscard]] Result<ReinstateRecord> open_reinstate(const SignedRecord& record,
                                                     const RegistrarsRecord& registrars);

}  // namespace chapar::crypto
