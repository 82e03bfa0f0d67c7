// Work of many agencies in one queue, of which each gets its turn by bytes.
//
// Owns: deficit round robin: in its turn an agency may take out kQuantum bytes' worth, saved up if
// its next piece costs more; so however much one has queued, another's piece waits for at most a
// quantum of each agency before it. Within one agency the order stays. Does not know what is queued
// or how much may be (intake.h).
//
// Value-like container, not copied; one thread.
// Source: Shreedhar and Varghese, "Efficient fair queuing using deficit round robin", 1995.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "schemas/base/ids.h"

namespace chapar::broker {

template <typename Item>
class FairQueue {
  public:
    static constexpr std::size_t kQuantum = 64 * 1024;

    void push(const AgencyId& agency, std::size_t cost, Item item) {
        Line& line = lines_[agency];
        if (line.waiting.empty()) turns_.push_back(agency);
        line.waiting.push_back({cost, std::move(item)});
        ++size_;
    }

    [[nodiscard]] std::optional<Item> pop() {
        while (!turns_.empty()) {
            const auto found = lines_.find(turns_.front());
            Line& line = found->second;
            if (!line.served) {
                line.saved += kQuantum;
                line.served = true;
            }
            if (line.waiting.front().cost > line.saved) {
                line.served = false;
                turns_.push_back(std::move(turns_.front()));
                turns_.pop_front();
                continue;
            }
            line.saved -= line.waiting.front().cost;
            Item item = std::move(line.waiting.front().item);
            line.waiting.pop_front();
            --size_;
            // Nothing is saved up by who has nothing to say.
            if (line.waiting.empty()) {
                turns_.pop_front();
                lines_.erase(found);
            }
            return item;
        }
        return std::nullopt;
    }

    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    struct Waiting {
        std::size_t cost;
        Item item;
    };
    struct Line {
        std::deque<Waiting> waiting;
        std::size_t saved = 0;
        bool served = false;  // has had its quantum in this turn
    };

    std::map<AgencyId, Line> lines_;
    std::deque<AgencyId> turns_;  // agencies with something waiting, whose turn it is first
    std::size_t size_ = 0;
};

}  // namespace chapar::broker
