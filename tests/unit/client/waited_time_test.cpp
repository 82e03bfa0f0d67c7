#include "client/core/waited_time.h"

#include <doctest/doctest.h>

#include "client/core/tables.h"
#include "schemas/base/limits.h"
#include "storage/memory_store.h"
#include "tests/support/results.h"

namespace chapar::testing {
namespace {

using client::ClockReading;

constexpr TimeMs kMorning{1'795'000'000'000};

// A device's store, looked at with these clocks.
struct Device {
    storage::MemoryStore store{client::tables::kAll};

    std::uint64_t look(const ClockReading& now) {
        auto txn = must(store.begin_write());
        const TimeMs waited = must(client::keep_waited_time(*txn, now));
        CHECK(must(client::waited_time(*txn, now)) == waited);
        must(std::move(*txn).commit());
        return waited.value;
    }
};

}  // namespace

TEST_CASE("within one boot the waited time runs with the time since it, whatever the clocks say") {
    Device device;
    const std::uint64_t begin = device.look({1, DurationMs(500), kMorning, kMorning});
    CHECK(begin == kMorning.value);
    const TimeMs ahead = kMorning + kDay;
    CHECK(device.look({1, DurationMs(700), ahead, ahead}) == begin + 200);
    CHECK(device.look({1, DurationMs(60'500), TimeMs(0), TimeMs(0)}) == begin + 60'000);
}

// Fails if passed() takes the device's clock alone, or the longer of the two.
TEST_CASE("across a boot it goes on by the shorter of what both clocks say") {
    Device device;
    const std::uint64_t begin = device.look({1, DurationMs(500), kMorning, kMorning});
    CHECK(device.look({2, DurationMs(9), kMorning + kDay, kMorning + kMinute}) ==
          begin + kMinute.value);
    CHECK(device.look({3, DurationMs(9), kMorning + kDay + kSecond, kMorning + kHour}) ==
          begin + kMinute.value + kSecond.value);
    // Set back: it stands still.
    CHECK(device.look({4, DurationMs(9), kMorning, kMorning + kDay}) ==
          begin + kMinute.value + kSecond.value);
}

// Fails if the time since the boot does not count, or counts beyond the device's own clock (another
// machine that has run for long).
TEST_CASE("a broker's clock that stands still does not stop it across boots") {
    Device device;
    const std::uint64_t begin = device.look({1, DurationMs(500), kMorning, kMorning});
    CHECK(device.look({2, kMinute, kMorning + kHour, kMorning}) == begin + kMinute.value);
    CHECK(device.look({3, kMinute, kMorning + kDay, kMorning}) == begin + kMinute.value * 2);
    CHECK(device.look({4, kDay, kMorning + kDay + kSecond, kMorning}) ==
          begin + kMinute.value * 2 + kSecond.value);
    // Where the starts have no names, they may be one.
    CHECK(device.look({0, kDay, kMorning + kDay * 2, kMorning}) ==
          begin + kMinute.value * 2 + kSecond.value);
}

TEST_CASE("a boot without a name, or a time since it that runs back, is another boot") {
    Device device;
    const std::uint64_t begin = device.look({0, DurationMs(500), kMorning, kMorning});
    CHECK(device.look({0, kDay, kMorning + kSecond, kMorning + kSecond}) == begin + kSecond.value);
    CHECK(device.look({5, DurationMs(900), kMorning + kSecond, kMorning + kSecond}) ==
          begin + kSecond.value);
    CHECK(device.look({5, DurationMs(100), kMorning + kMinute, kMorning + kMinute}) ==
          begin + kMinute.value);
}

TEST_CASE("late is a minute after the first look, to the millisecond, and never without one") {
    const TimeMs end = kMorning + limits::kWitnessedBy;
    CHECK_FALSE(client::is_late(kMorning, TimeMs(end.value - 1)));
    CHECK(client::is_late(kMorning, end));
    CHECK_FALSE(client::is_late(client::kNotLookedAt, end));
}

TEST_CASE("a row of another form is damage") {
    Device device;
    {
        auto txn = must(device.store.begin_write());
        must(txn->put(client::tables::kState, view("waited.time"), to_bytes(view("x"))));
        must(std::move(*txn).commit());
    }
    const auto txn = must(device.store.begin_read());
    CHECK(client::waited_time(*txn, {}).error().code == Errc::StoreDamaged);
}

}  // namespace chapar::testing
