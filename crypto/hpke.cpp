#include "crypto/hpke.h"

#include "crypto/hpke_context.h"

namespace chapar::crypto {
namespace {

Status refuse_auth_modes(HpkeMode mode) {
    if (mode != HpkeMode::Base && mode != HpkeMode::Psk) return Errc::ModeRefused;
    return Done{};
}

}  // namespace

Result<HpkeSealed> hpke_seal(const PublicKey& recipient, const HpkeParameters& parameters,
                             ByteView aad, ByteView plaintext, ByteView ephemeral_key_material) {
    CHAPAR_TRY(refuse_auth_modes(parameters.mode));
    const KeyPair ephemeral = derive_key_pair(ephemeral_key_material);
    const Secret32 dh = CHAPAR_TRY(x25519(ephemeral.secret, recipient));
    const Secret32 shared = kem_shared_secret(dh, ephemeral.public_key, recipient);
    HpkeContext context = CHAPAR_TRY(HpkeContext::create(shared, parameters));
    return HpkeSealed{.enc = ephemeral.public_key, .ciphertext = context.seal(aad, plaintext)};
}

Result<SecretBuffer> hpke_open(const Secret32& recipient, const PublicKey& enc,
                               const HpkeParameters& parameters, ByteView aad,
                               ByteView ciphertext) {
    CHAPAR_TRY(refuse_auth_modes(parameters.mode));
    const Result<Secret32> dh = x25519(recipient, enc);
    if (!dh) return Errc::OpenFailed;
    const Secret32 shared = kem_shared_secret(*dh, enc, x25519_public_key(recipient));
    HpkeContext context = CHAPAR_TRY(HpkeContext::create(shared, parameters));
    return context.open(aad, ciphertext);
}

}  // namespace chapar::crypto
