#include "crypto/certificate.h"

#include <algorithm>

#include "crypto/key_check.h"
#include "crypto/peers.h"
#include "crypto/policy_record.h"
#include "crypto/record_layout.h"
#include "crypto/retention.h"
#include "crypto/suspension.h"

namespace chapar::crypto {
namespace {

Error malformed(const char* what) { return Error(Errc::MalformedLayout, what); }

}  // namespace

Result<CountryCode> CountryCode::parse(std::string_view text) {
    const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (text.size() != 2 || !std::ranges::all_of(text, capital)) {
        return Error(Errc::NameInvalid, "country");
    }
    return CountryCode{{text[0], text[1]}};
}

Bytes AgencyRecord::encode() const {
    LayoutWriter out = begin_record();
    out.counted8(view(agency.text())).u8(threshold).u8(static_cast<std::uint8_t>(roots.size()));
    for (const SigningPublicKey& root : roots) out.raw(root.view());
    out.raw(audit_key.view()).u64(validity.from.value).u64(validity.to.value);
    return out.raw(previous.view()).take();
}

Result<AgencyRecord> AgencyRecord::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "agency record"));
    AgencyRecord out{CHAPAR_TRY(read_name<AgencyId>(in)), in.u8(), {}, {}, {}, {}};
    const std::size_t count = in.u8();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        out.roots.push_back(in.fixed<SigningPublicKey>());
    }
    out.audit_key = in.fixed<PublicKey>();
    out.validity = read_validity(in);
    out.previous = in.fixed<Hash>();
    CHAPAR_TRY(in.finish("agency record"));
    if (count == 0 || count > limits::kRootKeys || has_duplicate(out.roots)) {
        return malformed("agency roots");
    }
    if (out.threshold == 0 || out.threshold > count) return malformed("agency threshold");
    if (out.validity.from >= out.validity.to) return malformed("agency validity");
    return out;
}

Bytes OfficeRecord::encode() const {
    LayoutWriter out = begin_record();
    out.counted8(view(agency.text())).counted8(view(office.text()));
    out.raw(view(country.text())).u16(roles);
    out.u64(validity.from.value).u64(validity.to.value);
    return out.raw(previous.view()).take();
}

Result<OfficeRecord> OfficeRecord::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "office record"));
    const AgencyId agency = CHAPAR_TRY(read_name<AgencyId>(in));
    const OfficeId office = CHAPAR_TRY(read_name<OfficeId>(in));
    const std::string country = to_string(in.raw(2));
    OfficeRecord out{agency, office, {}, in.u16(), read_validity(in), in.fixed<Hash>()};
    CHAPAR_TRY(in.finish("office record"));
    const Result<CountryCode> code = CountryCode::parse(country);
    if (!code) return malformed("office country");
    out.country = *code;
    if ((out.roles & ~office_role::kAll) != 0) return malformed("office roles");
    if (out.validity.from >= out.validity.to) return malformed("office validity");
    return out;
}

Bytes DeviceRequest::encode() const {
    LayoutWriter out = begin_record();
    out.counted8(view(agency.text())).counted8(view(office.text()));
    out.counted8(view(officer)).counted8(view(device));
    return out.raw(sign_key.view()).raw(curve_key.view()).u64(created.value).take();
}

Result<DeviceRequest> DeviceRequest::decode(ByteView bytes) {
    LayoutReader in(bytes);
    CHAPAR_TRY(read_version(in, "device request"));
    const AgencyId agency = CHAPAR_TRY(read_name<AgencyId>(in));
    const OfficeId office = CHAPAR_TRY(read_name<OfficeId>(in));
    const std::string officer = to_string(in.counted8());
    const std::string device = to_string(in.counted8());
    const auto sign_key = in.fixed<SigningPublicKey>();
    const auto curve_key = in.fixed<CurveKey>();
    DeviceRequest out{agency, office, officer, device, sign_key, curve_key, TimeMs(in.u64())};
    CHAPAR_TRY(in.finish("device request"));
    if (!is_person_name(out.officer) || !is_person_name(out.device)) {
        return malformed("device request names");
    }
    return out;
}

SignedRequest SignedRequest::make(DeviceRequest request, const SigningKey& key) {
    CHAPAR_ASSERT(request.sign_key == key.public_key());
    const Signature proof = key.sign(Label::Request, request.encode());
    return {std::move(request), proof};
}

Bytes SignedRequest::encode() const {
    return LayoutWriter().counted16(request.encode()).raw(proof.view()).take();
}

Result<SignedRequest> SignedRequest::decode(ByteView bytes) {
    LayoutReader in(bytes);
    const ByteView request = in.counted16();
    const auto proof = in.fixed<Signature>();
    CHAPAR_TRY(in.finish("signed request"));
    return SignedRequest{CHAPAR_TRY(DeviceRequest::decode(request)), proof};
}

Status SignedRequest::check() const {
    const VerifyingKey key = CHAPAR_TRY(VerifyingKey::create(request.sign_key));
    CHAPAR_TRY(check_agreement_key(PublicKey{request.curve_key.bytes}));
    return key.verify(Label::Request, request.encode(), proof);
}

Bytes DeviceRecord::encode() const {
    LayoutWriter out = begin_record();
    out.raw(request.encode()).u64(validity.from.value).u64(validity.to.value);
    return out.u64(serial).raw(previous.view()).take();
}

