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
        : rate_(rate), thousandths_(full_level()), at_(now) {}

    // All of them or none. False: the rate does not allow them now.
    [[nodiscard]] bool take(std::uint64_t pieces, DurationMs now) {
        refill(now);
        if (thousandths_ < thousandths(pieces)) return false;
        thousandths_ -= thousandths(pieces);
        return true;
    }
    // So many are due, at least. REQUIRES: pieces <= burst.
    [[nodiscard]] bool holds(std::uint64_t pieces, DurationMs now) const {
        return refilled(now) >= thousandths(pieces);
    }
    // Takes them whether or not so many are due; what is owed comes off what fills later.
    void owe(std::uint64_t pieces, DurationMs now) {
        refill(now);
        thousandths_ -= thousandths(std::min(pieces, rate_.burst));
    }
    // Nothing was taken for so long that it might as well be forgotten.
    [[nodiscard]] bool full(DurationMs now) const { return refilled(now) == full_level(); }

  private:
    static constexpr std::int64_t thousandths(std::uint64_t pieces) {
        return static_cast<std::int64_t>(pieces) * 1000;
    }
    [[nodiscard]] std::int64_t full_level() const { return thousandths(rate_.burst); }

    [[nodiscard]] std::int64_t refilled(DurationMs now) const {
        // Longer than any bucket takes to fill: the product stays far from its end.
        const std::uint64_t waited = std::min<std::uint64_t>(now.value - at_.value, kDay.value);
        return std::min(full_level(),
                        thousandths_ + static_cast<std::int64_t>(waited * rate_.per_second));
    }
    void refill(DurationMs now) {
        thousandths_ = refilled(now);
        at_ = now;
    }

    Rate rate_;
    std::int64_t thousandths_;  // below zero: owed
    DurationMs at_;
};

}  // namespace chapar::broker
