// The sequencer of a single node: first in, first out.
#pragma once

#include <deque>

#include "broker/edge/sequencer.h"

namespace chapar::broker {

class LocalSequencer final : public Sequencer {
  public:
    void propose(Batch batch) override;
    [[nodiscard]] std::optional<Batch> next() override;

  private:
    std::deque<Batch> decided_;
};

}  // namespace chapar::broker