Result<DeviceRecord> DeviceRecord::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "device record"));
    const ByteView request = in.counted16();
    const auto proof = in.fixed<Signature>();
    const Validity validity = read_validity(in);
    const std::uint64_t serial = in.u64();
    const Hash previous = in.fixed<Hash>();
    CHAPAR_TRY(in.finish("device record"));
    const bool ordered = validity.from < validity.to;
    if (!ordered || validity.to.value - validity.from.value > limits::kCertificateValidity.value) {
        return malformed("device validity");
    }
    SignedRequest signed_request{CHAPAR_TRY(DeviceRequest::decode(request)), proof};
    return DeviceRecord{std::move(signed_request), validity, serial, previous};
}

CertificateHash certificate_hash(ByteView device_body) {
    return record_hash_as<CertificateHash>(RecordType::Device, device_body);
}

Bytes RevokeRecord::encode() const {
    LayoutWriter out = begin_record();
    out.counted8(view(agency.text())).raw(certificate.view());
    return out.u16(static_cast<std::uint16_t>(reason)).u64(compromised_since.value).take();
}

Result<RevokeRecord> RevokeRecord::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "revocation"));
    const AgencyId agency = CHAPAR_TRY(read_name<AgencyId>(in));
    const auto certificate = in.fixed<CertificateHash>();
    const std::uint16_t reason = in.u16();
    const TimeMs since(in.u64());
    CHAPAR_TRY(in.finish("revocation"));
    if (reason < 1 || reason > static_cast<std::uint16_t>(RevokeReason::Superseded)) {
        return malformed("revocation reason");
    }
    return RevokeRecord{agency, certificate, static_cast<RevokeReason>(reason), since};
}

Result<AgencyRecord> open_agency(const SignedRecord& record, const SigningPublicKey& centre_root,
                                 const AgencyRecord* earlier) {
    AgencyRecord out = CHAPAR_TRY(decode_as<AgencyRecord>(record, RecordType::Agency));
    if (std::ranges::find(out.roots, centre_root) != out.roots.end()) {
        return Error(Errc::KeyReused, "centre root");
    }
    const std::size_t of_agency = earlier == nullptr ? 0 : earlier->threshold;
    std::vector<SigningPublicKey> signers{centre_root};
    if (earlier != nullptr) {
        if (earlier->agency != out.agency) return Error(Errc::CertificateNotSigned, "other agency");
        signers.insert(signers.end(), earlier->roots.begin(), earlier->roots.end());
    }
    // Signers are distinct and the centre root is none of the agency's: with its signature among
    // them, the others are the agency's.
    CHAPAR_TRY(check_signed_by(record, signers, of_agency + 1));
    const auto by_centre = [&](const RecordSignature& each) { return each.signer == centre_root; };
    if (std::ranges::none_of(record.signatures, by_centre)) {
        return Error(Errc::CertificateNotSigned, "centre root");
    }
    for (const SigningPublicKey& root : out.roots) CHAPAR_TRY(check_signing_key(root));
    CHAPAR_TRY(check_agreement_key(out.audit_key));
    return out;
}

Result<OfficeRecord> open_office(const SignedRecord& record, const RegistrarsRecord& registrars) {
    OfficeRecord out = CHAPAR_TRY(decode_as<OfficeRecord>(record, RecordType::Office));
    CHAPAR_TRY(check_signed_by_registrars(record, out.agency, registrars));
    return out;
}

Result<DeviceRecord> open_device(const SignedRecord& record, const RegistrarsRecord& registrars) {
    DeviceRecord out = CHAPAR_TRY(decode_as<DeviceRecord>(record, RecordType::Device));
    CHAPAR_TRY(check_signed_by_registrars(record, out.request.request.agency, registrars));
    CHAPAR_TRY(out.request.check());
    return out;
}

Result<RevokeRecord> open_revoke(const SignedRecord& record, const RegistrarsRecord& registrars) {
    RevokeRecord out = CHAPAR_TRY(decode_as<RevokeRecord>(record, RecordType::Revoke));
    CHAPAR_TRY(check_signed_by_registrars(record, out.agency, registrars));
    return out;
}

Result<AgencyId> agency_named_by(const SignedRecord& record) {
    switch (record.type) {
        case RecordType::Agency:
            return CHAPAR_TRY(AgencyRecord::decode(record.body)).agency;
        case RecordType::Office:
            return CHAPAR_TRY(OfficeRecord::decode(record.body)).agency;
        case RecordType::Device:
            return CHAPAR_TRY(DeviceRecord::decode(record.body)).request.request.agency;
        case RecordType::Revoke:
            return CHAPAR_TRY(RevokeRecord::decode(record.body)).agency;
        case RecordType::Policy:
            return CHAPAR_TRY(PolicyRecord::decode(record.body)).agency;
        case RecordType::Registrars:
            return CHAPAR_TRY(RegistrarsRecord::decode(record.body)).agency;
        case RecordType::Peers:
            return CHAPAR_TRY(PeersRecord::decode(record.body)).agency;
        case RecordType::Suspend:
            return CHAPAR_TRY(SuspendRecord::decode(record.body)).agency;
        case RecordType::Reinstate:
            return CHAPAR_TRY(ReinstateRecord::decode(record.body)).agency;
        case RecordType::Shred:
            return CHAPAR_TRY(ShredRecord::decode(record.body)).bucket.sender;
        case RecordType::Hold:
            return CHAPAR_TRY(HoldRecord::decode(record.body)).agency;
        case RecordType::Manifest:
        case RecordType::Bundle:
        case RecordType::Prune:
        case RecordType::Override:
        case RecordType::Succession:
            break;
    }
    return Error(Errc::RecordRefused, "names no agency");
}

}  // namespace chapar::crypto
