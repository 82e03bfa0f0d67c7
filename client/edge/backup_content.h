// What a backup of a broker consists of, and how its parts must fit each other.
//
// Owns: the names in both artefacts, reading a broker's directory and its copied store as far as
// that takes, and the checks that a backup is of one centre: manifest, keys, ledger head, note.
// Does not know the fold or the tree: that the head is the tree's is chapard's to find, at its
// start. Blocks on the disk. Source: broker/edge/operation.md, broker/core/tables.md.
//
// Errors: BackupInvalid (context: what does not fit), NotFound, FileFailed, KeystoreExposed, and
// those of the store.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

#include "client/edge/backup_header.h"
#include "crypto/manifest.h"
#include "crypto/secret.h"
#include "schemas/base/result.h"

namespace chapar::client {

inline constexpr std::string_view kBackupManifest = "manifest";
inline constexpr std::string_view kBackupStore = "store/data.mdb";
inline constexpr std::string_view kBackupLogKey = "keys/log.key";
inline constexpr std::string_view kBackupCurveKey = "keys/curve.key";
inline constexpr std::string_view kBackupLedgerKeys = "ledger.keys";
// Whatever [ledger] witness_policy calls it.
inline constexpr std::string_view kBackupPolicy = "witness.policy";
// Of the keys artefact: SHA-256 of the store's artefact, which belongs to it.
inline constexpr std::string_view kBackupStoreDigest = "store.digest";

// In the store's artefact, in this order; only the first and the last must be there. Not in it:
// bodies/ (content-addressed files, to be copied as they are), the high-water file and the KEK.
inline constexpr std::array<std::string_view, 6> kStoreMembers{kBackupManifest,    "chapard.toml",
                                                               "trust-card.json",  kBackupPolicy,
                                                               "rolled-back.note", kBackupStore};
// In the keys' artefact, in this order, all of them.
inline constexpr std::array<std::string_view, 4> kKeysMembers{
    kBackupLogKey, kBackupCurveKey, kBackupLedgerKeys, kBackupStoreDigest};

struct CentreOfBackup {
    crypto::Manifest manifest;
    Home home;
};
[[nodiscard]] Result<CentreOfBackup> read_centre_of(const std::filesystem::path& broker);

// The newest head, and the newest published note, of a store that no process uses.
struct LedgerOfStore {
    TreeSize size;
    Hash root;
    std::string note;  // empty if none was published yet
};
// NotFound for a store without a ledger.
[[nodiscard]] Result<LedgerOfStore> read_ledger_of(const std::filesystem::path& store);

// keys/log.key and keys/curve.key are the secret halves of the manifest's keys.
[[nodiscard]] Status check_node_keys(const std::filesystem::path& broker,
                                     const crypto::Manifest& manifest);
// The note is the centre's, reaches no further than the header's size, and where it reaches it says
// the header's root.
[[nodiscard]] Status check_note(const BackupHeader& header, const crypto::Manifest& manifest);

// The 16 digits that name the KEK which ledger.keys is sealed under. BackupInvalid.
[[nodiscard]] Result<std::string> kek_of_ledger_keys(const std::filesystem::path& file);
// Those of a KEK file.
[[nodiscard]] Result<std::string> kek_of_file(const std::filesystem::path& file);

}  // namespace chapar::client
