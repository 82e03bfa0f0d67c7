#include "crypto/stanza_seal.h"

#include "crypto/hkdf.h"
#include "crypto/hpke.h"
#include "crypto/transcript.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {
namespace {

using namespace std::string_view_literals;

// The two layers of an AUDIT stanza have info and ephemeral labels of their own.
enum class Layer { Stanza, AuditInner };

Bytes info_of(Layer layer, const Hash& context, ByteView label) {
    Bytes info = to_bytes(layer == Layer::Stanza ? "chapar/1 stanza\0"sv : "chapar/1 audit\0"sv);
    append(info, context.view());
    append(info, label);
    return info;
}

Secret32 ephemeral_of(Layer layer, const Secret32& prk, ByteView label) {
    const auto text = layer == Layer::Stanza ? "chapar/1 eph\0"sv : "chapar/1 audit eph\0"sv;
    return hkdf_expand32(prk.expose(), {view(text), label});
}

// The parameters of the outer layer. Both byte strings outlive the result.
HpkeParameters parameters_of(ByteView info, ByteView psk_id, const std::optional<Secret32>& psk) {
    if (!psk) return {.mode = HpkeMode::Base, .info = info};
    return {.mode = HpkeMode::Psk, .info = info, .psk = psk->expose(), .psk_id = psk_id};
}

// enc_A || ct_A: the message key sealed to an auditor's inner key.
Result<SecretBuffer> seal_inner(const StanzaContext& shared, ByteView label,
                                const PublicKey& inner) {
    const Bytes info = info_of(Layer::AuditInner, shared.context, label);
    const Secret32 ephemeral = ephemeral_of(Layer::AuditInner, shared.prk, label);
    const HpkeSealed sealed =
        CHAPAR_TRY(hpke_seal(inner, {.mode = HpkeMode::Base, .info = info}, shared.commits.view(),
                             shared.message_key.expose(), ephemeral.expose()));
    Bytes both = to_bytes(sealed.enc.view());
    append(both, sealed.ciphertext);
    return SecretBuffer::copy_of(both);
}

}  // namespace

Hash commits_hash(std::span<const Hash> commitments) {
    std::vector<ByteView> parts;
    for (const Hash& commitment : commitments) parts.push_back(commitment.view());
    return transcript_hash(Label::Commits, parts);
}

Result<Stanza> seal_stanza(const StanzaContext& shared, const StanzaLabel& label,
                           const EpochPublicKeys& recipient, const std::optional<Secret32>& psk) {
    CHAPAR_ASSERT(psk.has_value() == (label.psk_id.value != 0));
    const bool audit = label.type == StanzaType::Audit;
    if (audit != recipient.inner.has_value()) return Error(Errc::KeyInvalid, "inner key");
    const Bytes label_bytes = label.encode();
    const SecretBuffer plaintext =
        audit ? CHAPAR_TRY(seal_inner(shared, label_bytes, *recipient.inner))
              : SecretBuffer::copy_of(shared.message_key.expose());
    const Bytes info = info_of(Layer::Stanza, shared.context, label_bytes);
    const Bytes psk_id = LayoutWriter().u64(label.psk_id.value).take();
    const Secret32 ephemeral = ephemeral_of(Layer::Stanza, shared.prk, label_bytes);
    HpkeSealed sealed =
        CHAPAR_TRY(hpke_seal(recipient.key, parameters_of(info, psk_id, psk), shared.commits.view(),
                             plaintext.expose(), ephemeral.expose()));
    return Stanza{.label = label, .enc = sealed.enc, .ciphertext = std::move(sealed.ciphertext)};
}

Result<Secret32> open_stanza(const Hash& context, const Hash& commits, const Stanza& stanza,
                             const EpochSecrets& secrets, const std::optional<Secret32>& psk) {
    // The label alone decides the mode: a stripped or added psk fails to open.
    if (psk.has_value() != (stanza.label.psk_id.value != 0)) return Error(Errc::HpkeOpen, "psk");
    const bool audit = stanza.label.type == StanzaType::Audit;
    if (audit != secrets.inner.has_value()) return Error(Errc::HpkeOpen, "inner key");
    const Bytes label = stanza.label.encode();
    const Bytes info = info_of(Layer::Stanza, context, label);
    const Bytes psk_id = LayoutWriter().u64(stanza.label.psk_id.value).take();
    Result<SecretBuffer> opened =
        hpke_open(secrets.key, stanza.enc, parameters_of(info, psk_id, psk), commits.view(),
                  stanza.ciphertext);
    if (opened && audit) {
        if (opened->size() <= PublicKey::kSize) return Errc::HpkeOpen;
        const SecretBuffer layer = *std::move(opened);
        const PublicKey enc = *PublicKey::from(layer.expose().first(PublicKey::kSize));
        const Bytes inner_info = info_of(Layer::AuditInner, context, label);
        opened = hpke_open(*secrets.inner, enc, {.mode = HpkeMode::Base, .info = inner_info},
                           commits.view(), layer.expose().subspan(PublicKey::kSize));
    }
    if (!opened) return Errc::HpkeOpen;
    std::optional<Secret32> message_key = Secret32::from(opened->expose());
    if (!message_key) return Errc::HpkeOpen;
    return *std::move(message_key);
}

}  // namespace chapar::crypto
