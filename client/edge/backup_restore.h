// Restoring a backup into a new directory: all of it is verified before any of it is visible.
//
// Owns: the checks and their order, and that the directory appears whole or not at all. Does not
// know the tree: chapard compares head and entries when it starts, and finds by its notes that the
// copy is older than what was signed after it. The keys' artefact names the store's by its digest,
// and nobody without the centre's log key can have made it: so a pair that opens and fits is the
// centre's own. The mark DIR/restored keeps chapard from signing on it
// (broker/edge/restore_mark.h): a copy that is only looked at must not disturb the broker that it
// was made from, whose high-water file and KEK the configuration may name. What it names outside
// the new directory is read, never written. Blocks.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "client/edge/backup_header.h"
#include "client/edge/backup_key.h"
#include "crypto/random.h"
#include "schemas/base/result.h"

namespace chapar::client {

struct RestorePlan {
    std::filesystem::path store_file;
    std::filesystem::path keys_file;
    std::filesystem::path directory;           // must not exist; its parent must
    std::optional<std::filesystem::path> kek;  // kept apart from all backups
};

struct RestoredBackup {
    BackupHeader header;
    std::string kek_id;              // that ledger.keys needs
    std::filesystem::path kek_path;  // where chapard will look for it
    bool kek_given = false;          // it stands there now
    // Where chapard will look for the witness policy, if that is not where it was put; else empty.
    std::filesystem::path policy_path;
};

// Errors: AlreadyExists (the directory), BackupInvalid (context: what is wrong, among it a centre
// that is not the holder's card's), NotFound, FileFailed, StoreFull, and those of the store.
// After an error nothing is there that was not there before; what a killed restore left goes with
// the next one to the same directory (backup_draft.h).
[[nodiscard]] Result<RestoredBackup> restore_backup(const RestorePlan& plan,
                                                    const BackupHolder& holder,
                                                    crypto::Random& random);

}  // namespace chapar::client
