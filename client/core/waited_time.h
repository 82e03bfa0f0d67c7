// How long this device has waited for something, whatever is done to its clock meanwhile.
//
// Owns: a time of its own, kept in the store, that nobody sets. Within one boot of the machine it
// runs with the time since that boot, over all processes and sessions. Across a boot it goes on by
// the shorter of what the device's clock and the broker's say has passed: one of them put right is
// not a wait. For the broker's, at least the time since the boot counts, so that one which stands
// still does not stop it. It begins as the device's clock, and is compared with itself only: it may
// stay behind the time of day, so it is never shown. Units: milliseconds. Does not know what is
// waited for.
// Source: client/core/ledger.md, "Alarms about the ledger". Errors: those of a broken store.
#pragma once

#include <cstdint>

#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::client {

// All clocks at one moment.
struct ClockReading {
    std::uint64_t boot = 0;  // names the start of the machine; 0: not known, and like no other
    DurationMs elapsed;      // since then; where it is not known, since any fixed point
    TimeMs own;              // the device's clock
    TimeMs broker;           // the broker's
};

[[nodiscard]] Result<TimeMs> waited_time(const storage::ReadTxn& txn, const ClockReading& now);
// And from now on it is counted from this reading.
[[nodiscard]] Result<TimeMs> keep_waited_time(storage::Txn& txn, const ClockReading& now);

// Rows that are waited for keep the waited time of the first look at them.
constexpr TimeMs kNotLookedAt{0};
// Whether limits::kWitnessedBy has passed since then.
[[nodiscard]] bool is_late(TimeMs since, TimeMs waited);

}  // namespace chapar::client
