// A ledger of a few entries, as it is recorded, for tests of the replay.
#pragma once

#include <optional>
#include <vector>

#include "broker/core/replay.h"
#include "tests/unit/broker/world.h"

namespace chapar::testing {

[[nodiscard]] std::vector<broker::RecordedEntry> entries_of(World& world);

struct SmallLedger;
// Shreds what TJ-DCA sent CARICC in the ledger's first month, 40 days after it. `key_entry`: of
// that bucket; whoever has an audit key still opens it.
[[nodiscard]] std::vector<broker::RecordedEntry> shredded_entries(SmallLedger& ledger,
                                                                  std::uint64_t& key_entry);
// Lets 400 days pass, and prunes the first 256 entries. The record as it is exported then.
[[nodiscard]] std::vector<broker::RecordedEntry> pruned_entries(SmallLedger& ledger);

// Two alerts, one RESTRICTED, one SECRET, each permitted by its own export rule; one is delivered.
struct SmallLedger {
    World world{StoreKind::Memory, 3};
    SentEnvelope low;
    SentEnvelope secret;
    broker::Outcome first;  // of `low`

    SmallLedger();
    [[nodiscard]] SentEnvelope seal(schemas::Classification classification);
    [[nodiscard]] broker::ReplayReport replay(const std::vector<broker::RecordedEntry>& entries,
                                              const std::optional<broker::RuleName>& without = {});

  private:
    SentEnvelope prepare();
};

}  // namespace chapar::testing
