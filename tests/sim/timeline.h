// Virtual time: events in the order of their times, then in the order in which they were asked for.
//
// Owns: the queue and the clock, which moves only from event to event. Does not know what an event
// does. Times: virtual milliseconds since the run began. Resource type; one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

#include "schemas/base/time.h"

namespace chapar::sim {

class Timeline {
  public:
    using Event = std::function<void()>;

    [[nodiscard]] DurationMs now() const { return now_; }
    void after(DurationMs delay, Event event) {
        queue_.emplace(std::pair(now_.value + delay.value, next_++), std::move(event));
    }
    // Runs what comes next, if that is not after `until`; false where nothing is left to do by
    // then, and the clock stands at `until`.
    bool step(DurationMs until) {
        if (queue_.empty() || queue_.begin()->first.first > until.value) {
            now_ = until;
            return false;
        }
        auto first = queue_.extract(queue_.begin());
        now_ = DurationMs(first.key().first);
        first.mapped()();
        return true;
    }

  private:
    DurationMs now_;
    std::uint64_t next_ = 0;
    std::map<std::pair<std::uint64_t, std::uint64_t>, Event> queue_;
};

}  // namespace chapar::sim
