// The home of a person who signs records: a root-key holder or a registrar, or the centre's root.
//
// Owns: its keystore (root.keystore or registrar.keystore; audit.keystore for an agency's or the
// centre's audit key), its card (key.card), and what it knows of its agency: agency.roots and
// registrars.record, once they were installed. One home, one key. Does not know who must sign what
// (the command line's signing.h). Files: home_files.h. Blocks on the disk and on argon2id.
//
// Errors: as keystore_home.h; SignerRefused (registrars or roots that do not name this key).
#pragma once

#include <optional>

#include "client/edge/keystore_home.h"

namespace chapar::client {

// AlreadyExists if the home has a signing key. The card is what other people are given.
[[nodiscard]] Result<KeyCard> create_signer_home(const HomePaths& paths, KeyRole role,
                                                 const std::string& name,
                                                 const HomeSecurity& security,
                                                 crypto::Random& random);
// An audit key beside it, or alone.
[[nodiscard]] Result<KeyCard> create_audit_key(const HomePaths& paths, const std::string& name,
                                               const HomeSecurity& security,
                                               crypto::Random& random);

struct Signer {
    KeyRole role = KeyRole::Root;
    crypto::SigningKey key;
};
// NotFound for a home without a signer's key.
[[nodiscard]] Result<Signer> open_signer(const HomePaths& paths,
                                         const crypto::SecretBuffer& passphrase);
// Without its passphrase. NotFound as above.
[[nodiscard]] Result<KeyCard> read_key_card(const HomePaths& paths);

// What a home knows of its agency; parts are empty until they are installed.
struct Authority {
    std::optional<AgencyRoots> roots;
    std::optional<crypto::SignedRecord> registrars;
};
[[nodiscard]] Result<Authority> read_authority(const HomePaths& paths);
// Checks that k of the roots signed the registrars, and that one of the two names this home's key.
[[nodiscard]] Status install_authority(const HomePaths& paths, const AgencyRoots& roots,
                                       const std::optional<crypto::SignedRecord>& registrars);

// The centre's own: root.keystore and audit.keystore.
struct CentreKeys {
    SigningPublicKey root;
    PublicKey audit;
};
[[nodiscard]] Result<CentreKeys> create_root_home(const HomePaths& paths,
                                                  const HomeSecurity& security,
                                                  crypto::Random& random);
[[nodiscard]] Result<crypto::SigningKey> open_root_key(const HomePaths& paths,
                                                       const crypto::SecretBuffer& passphrase);

// The record of an agency as far as its roots go: what registrars are checked against.
[[nodiscard]] crypto::AgencyRecord agency_of(const AgencyRoots& roots);

}  // namespace chapar::client
