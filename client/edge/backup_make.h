// Making a backup of a broker's directory while its broker runs, or does not.
//
// Owns: the order in which its parts are read: first one snapshot of the store, then the ledger's
// keys, so that every key that the snapshot needs is there. Does not know the passphrase of
// anybody: it seals to a public key. For the time it takes, a plain copy of the store lies in
// DIR/backup.copy (0700, the same disk): it needs as much room again as the store uses. Blocks.
// Errors: at make_backup(). Source: client/edge/README.md, "Backup".
#pragma once

#include <filesystem>

#include "client/edge/backup_header.h"
#include "crypto/random.h"
#include "schemas/base/result.h"

namespace chapar::client {

struct BackupPlan {
    std::filesystem::path broker;      // the broker's directory
    std::filesystem::path store_file;  // neither may exist
    std::filesystem::path keys_file;
    PublicKey holder;
};

struct MadeBackup {
    BackupHeader header;  // of the store's artefact
    Hash store_digest;    // SHA-256 of each file
    Hash keys_digest;
};

// Errors: AlreadyExists (a file, before anything is read), StoreInUse (another backup is being
// made), NotFound (no broker's directory, or no ledger), KeyInvalid (the holder's key), and those
// of backup_content.h. After an error neither file is there.
[[nodiscard]] Result<MadeBackup> make_backup(const BackupPlan& plan, TimeMs now,
                                             crypto::Random& random);

}  // namespace chapar::client
