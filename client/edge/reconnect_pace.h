// When to try a broken connection again: so that ten thousand devices whose broker comes back do
// not come back at one moment.
//
// Owns: exponential backoff with full jitter: each wait is drawn evenly from nothing up to a bound
// that doubles from half a second to a minute. Does not wait and does not know connections. Pure;
// randomness through the seam. One for each connection. Units: milliseconds.
// Source: Brooker, "Exponential Backoff And Jitter", 2015; design reliability.md 1, P10.
#pragma once

#include <algorithm>
#include <cstdint>

#include "crypto/random.h"
#include "schemas/base/time.h"

namespace chapar::client {

class ReconnectPace {
  public:
    static constexpr DurationMs kFirst{500};
    static constexpr DurationMs kMost{60'000};

    // The wait before the next try; the one after it may be twice as long.
    [[nodiscard]] DurationMs next(crypto::Random& random) {
        const DurationMs wait(
            crypto::random_below(random, static_cast<std::uint32_t>(bound_.value) + 1));
        bound_ = std::min(bound_ * 2, kMost);
        return wait;
    }
    // Connected: the next wait is a short one again.
    void connected() { bound_ = kFirst; }

    // What libzmq begins with when it connects again by itself, before a session has begun; it
    // doubles that too, and adds no more than the same jitter to each.
    [[nodiscard]] static DurationMs first_of_transport(crypto::Random& random) {
        return DurationMs(kFirst.value + crypto::random_below(random, kFirst.value));
    }

  private:
    DurationMs bound_ = kFirst;
};

}  // namespace chapar::client
