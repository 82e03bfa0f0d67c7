// Certificates of agencies, offices and devices, requests for them, and revocations.
//
// Owns: the bodies of record types 2, 3, 4 and 6, and the check that those signed who must. Does
// not know the directory: whether a record is the newest, valid at a time or revoked is decided
// where the ledger is folded. Times are UTC ms, `from` included, `to` excluded. Source:
// crypto/records.md, "Signed records".
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/record.h"
#include "crypto/sign.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/limits.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::crypto {

// ISO 3166-1 alpha-2, capitals; the shape only is checked.
struct CountryCode {
    std::array<char, 2> letters{'X', 'X'};
    [[nodiscard]] static Result<CountryCode> parse(std::string_view text);
    [[nodiscard]] std::string text() const { return {letters.begin(), letters.end()}; }
    auto operator<=>(const CountryCode&) const = default;
};

// Bits of OfficeRecord::roles; other bits are refused.
namespace office_role {
constexpr std::uint16_t kLiaison = 1;     // sends and receives
constexpr std::uint16_t kAuditor = 2;     // may read the whole ledger
constexpr std::uint16_t kSupervisor = 4;  // approves
constexpr std::uint16_t kProsecutor = 8;  // approves where the law asks for a prosecutor
constexpr std::uint16_t kAll = 15;
}  // namespace office_role

struct Validity {
    TimeMs from;
    TimeMs to;
    [[nodiscard]] bool holds(TimeMs at) const { return from <= at && at < to; }
    bool operator==(const Validity&) const = default;
};

struct RegistrarsRecord;  // registrars.h

// Type 2, signed by the centre root and, if it replaces one, by k roots of the one before.
struct AgencyRecord {
    AgencyId agency;
    std::uint8_t threshold = 1;           // k of the roots must sign registrars and changes
    std::vector<SigningPublicKey> roots;  // 1..limits::kRootKeys, none twice
    PublicKey audit_key;
    Validity validity;
    Hash previous;  // record hash of the one it replaces, or zero

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<AgencyRecord> decode(ByteView body);
    bool operator==(const AgencyRecord&) const = default;
};

// Type 3, signed by k registrars.
struct OfficeRecord {
    AgencyId agency;
    OfficeId office;
    CountryCode country;
    std::uint16_t roles = 0;
    Validity validity;
    Hash previous;

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<OfficeRecord> decode(ByteView body);
    bool operator==(const OfficeRecord&) const = default;
};

// What a device asks to have certified.
struct DeviceRequest {
    AgencyId agency;
    OfficeId office;
    std::string officer;  // pseudonym, UTF-8, 1..64 bytes
    std::string device;   // 1..64 bytes
    SigningPublicKey sign_key;
    CurveKey curve_key;
    TimeMs created;

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<DeviceRequest> decode(ByteView bytes);
    bool operator==(const DeviceRequest&) const = default;
};

// The request with its proof of possession: the file that a device hands to its registrar.
// `counted16 request || signature[64]`.
struct SignedRequest {
    DeviceRequest request;
    Signature proof;

    // REQUIRES: request.sign_key is key's.
    [[nodiscard]] static SignedRequest make(DeviceRequest request, const SigningKey& key);
    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<SignedRequest> decode(ByteView bytes);
    // SignatureInvalid unless the owner of sign_key signed the whole request.
    [[nodiscard]] Status check() const;
    bool operator==(const SignedRequest&) const = default;
};

// Type 4, signed by k registrars. Its hash is the CertificateHash.
struct DeviceRecord {
    SignedRequest request;
    Validity validity;  // at most limits::kCertificateValidity
    std::uint64_t serial = 0;
    Hash previous;  // the certificate of the same office it replaces, or zero

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<DeviceRecord> decode(ByteView body);
    bool operator==(const DeviceRecord&) const = default;
};

[[nodiscard]] CertificateHash certificate_hash(ByteView device_body);

enum class RevokeReason : std::uint16_t {
    Lost = 1,
    Stolen = 2,
    Compromised = 3,
    LeftService = 4,
    Superseded = 5,
};

// Type 6, signed by k registrars.
struct RevokeRecord {
    AgencyId agency;
    CertificateHash certificate;
    RevokeReason reason = RevokeReason::Lost;
    TimeMs compromised_since;  // 0: none

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<RevokeRecord> decode(ByteView body);
    bool operator==(const RevokeRecord&) const = default;
};

// Decode and check the signatures. MalformedLayout for another type or body; CertificateNotSigned
// or SignatureInvalid as check_signed_by. `registrars` must be the record in force, found by the
// caller; another agency's name is CertificateNotSigned. A device's proof of possession is checked
// too.
//
// `earlier`: the version that the directory holds, null for the first. Then k of its roots must
// have signed beside the centre root, so that nobody but the agency can change its roots. KeyReused
// if the centre root is among the agency's own: its one signature would count twice.
[[nodiscard]] Result<AgencyRecord> open_agency(const SignedRecord& record,
                                               const SigningPublicKey& centre_root,
                                               const AgencyRecord* earlier);
[[nodiscard]] Result<OfficeRecord> open_office(const SignedRecord& record,
                                               const RegistrarsRecord& registrars);
[[nodiscard]] Result<DeviceRecord> open_device(const SignedRecord& record,
                                               const RegistrarsRecord& registrars);
[[nodiscard]] Result<RevokeRecord> open_revoke(const SignedRecord& record,
                                               const RegistrarsRecord& registrars);

// The agency a record names, to find who must sign it; RecordRefused for a manifest or a bundle.
[[nodiscard]] Result<AgencyId> agency_named_by(const SignedRecord& record);

}  // namespace chapar::crypto
