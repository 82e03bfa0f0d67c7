// Holds: what an agency forbids to shred and to prune.
//
// Owns: the table `hold`. Does not know who may set one, nor what else forbids an erasure
// (retention_records.h). Source: design ledger.md 2.9.
//
//     agency name || 00 || u64 number   u64 entry || u8 {1 in force, 0 not} || HOLD record's body
#pragma once

#include <optional>
#include <vector>

#include "crypto/retention.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

enum class HoldState : std::uint8_t { Ended = 0, InForce = 1 };
struct HoldEntry {
    EntryIndex entry;
    HoldState state = HoldState::Ended;  // a release is never in force itself
    crypto::HoldRecord record;
};

[[nodiscard]] Result<std::optional<HoldEntry>> read_hold(const storage::ReadTxn& txn,
                                                         const AgencyId& agency,
                                                         std::uint64_t number);
// Zero before the agency's first HOLD record.
[[nodiscard]] Result<std::uint64_t> last_hold_number(const storage::ReadTxn& txn,
                                                     const AgencyId& agency);
[[nodiscard]] Result<std::vector<crypto::HoldRecord>> holds_in_force(const storage::ReadTxn& txn);
[[nodiscard]] Status put_hold(storage::Txn& txn, const HoldEntry& hold);

}  // namespace chapar::broker
