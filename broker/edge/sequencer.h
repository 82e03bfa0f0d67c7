// The seam for scale: batches of operations go in, the same batches come out in one total order.
//
// Does not know what operations are. A batch that comes out is decided: it will be applied, by
// every node that there is, in this order. LocalSequencer (one node) decides by taking; there the
// commit of the store is the durability.
//
// Thread: loop thread. Source: architecture.md 3; design README "The fold" 1.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "broker/core/operation.h"

namespace chapar::broker {

struct Batch {
    std::uint64_t ticket = 0;  // the proposer's name for it
    std::vector<Operation> operations;
};

class Sequencer {
  public:
    Sequencer() = default;
    Sequencer(const Sequencer&) = delete;
    Sequencer& operator=(const Sequencer&) = delete;
    virtual ~Sequencer() = default;

    virtual void propose(Batch batch) = 0;
    // The next batch in the order; empty if none has been decided yet.
    [[nodiscard]] virtual std::optional<Batch> next() = 0;
};

}  // namespace chapar::broker
