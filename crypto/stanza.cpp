#include "crypto/stanza.h"

#include "crypto/sha256.h"
#include "crypto/transcript.h"
#include "crypto/tree.h"

namespace chapar::crypto {
namespace {

bool known(std::uint8_t type) {
    return type >= static_cast<std::uint8_t>(StanzaType::Device) &&
           type <= static_cast<std::uint8_t>(StanzaType::Audit);
}

}  // namespace

Bytes StanzaLabel::encode() const {
    return LayoutWriter()
        .u8(static_cast<std::uint8_t>(type))
        .raw(blind.view())
        .raw(certificate.view())
        .u64(key_id.value)
        .u32(got)
        .u64(psk_id.value)
        .take();
}

Result<StanzaLabel> StanzaLabel::decode(ByteView bytes) {
    LayoutReader reader(bytes);
    const std::uint8_t type = reader.u8();
    StanzaLabel label;
    label.type = static_cast<StanzaType>(type);
    label.blind = reader.fixed<StanzaBlind>();
    label.certificate = reader.fixed<CertificateHash>();
    label.key_id = KeyId(reader.u64());
    label.got = reader.u32();
    label.psk_id = PskId(reader.u64());
    CHAPAR_TRY(reader.finish("stanza label"));
    if (!known(type)) return Error(Errc::MalformedLayout, "stanza type");
    return label;
}

Bytes Stanza::encode() const {
    return LayoutWriter().raw(label.encode()).raw(enc.view()).raw(ciphertext).take();
}

Result<Stanza> Stanza::decode(ByteView bytes) {
    LayoutReader reader(bytes);
    Stanza stanza;
    const ByteView label = reader.raw(StanzaLabel::kBytes);
    if (!reader.ok()) return Error(Errc::MalformedLayout, "stanza");
    stanza.label = CHAPAR_TRY(StanzaLabel::decode(label));
    stanza.enc = reader.fixed<PublicKey>();
    stanza.ciphertext =
        to_bytes(reader.raw(stanza_seal_bytes(stanza.label.type) - PublicKey::kSize));
    CHAPAR_TRY(reader.finish("stanza"));
    return stanza;
}

Bytes StanzaDigest::encode() const {
    return LayoutWriter().raw(label.encode()).raw(seal_hash.view()).take();
}

Result<StanzaDigest> StanzaDigest::decode(ByteView bytes) {
    LayoutReader reader(bytes);
    const ByteView label = reader.raw(StanzaLabel::kBytes);
    const Hash seal_hash = reader.fixed<Hash>();
    CHAPAR_TRY(reader.finish("stanza digest"));
    return StanzaDigest{.label = CHAPAR_TRY(StanzaLabel::decode(label)), .seal_hash = seal_hash};
}

StanzaDigest digest_of(const Stanza& stanza) {
    return {.label = stanza.label, .seal_hash = sha256({stanza.enc.view(), stanza.ciphertext})};
}

Hash stanza_leaf_hash(const StanzaDigest& digest) {
    return leaf_hash(
        transcript_hash(Label::Stanza, {digest.label.encode(), digest.seal_hash.view()}).view());
}

}  // namespace chapar::crypto
