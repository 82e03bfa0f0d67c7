// The tables of a ledger mirror (an auditor's own LMDB store, apart from a device's), and the
// layout of their keys.
//
// Owns: the names. Does not know what the records mean: the file named beside each does. Numbers
// in keys are big-endian u64. Leaves and bodies are raw: the first are hashed into the tree, the
// others committed by their leaf. Listed in client/core/auditor.md.
#pragma once

#include <array>

#include "client/core/tables.h"
#include "storage/store.h"

namespace chapar::client::tables {

// ledger_mirror.cpp. Index -> leaf (or tombstone); index -> body as stored; u8 height || position
// -> hash of a complete subtree of 2^height leaves, heights 8, 16, ..; size -> a signed note whose
// entries are not all here yet; number -> a note that contradicted.
constexpr storage::Table kMirrorLeaves{"mirror.leaf", storage::Framing::Raw};
constexpr storage::Table kMirrorBodies{"mirror.body", storage::Framing::Raw};
constexpr storage::Table kMirrorNodes{"mirror.node"};
constexpr storage::Table kMirrorNotes{"mirror.note"};
constexpr storage::Table kMirrorAlarms{"mirror.alarm"};
constexpr storage::Table kMirrorState{"mirror.state"};

// mirror_keys.cpp: KEY entry -> scope; name of a ledger key -> KEY entry; name -> SHRED entry; of a
// month -> the last sealed entry that could not be held against the reader's tag key.
constexpr storage::Table kMirrorKeys{"mirror.key"};
constexpr storage::Table kMirrorKeyNames{"mirror.key-name"};
constexpr storage::Table kMirrorShredded{"mirror.shred"};
constexpr storage::Table kMirrorUntagged{"mirror.untagged"};

// mirror_buckets.cpp: KEY entry of a bucket -> entries of it that were viewed.
constexpr storage::Table kMirrorBuckets{"mirror.bucket"};

// mirror_judge.cpp: index -> why an entry is not believed. mirror_retention.cpp: agency 00, number
// -> state, HOLD record.
constexpr storage::Table kMirrorUnfounded{"mirror.unfounded"};
constexpr storage::Table kMirrorHolds{"mirror.hold"};

// mirror_view.cpp: index -> summary; index -> why an own entry could not be opened; certificate ->
// office.
constexpr storage::Table kMirrorEntries{"mirror.entry"};
constexpr storage::Table kMirrorGaps{"mirror.gap"};
constexpr storage::Table kMirrorDevices{"mirror.device"};

// mirror_search.cpp: office 00, case, kind u16, nothing || index -> empty. By envelope: hash ||
// index.
constexpr storage::Table kMirrorByOffice{"mirror.by-office"};
constexpr storage::Table kMirrorByCase{"mirror.by-case"};
constexpr storage::Table kMirrorByKind{"mirror.by-kind"};
constexpr storage::Table kMirrorRefused{"mirror.refused"};

// The records that were believed lie as in a device's store (tables.h).
constexpr std::array<storage::Table, 30> kMirrorAll{
    kMirrorLeaves,  kMirrorBodies,    kMirrorNodes,    kMirrorNotes,    kMirrorAlarms,
    kMirrorState,   kMirrorKeys,      kMirrorKeyNames, kMirrorShredded, kMirrorUntagged,
    kMirrorBuckets, kMirrorUnfounded, kMirrorHolds,    kMirrorEntries,  kMirrorGaps,
    kMirrorDevices, kMirrorByOffice,  kMirrorByCase,   kMirrorByKind,   kMirrorRefused,
    kAgencies,      kOffices,         kDevices,        kOfficeDevices,  kRevocations,
    kRegistrars,    kPeers,           kSuspensions,    kReinstatements, kSuccessors};

}  // namespace chapar::client::tables
