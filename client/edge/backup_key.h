// The key that a centre's backups are sealed to, and the home of the person who holds it.
//
// Owns: HOME/backup.keystore (one X25519 secret), HOME/trust-card.json if a card was given, and the
// public key's file, one line `chapar-backup-key/1 <64 hexadecimal digits>`. The holder is neither
// the operator nor an auditor: whoever opens a backup has the centre's log key. Blocks on the disk
// and on argon2id.
//
// Errors: AlreadyExists, NotFound, FileFailed, KeystoreExposed, PassphraseWrong, MalformedLayout.
#pragma once

#include <filesystem>
#include <optional>

#include "client/core/trust_card.h"
#include "client/edge/keystore_home.h"
#include "crypto/x25519.h"
#include "schemas/base/result.h"

namespace chapar::client {

// Makes a home with a fresh key. `card`: the centre whose backups it will hold, and no other's.
[[nodiscard]] Result<PublicKey> create_backup_home(const HomePaths& paths,
                                                   const std::optional<TrustCard>& card,
                                                   const HomeSecurity& security,
                                                   crypto::Random& random);

struct BackupHolder {
    crypto::KeyPair key;
    std::optional<TrustCard> card;
};
[[nodiscard]] Result<BackupHolder> open_backup_home(const HomePaths& paths,
                                                    const crypto::SecretBuffer& passphrase);

[[nodiscard]] Status write_backup_key(const std::filesystem::path& file, const PublicKey& key);
[[nodiscard]] Result<PublicKey> read_backup_key(const std::filesystem::path& file);

}  // namespace chapar::client
