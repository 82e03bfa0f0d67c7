#include "crypto/override.h"

#include "crypto/record_layout.h"
#include "crypto/retention.h"

namespace chapar::crypto {

Bytes OverrideRecord::encode() const {
    LayoutWriter out = begin_record();
    out.u8(static_cast<std::uint8_t>(what)).u64(size.value);
    out.raw(root.view()).raw(stop.view());
    out.u64(validity.from.value).u64(validity.to.value);
    return out.counted16(view(reason)).take();
}

Result<OverrideRecord> OverrideRecord::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "override"));
    const std::uint8_t what = in.u8();
    const TreeSize size(in.u64());
    const auto root = in.fixed<Hash>();
    const auto stop = in.fixed<Hash>();
    const Validity validity = read_validity(in);
    std::string reason = to_string(in.counted16());
    CHAPAR_TRY(in.finish("override"));
    const bool is_known = what >= static_cast<std::uint8_t>(OverrideWhat::HighWater) &&
                          what <= static_cast<std::uint8_t>(OverrideWhat::Witnesses);
    if (!is_known || !is_record_text(reason)) return Error(Errc::MalformedLayout, "override");
    if (validity.from >= validity.to ||
        validity.to.value - validity.from.value > kOverrideValidity.value) {
        return Error(Errc::MalformedLayout, "override validity");
    }
    return OverrideRecord{
        static_cast<OverrideWhat>(what), size, root, stop, validity, std::move(reason)};
}

Result<OverrideRecord> open_override(const SignedRecord& record,
                                     const SigningPublicKey& centre_root,
                                     std::span<const SigningPublicKey> registrars) {
    auto out = CHAPAR_TRY(decode_as<OverrideRecord>(record, RecordType::Override));
    if (std::ranges::find(record.signatures, centre_root, &RecordSignature::signer) ==
        record.signatures.end()) {
        return Error(Errc::CertificateNotSigned, "centre root");
    }
    // Signers are distinct keys, so the second one is a registrar, even if a registrar should hold
    // the centre root.
    std::vector<SigningPublicKey> keys(registrars.begin(), registrars.end());
    keys.push_back(centre_root);
    CHAPAR_TRY(check_signed_by(record, keys, 2));
    return out;
}

}  // namespace chapar::crypto
