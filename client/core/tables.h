// The tables of a device's store, and the layout of their keys.
//
// Owns: the names. Does not know what the records mean (each is written and read by one file, named
// beside it). All framed; what a person may read in clear is sealed with the vault key before it is
// put here. Numbers in keys are big-endian. Listed in client/README.md.
#pragma once

#include <array>

#include "storage/store.h"

namespace chapar::client::tables {

// heads.cpp: "newest" -> note; "alarm" || u64 n -> a note that contradicts it.
constexpr storage::Table kHeads{"heads"};

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

// outbox.cpp. Number -> state; number -> sealed draft; number -> the bytes that are sent; message
// id -> number; envelope hash -> number; office -> receipts held (`got`).
constexpr storage::Table kOutbox{"outbox"};
constexpr storage::Table kOutboxDrafts{"outbox.drafts"};
constexpr storage::Table kOutboxBytes{"outbox.bytes"};
constexpr storage::Table kOutboxIds{"outbox.ids"};
constexpr storage::Table kOutboxHashes{"outbox.hashes"};
constexpr storage::Table kGot{"outbox.got"};
// receipt_store.cpp: envelope hash || u64 index -> receipt text and body.
constexpr storage::Table kReceipts{"receipts"};

// inbox_store.cpp. Number -> summary; number -> text, sealed with the vault key; envelope hash ->
// number (the replay set, never erased); sender || message id -> number.
constexpr storage::Table kInbox{"inbox"};
constexpr storage::Table kInboxTexts{"inbox.texts"};
constexpr storage::Table kInboxHashes{"inbox.hashes"};
constexpr storage::Table kInboxIds{"inbox.ids"};
constexpr storage::Table kInboxCounts{"inbox.counts"};

// statements.cpp: number -> statement; statement hash -> number.
constexpr storage::Table kStatements{"statements"};
constexpr storage::Table kStatementHashes{"statements.hashes"};

// events.cpp, numbers.h: named counters and cursors.
constexpr storage::Table kState{"state"};

constexpr std::array<storage::Table, 24> kAll{
    kHeads,
    kDirectoryEntries,
    kDirectoryState,
    kAgencies,
    kOffices,
    kDevices,
    kOfficeDevices,
    kBundles,
    kRevocations,
    kOutbox,
    kOutboxDrafts,
    kOutboxBytes,
    kOutboxIds,
    kOutboxHashes,
    kGot,
    kReceipts,
    kInbox,
    kInboxTexts,
    kInboxHashes,
    kInboxIds,
    kInboxCounts,
    kStatements,
    kStatementHashes,
    kState,
};

}  // namespace chapar::client::tables
