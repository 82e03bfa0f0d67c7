#include "broker/edge/local_sequencer.h"

#include <utility>

namespace chapar::broker {

void LocalSequencer::propose(Batch batch) { decided_.push_back(std::move(batch)); }

std::optional<Batch> LocalSequencer::next() {
    if (decided_.empty()) return std::nullopt;
    Batch batch = std::move(decided_.front());
    decided_.pop_front();
    return batch;
}

}  // namespace chapar::broker
