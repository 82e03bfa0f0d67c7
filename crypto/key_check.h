// Admission checks of public keys that stand in records. For crypto/ only.
//
// A record with an unusable key would fail much later and elsewhere: a low-order audit key, for
// one, would keep the broker from opening new ledger keys.
#pragma once

#include "crypto/sign.h"
#include "crypto/x25519.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

// KeyInvalid unless the Ed25519 key is a point of the main subgroup.
[[nodiscard]] inline Status check_signing_key(const SigningPublicKey& key) {
    CHAPAR_TRY(VerifyingKey::create(key));
    return Done{};
}

// KeyInvalid for an X25519 key of low order: with any secret it gives the all-zero result.
[[nodiscard]] inline Status check_agreement_key(const PublicKey& key) {
    const std::optional<Secret32> any = Secret32::from(Hash{{std::byte{8}, std::byte{1}}}.view());
    CHAPAR_TRY(x25519(*any, key));
    return Done{};
}

}  // namespace chapar::crypto
