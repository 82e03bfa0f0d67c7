#include "broker/edge/clock.h"

#include <sys/timex.h>
#include <time.h>

#include <utility>

namespace chapar::broker {
namespace {

constexpr std::uint64_t kStep = 2 * kSecond.value;

std::uint64_t read_clock(clockid_t which) {
    timespec now{};
    CHAPAR_ASSERT(clock_gettime(which, &now) == 0);
    // A machine whose clock stands before 1970 is told apart by the Held flag, not by overflow.
    if (now.tv_sec < 0) return 0;
    return static_cast<std::uint64_t>(now.tv_sec) * 1000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1'000'000;
}

bool kernel_says_synchronised() {
    timex state{};
    const int verdict = adjtimex(&state);
    return verdict >= 0 && verdict != TIME_ERROR;
}

std::uint64_t distance(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : b - a; }

}  // namespace

Stamp StampRule::next(const ClockReading& reading) {
    if (started_) {
        const std::uint64_t expected = last_.real.value + (reading.boot.value - last_.boot.value);
        if (distance(reading.real.value, expected) > kStep) {
            distrust_until_ = DurationMs(reading.boot.value + kMinute.value);
            stepped_ += static_cast<std::int64_t>(reading.real.value - expected);
        }
    }
    started_ = true;
    last_ = reading;
    if (reading.real < newest_) return {newest_, Clock::Held};
    newest_ = reading.real;
    const bool trusted = reading.synchronised && reading.boot >= distrust_until_;
    return {newest_, trusted ? Clock::Disciplined : Clock::NotDisciplined};
}

std::optional<crypto::ClockStep> StampRule::take_step() {
    const std::int64_t step = std::exchange(stepped_, 0);
    if (step == 0) return std::nullopt;
    if (step > 0) {
        return crypto::ClockStep{crypto::StepDirection::Forward,
                                 DurationMs(static_cast<std::uint64_t>(step))};
    }
    return crypto::ClockStep{crypto::StepDirection::Backward,
                             DurationMs(static_cast<std::uint64_t>(-step))};
}

Stamp SystemTime::stamp() {
    return rule_.next({TimeMs(read_clock(CLOCK_REALTIME)), DurationMs(read_clock(CLOCK_BOOTTIME)),
                       kernel_says_synchronised()});
}

DurationMs SystemTime::elapsed() { return DurationMs(read_clock(CLOCK_BOOTTIME)); }

}  // namespace chapar::broker
