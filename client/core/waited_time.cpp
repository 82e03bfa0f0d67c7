#include "client/core/waited_time.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "client/core/tables.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

constexpr std::string_view kKey = "waited.time";
constexpr std::uint8_t kVersion = 1;

struct Kept {
    TimeMs waited;
    ClockReading reading;
};

Result<std::optional<Kept>> kept(const storage::ReadTxn& txn) {
    const auto stored = CHAPAR_TRY(txn.get(tables::kState, view(kKey)));
    if (!stored) return std::optional<Kept>();
    LayoutReader in(*stored);
    const std::uint8_t version = in.u8();
    Kept row;
    row.waited = TimeMs(in.u64());
    row.reading.boot = in.u64();
    row.reading.elapsed = DurationMs(in.u64());
    row.reading.own = TimeMs(in.u64());
    row.reading.broker = TimeMs(in.u64());
    if (!in.finish("waited.time") || version != kVersion) {
        return Error(Errc::StoreDamaged, "waited.time");
    }
    return std::optional(row);
}

std::uint64_t forward(std::uint64_t from, std::uint64_t to) { return to > from ? to - from : 0; }

std::uint64_t passed(const ClockReading& then, const ClockReading& now) {
    const bool same_boot = now.boot != 0 && now.boot == then.boot;
    // Less than before within one boot: another machine, or another time namespace.
    if (same_boot && now.elapsed.value >= then.elapsed.value) {
        return now.elapsed.value - then.elapsed.value;
    }
    // The machine was started since then, and has run for so long: a broker whose clock stands
    // still cannot keep that from counting. Not beyond the own clock: it may be another machine.
    const bool other_boot = now.boot != 0 && then.boot != 0 && now.boot != then.boot;
    const std::uint64_t by_broker =
        std::max(forward(then.broker.value, now.broker.value), other_boot ? now.elapsed.value : 0);
    return std::min(forward(then.own.value, now.own.value), by_broker);
}

}  // namespace

Result<TimeMs> waited_time(const storage::ReadTxn& txn, const ClockReading& now) {
    const auto row = CHAPAR_TRY(kept(txn));
    if (!row) return now.own;
    return TimeMs(row->waited.value + passed(row->reading, now));
}

Result<TimeMs> keep_waited_time(storage::Txn& txn, const ClockReading& now) {
    const TimeMs waited = CHAPAR_TRY(waited_time(txn, now));
    CHAPAR_TRY(txn.put(tables::kState, view(kKey),
                       LayoutWriter()
                           .u8(kVersion)
                           .u64(waited.value)
                           .u64(now.boot)
                           .u64(now.elapsed.value)
                           .u64(now.own.value)
                           .u64(now.broker.value)
                           .take()));
    return waited;
}

bool is_late(TimeMs since, TimeMs waited) {
    return since != kNotLookedAt && waited >= since + limits::kWitnessedBy;
}

}  // namespace chapar::client
