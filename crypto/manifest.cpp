#include "crypto/manifest.h"

#include <algorithm>

#include "crypto/key_check.h"
#include "crypto/record_layout.h"

namespace chapar::crypto {
namespace {

constexpr std::size_t kMaxEndpoints = 8;

Status check(const Manifest& manifest) {
    if (manifest.origin.size() > 255 || !is_note_name(manifest.origin)) {
        return Error(Errc::MalformedLayout, "manifest origin");
    }
    if (manifest.endpoints.empty() || manifest.endpoints.size() > kMaxEndpoints ||
        !std::ranges::all_of(manifest.endpoints, is_endpoint)) {
        return Error(Errc::MalformedLayout, "manifest endpoints");
    }
    return Done{};
}

}  // namespace

bool is_endpoint(std::string_view text) {
    return !text.empty() && text.size() <= 255 &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

Bytes Manifest::encode() const {
    LayoutWriter out = begin_record();
    out.counted8(view(origin)).u32(ledger.value);
    out.raw(log_key.view()).raw(curve_key.view()).raw(centre_root.view());
    out.raw(centre_auditor.view()).u8(static_cast<std::uint8_t>(endpoints.size()));
    for (const std::string& endpoint : endpoints) out.counted8(view(endpoint));
    return out.take();
}

Result<Manifest> Manifest::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "manifest"));
    Manifest out;
    out.origin = to_string(in.counted8());
    out.ledger = LedgerNumber(in.u32());
    out.log_key = in.fixed<SigningPublicKey>();
    out.curve_key = in.fixed<CurveKey>();
    out.centre_root = in.fixed<SigningPublicKey>();
    out.centre_auditor = in.fixed<PublicKey>();
    const std::size_t count = in.u8();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        out.endpoints.push_back(to_string(in.counted8()));
    }
    CHAPAR_TRY(in.finish("manifest"));
    CHAPAR_TRY(check(out));
    return out;
}

Result<NoteVerifier> Manifest::log_verifier() const {
    return NoteVerifier::create(origin, CHAPAR_TRY(VerifyingKey::create(log_key)));
}

Home home_of(ByteView manifest_body) {
    return record_hash_as<Home>(RecordType::Manifest, manifest_body);
}

SignedRecord sign_manifest(const Manifest& manifest, const SigningKey& centre_root) {
    SignedRecord record{RecordType::Manifest, manifest.encode(), {}};
    record.sign(centre_root);
    return record;
}

Result<Manifest> open_manifest(const SignedRecord& record) {
    Manifest manifest = CHAPAR_TRY(decode_as<Manifest>(record, RecordType::Manifest));
    CHAPAR_TRY(check_signed_by(record, {&manifest.centre_root, 1}, 1));
    CHAPAR_TRY(check_signing_key(manifest.log_key));
    CHAPAR_TRY(check_agreement_key(PublicKey{manifest.curve_key.bytes}));
    CHAPAR_TRY(check_agreement_key(manifest.centre_auditor));
    return manifest;
}

}  // namespace chapar::crypto
