#include "crypto/x25519.h"

#include <sodium.h>

#include "crypto/hpke_kdf.h"
#include "crypto/sodium_bytes.h"

namespace chapar::crypto {

PublicKey x25519_public_key(const Secret32& secret) {
    PublicKey key;
    crypto_scalarmult_base(out(key.bytes), in(secret.expose()));
    return key;
}

Result<Secret32> x25519(const Secret32& secret, const PublicKey& peer) {
    Secret32 shared;
    // Fails exactly for the all-zero result.
    if (crypto_scalarmult(out(shared.expose_mutable()), in(secret.expose()), in(peer.view())) !=
        0) {
        return Errc::KeyInvalid;
    }
    return shared;
}

KeyPair derive_key_pair(ByteView input_key_material) {
    const Secret32 prk = labeled_extract(HpkeSuite::Kem, {}, "dkp_prk", input_key_material);
    KeyPair pair{.secret = {}, .public_key = {}};
    labeled_expand(HpkeSuite::Kem, prk, "sk", {}, pair.secret.expose_mutable());
    pair.public_key = x25519_public_key(pair.secret);
    return pair;
}

KeyPair generate_key_pair(Random& random) {
    return derive_key_pair(Secret32::random(random).expose());
}

}  // namespace chapar::crypto
