// Entries of the ledger that this device has seen proven, kept whole: what it can hand over to a
// centre that has lost them (contribution.h).
//
// Owns: their table, and its bound: the newest kKeptEntries; receipts (ACCEPTED, REJECTED) are kept
// elsewhere, for ever. Does not know what an entry means; decides nothing by them. An entry that is
// given again replaces the one before. Errors: those of the store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/frames.h"
#include "storage/store.h"

namespace chapar::client {

// More than the days between two backups of a centre bring to one device.
constexpr std::uint64_t kKeptEntries = 8192;

struct KeptEntry {
    schemas::EntryProof proof;
    std::string note;  // that it was proven under, verbatim
    bool operator==(const KeptEntry&) const = default;
};

// REQUIRES: proven under `note`, which was accepted.
[[nodiscard]] Status keep_entry(storage::Txn& txn, const schemas::EntryProof& proof,
                                std::string_view note);
// Those from `from` on, in the order of the ledger.
[[nodiscard]] Result<std::vector<KeptEntry>> kept_entries(const storage::ReadTxn& txn,
                                                          EntryIndex from);

}  // namespace chapar::client
