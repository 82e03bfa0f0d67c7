#include "client/core/vault.h"

#include "crypto/hkdf.h"
#include "crypto/hpke.h"

namespace chapar::client {
namespace {

constexpr std::string_view kInfo = "chapar/1 vault";

struct VaultKeys {
    crypto::KeyPair pair;
    crypto::Secret32 psk;
};

VaultKeys derive(const crypto::Secret32& vault_key) {
    const crypto::Secret32 seed = crypto::hmac_sha256(vault_key.expose(), {view("vault pair")});
    return {crypto::derive_key_pair(seed.expose()),
            crypto::hmac_sha256(vault_key.expose(), {view("vault psk")})};
}

crypto::HpkeParameters parameters(const VaultKeys& keys) {
    return {crypto::HpkeMode::Psk, view(kInfo), keys.psk.expose(), view("vault")};
}

}  // namespace

Bytes seal_record(const crypto::Secret32& vault_key, ByteView context, ByteView plaintext,
                  crypto::Random& random) {
    const VaultKeys keys = derive(vault_key);
    const auto ephemeral = crypto::Secret32::random(random);
    const auto sealed = crypto::hpke_seal(keys.pair.public_key, parameters(keys), context,
                                          plaintext, ephemeral.expose());
    CHAPAR_ASSERT(sealed.has_value());  // a derived key is never of low order
    Bytes out = to_bytes(sealed->enc.view());
    append(out, sealed->ciphertext);
    return out;
}

Result<crypto::SecretBuffer> open_record(const crypto::Secret32& vault_key, ByteView context,
                                         ByteView sealed) {
    if (sealed.size() < PublicKey::kSize) return Error(Errc::OpenFailed);
    const VaultKeys keys = derive(vault_key);
    const auto enc = PublicKey::from(sealed.first(PublicKey::kSize));
    return crypto::hpke_open(keys.pair.secret, *enc, parameters(keys), context,
                             sealed.subspan(PublicKey::kSize));
}

}  // namespace chapar::client
