#include "crypto/hpke_context.h"

#include "crypto/hpke_kdf.h"

namespace chapar::crypto {

Secret32 kem_shared_secret(const Secret32& dh, const PublicKey& enc, const PublicKey& recipient) {
    const Secret32 prk = labeled_extract(HpkeSuite::Kem, {}, "eae_prk", dh.expose());
    Bytes kem_context = to_bytes(enc.view());
    append(kem_context, recipient.view());
    Secret32 shared;
    labeled_expand(HpkeSuite::Kem, prk, "shared_secret", kem_context, shared.expose_mutable());
    return shared;
}

Result<HpkeContext> HpkeContext::create(const Secret32& shared_secret,
                                        const HpkeParameters& parameters) {
    const bool has_psk = !parameters.psk.empty();
    const bool psk_mode = parameters.mode == HpkeMode::Psk;
    if (parameters.mode != HpkeMode::Base && !psk_mode) return Errc::ModeRefused;
    if (has_psk != psk_mode || parameters.psk_id.empty() == psk_mode) return Errc::ModeRefused;

    const Secret32 psk_id_hash =
        labeled_extract(HpkeSuite::Hpke, {}, "psk_id_hash", parameters.psk_id);
    const Secret32 info_hash = labeled_extract(HpkeSuite::Hpke, {}, "info_hash", parameters.info);
    Bytes schedule_context{static_cast<std::byte>(parameters.mode)};
    append(schedule_context, psk_id_hash.expose());
    append(schedule_context, info_hash.expose());

    const Secret32 secret =
        labeled_extract(HpkeSuite::Hpke, shared_secret.expose(), "secret", parameters.psk);
    HpkeContext context;
    labeled_expand(HpkeSuite::Hpke, secret, "key", schedule_context, context.key_.expose_mutable());
    labeled_expand(HpkeSuite::Hpke, secret, "base_nonce", schedule_context,
                   context.base_nonce_.bytes);
    labeled_expand(HpkeSuite::Hpke, secret, "exp", schedule_context,
                   context.exporter_secret_.expose_mutable());
    return context;
}

Nonce HpkeContext::next_nonce() {
    CHAPAR_ASSERT(sequence_ != UINT64_MAX);
    Nonce nonce = base_nonce_;
    for (std::size_t i = 0; i < 8; ++i) {
        nonce.bytes[Nonce::kSize - 1 - i] ^= static_cast<std::byte>(sequence_ >> (8 * i));
    }
    ++sequence_;
    return nonce;
}

Bytes HpkeContext::seal(ByteView aad, ByteView plaintext) {
    return chacha_seal(key_, next_nonce(), aad, plaintext);
}

Result<SecretBuffer> HpkeContext::open(ByteView aad, ByteView ciphertext) {
    return chacha_open(key_, next_nonce(), aad, ciphertext);
}

Status HpkeContext::export_secret(ByteView exporter_context, std::span<std::byte> out) const {
    if (out.size() > kHkdfBytes) return Error(Errc::TooLarge, "hpke export");
    labeled_expand(HpkeSuite::Hpke, exporter_secret_, "sec", exporter_context, out);
    return Done{};
}

}  // namespace chapar::crypto
