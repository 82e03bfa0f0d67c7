// The tables of a device's store, and the layout of their keys.
//
// Owns: the names. Does not know what the records mean (each is written and read by one file, named
// beside it). All framed; what a person may read in clear is sealed in the vault before it is put
// here (those tables stand in kSealed). Numbers in keys are big-endian. Listed in
// client/core/README.md.
#pragma once

#include <array>

#include "storage/store.h"

namespace chapar::client::tables {

// heads.cpp: "newest" -> note; "alarm" || u64 n -> a note that contradicts it; "line" || u64 slot
// -> size and root of a head on this device's line.
constexpr storage::Table kHeads{"heads"};
// gossip.cpp: u64 size || root -> who named it, not proven yet.
constexpr storage::Table kSeenHeads{"heads.seen"};
// awaited_proofs.cpp: u64 index || u8 kind -> an entry that no quorum of witnesses covers yet.
constexpr storage::Table kAwaitedProofs{"proofs.awaited"};
// ledger_alarms.cpp: u8 kind || subject -> alarm.
constexpr storage::Table kLedgerAlarms{"ledger.alarms"};

// directory_store.cpp. Entry: u64 index -> leaf and body. The others: name || 00 || u64 index ->
// signed record (office devices, keys: an index without a value of its own).
constexpr storage::Table kDirectoryEntries{"directory.entries"};
constexpr storage::Table kDirectoryState{"directory.state"};
constexpr storage::Table kAgencies{"directory.agencies"};
constexpr storage::Table kOffices{"directory.offices"};
constexpr storage::Table kDevices{"directory.devices"};
constexpr storage::Table kOfficeDevices{"directory.office-devices"};
constexpr storage::Table kBundles{"directory.bundles"};
constexpr storage::Table kRevocations{"directory.revocations"};
constexpr storage::Table kRegistrars{"directory.registrars"};
constexpr storage::Table kPeers{"directory.peers"};
constexpr storage::Table kSuspensions{"directory.suspensions"};
constexpr storage::Table kReinstatements{"directory.reinstatements"};
// directory_records.cpp: certificate hash || u64 index -> certificate that replaces it.
constexpr storage::Table kSuccessors{"directory.successors"};
// directory_alarms.cpp: u64 index || u8 kind -> alarm.
constexpr storage::Table kAlarms{"directory.alarms"};

// outbox.cpp. Number -> state; number -> sealed draft; number -> the bytes that are sent; number ->
// sealed s_j; message id -> number; envelope hash -> number; author || recipient -> receipts
// held (`got`).
constexpr storage::Table kOutbox{"outbox"};
constexpr storage::Table kOutboxDrafts{"outbox.drafts"};
constexpr storage::Table kOutboxBytes{"outbox.bytes"};
constexpr storage::Table kOutboxSecrets{"outbox.secrets"};
constexpr storage::Table kOutboxIds{"outbox.ids"};
constexpr storage::Table kOutboxHashes{"outbox.hashes"};
constexpr storage::Table kGot{"outbox.got"};
// receipt_store.cpp: envelope hash || u64 index -> receipt text and body.
constexpr storage::Table kReceipts{"receipts"};
// imports.cpp: digest of a row -> message id, row, time; digest of its reference -> that digest.
constexpr storage::Table kImports{"imports"};

// form_drafts.cpp. Number -> a message that is still being written, sealed in the vault.
constexpr storage::Table kForms{"forms"};

// inbox_store.cpp. Number -> summary; number -> text, sealed in the vault; envelope hash ->
// number (the replay set, never erased); sender || message id -> number.
constexpr storage::Table kInbox{"inbox"};
constexpr storage::Table kInboxTexts{"inbox.texts"};
constexpr storage::Table kInboxHashes{"inbox.hashes"};
constexpr storage::Table kInboxIds{"inbox.ids"};
constexpr storage::Table kInboxCounts{"inbox.counts"};
// inbox_index.cpp: urgency, kind or case || number -> nothing. inbox_substances.cpp: number / 256
// -> which substances the texts of these items name, sealed in the vault.
constexpr storage::Table kInboxByUrgency{"inbox.by-urgency"};
constexpr storage::Table kInboxByKind{"inbox.by-kind"};
constexpr storage::Table kInboxByCase{"inbox.by-case"};
constexpr storage::Table kInboxSubstances{"inbox.substances"};
// inbox_keep.cpp: number -> the DELIVER frame of an item that is to be decided again.
constexpr storage::Table kInboxProvisional{"inbox.provisional"};

// kept_entries.cpp: u64 index -> an entry with its proof, for a centre that loses it; "count".
constexpr storage::Table kKeptEntries{"entries.kept"};

// statements.cpp: number -> statement; statement hash -> number.
constexpr storage::Table kStatements{"statements"};
constexpr storage::Table kStatementHashes{"statements.hashes"};

// events.cpp, numbers.h: named counters and cursors.
constexpr storage::Table kState{"state"};

constexpr std::array<storage::Table, 42> kAll{
    kHeads,
    kSeenHeads,
    kAwaitedProofs,
    kLedgerAlarms,
    kDirectoryEntries,
    kDirectoryState,
    kAgencies,
    kOffices,
    kDevices,
    kOfficeDevices,
    kBundles,
    kRevocations,
    kRegistrars,
    kPeers,
    kSuspensions,
    kReinstatements,
    kSuccessors,
    kAlarms,
    kOutbox,
    kOutboxDrafts,
    kOutboxBytes,
    kOutboxSecrets,
    kOutboxIds,
    kOutboxHashes,
    kGot,
    kReceipts,
    kImports,
    kForms,
    kInbox,
    kInboxTexts,
    kInboxHashes,
    kInboxIds,
    kInboxCounts,
    kInboxByUrgency,
    kInboxByKind,
    kInboxByCase,
    kInboxSubstances,
    kInboxProvisional,
    kKeptEntries,
    kStatements,
    kStatementHashes,
    kState,
};

// Tables whose values are wholly what Vault::seal() gave, for the place {table name, key}. Keys
// that no record of these tables uses are destroyed when the home is opened (vault_sweep.h); a
// sealed table that is not listed keeps its keys for ever.
constexpr std::array<storage::Table, 5> kSealed{kForms, kOutboxDrafts, kInboxTexts,
                                                kInboxSubstances, kOutboxSecrets};

}  // namespace chapar::client::tables
