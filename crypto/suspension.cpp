#include "crypto/suspension.h"

#include "crypto/record_layout.h"

namespace chapar::crypto {

Bytes SuspendRecord::encode() const {
    LayoutWriter out = begin_record();
    out.counted8(view(agency.text())).raw(certificate.view());
    return out.u64(validity.from.value).u64(validity.to.value).u64(slip).take();
}

Result<SuspendRecord> SuspendRecord::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "suspension"));
    const AgencyId agency = CHAPAR_TRY(read_name<AgencyId>(in));
    const auto certificate = in.fixed<CertificateHash>();
    const Validity validity = read_validity(in);
    const std::uint64_t slip = in.u64();
    CHAPAR_TRY(in.finish("suspension"));
    if (validity.from >= validity.to) return Error(Errc::MalformedLayout, "suspension validity");
    return SuspendRecord{agency, certificate, validity, slip};
}

Bytes ReinstateRecord::encode() const {
    LayoutWriter out = begin_record();
    return out.counted8(view(agency.text())).raw(certificate.view()).raw(suspension.view()).take();
}

Result<ReinstateRecord> ReinstateRecord::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "reinstatement"));
    const AgencyId agency = CHAPAR_TRY(read_name<AgencyId>(in));
    const auto certificate = in.fixed<CertificateHash>();
    const auto suspension = in.fixed<Hash>();
    CHAPAR_TRY(in.finish("reinstatement"));
    return ReinstateRecord{agency, certificate, suspension};
}

bool is_signed_by_device(const SignedRecord& record, const SigningPublicKey& device_key) {
    return record.signatures.size() == 1 && record.signatures.front().signer == device_key;
}

Result<SuspendRecord> open_suspend(const SignedRecord& record, const RegistrarsRecord& registrars) {
    auto out = CHAPAR_TRY(decode_as<SuspendRecord>(record, RecordType::Suspend));
    CHAPAR_TRY(check_signed_by_registrars(record, out.agency, registrars));
    return out;
}

Result<SuspendRecord> open_own_suspend(const SignedRecord& record, const DeviceRecord& device) {
    auto out = CHAPAR_TRY(decode_as<SuspendRecord>(record, RecordType::Suspend));
    const DeviceRequest& owner = device.request.request;
    if (out.agency != owner.agency || out.certificate != certificate_hash(device.encode())) {
        return Error(Errc::CertificateNotSigned, "other certificate");
    }
    CHAPAR_TRY(check_signed_by(record, {&owner.sign_key, 1}, 1));
    return out;
}

Result<ReinstateRecord> open_reinstate(const SignedRecord& record,
                                       const RegistrarsRecord& registrars) {
    auto out = CHAPAR_TRY(decode_as<ReinstateRecord>(record, RecordType::Reinstate));
    CHAPAR_TRY(check_signed_by_registrars(record, out.agency, registrars));
    return out;
}

}  // namespace chapar::crypto
