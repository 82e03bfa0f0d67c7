// The next keys of a device: renewed in time, or made anew when the old ones are lost.
//
// Owns: the folders renewal/, retired/ and aside/ of a home, and the exchange of one set of keys
// for the next, which a crash cannot leave half done. Does not know the broker: that waiting mail
// was fetched with the old keys first is the caller's care. Blocks on the disk and on argon2id.
//
// renew:   renewal/ gets new keys, the vault key of the old ones, and a request that names the old
//          certificate. The home works as before until stage_renewal() and finish_renewal().
// recover: what was sealed under a passphrase that is gone is moved to aside/N/, never deleted, and
//          the home begins anew. Its old mail stays closed.
//
// Errors: as keystore_home.h.
#pragma once

#include "client/edge/keystore_home.h"

namespace chapar::client {

// Again: the request that is waiting.
[[nodiscard]] Result<DeviceAsk> renew_device(const HomePaths& paths, const HomeSecurity& security,
                                             TimeMs now, crypto::Random& random);
// Whether these credentials are for keys in renewal/.
[[nodiscard]] bool answers_renewal(const HomePaths& paths, const Credentials& credentials);
// Checks the credentials and lays them beside the new keys: from then on the next open takes both.
[[nodiscard]] Status stage_renewal(const HomePaths& paths, const Credentials& credentials);
// Puts staged keys and credentials in place; the old ones go to retired/. Done if none are staged.
[[nodiscard]] Status finish_renewal(const HomePaths& paths);
// Deletes the retired keystores: everything that was sealed to them has been fetched.
[[nodiscard]] Status delete_retired_keys(const HomePaths& paths);

// The request names the certificate that stood in the home, or in the newest of aside/.
[[nodiscard]] Result<DeviceAsk> recover_device(const HomePaths& paths, const HomeSecurity& security,
                                               TimeMs now, crypto::Random& random);

// Every keystore of a home, a device's or a signer's, gets the new passphrase, retired ones too;
// not those in aside/, whose passphrase may be the forgotten one. A run that was cut short is
// completed by another with the same two passphrases. How many were changed.
[[nodiscard]] Result<std::size_t> change_passphrase(const HomePaths& paths,
                                                    const crypto::SecretBuffer& old_passphrase,
                                                    const HomeSecurity& next,
                                                    crypto::Random& random);

}  // namespace chapar::client
