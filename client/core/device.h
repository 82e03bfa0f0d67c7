// Who this device is, and its secrets, as the core needs them.
//
// Owns: nothing; it borrows from the open home (edge/keystore_home.h), which outlives it. Does not
// know files or passphrases.
#pragma once

#include <map>

#include "client/core/agency_roots.h"
#include "client/core/trust_card.h"
#include "crypto/bundle.h"
#include "crypto/secret.h"
#include "crypto/sign.h"
#include "crypto/vault.h"
#include "schemas/base/ids.h"

namespace chapar::client {

// The epoch secrets that are still held, by the key id that stanzas name.
using EpochSecrets = std::map<KeyId, crypto::EpochSecret>;

struct Device {
    const TrustCard& card;
    CertificateHash certificate;
    AgencyId agency;
    OfficeId office;
    const crypto::SigningKey& signing_key;
    crypto::Vault& vault;           // seals what is kept in the store
    const crypto::Secret32& hedge;  // crypto/seal.h: against a bad Random
    const AgencyRoots& roots;       // of the own agency, from the home
};

}  // namespace chapar::client
