// So many a second, and so many at once: a rate with a burst.
//
// Value type; pure: time comes with each call and may stand still, never goes back. Units: pieces,
// milliseconds.
#pragma once

#include <algorithm>
#include <cstdint>

#include "schemas/base/time.h"

namespace chapar::broker {

struct Rate {
    std::uint64_t per_second = 0;
    std::uint64_t burst = 0;
};

class TokenBucket {
  public:
    // Full at first.
    TokenBucket(const Rate& rate, DurationMs now)
        : rate_(rate), thousandths_(rate.burst * kThousand), at_(now) {}

    // All of them or none. False: the rate does not allow them now.
    [[nodiscard]] bool take(std::uint64_t pieces, DurationMs now) {
        thousandths_ = refilled(now);
        at_ = now;
        if (thousandths_ / kThousand < pieces) return false;
        thousandths_ -= pieces * kThousand;
        return true;
    }
    // Nothing was taken for so long that it might as well be forgotten.
    [[nodiscard]] bool full(DurationMs now) const {
        return refilled(now) == rate_.burst * kThousand;
    }

  private:
    static constexpr std::uint64_t kThousand = 1000;

    [[nodiscard]] std::uint64_t refilled(DurationMs now) const {
        // Longer than any bucket takes to fill: the product stays far from its end.
        const std::uint64_t waited = std::min<std::uint64_t>(now.value - at_.value, kDay.value);
        return std::min(rate_.burst * kThousand, thousandths_ + waited * rate_.per_second);
    }

    Rate rate_;
    std::uint64_t thousandths_;
    DurationMs at_;
};

}  // namespace chapar::broker
