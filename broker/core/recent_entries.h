// The entries appended last, as receipts need them: so that what a tick has just sealed is not read
// back, opened and compared again for each of its readers.
//
// Owns: a copy in memory, of a bounded size, of leaves and bodies in the clear. Derived: empty at
// the start, and never ahead of the store, because its caller keeps committed entries only. Does
// not know who may read what, nor that an entry was shredded or pruned: its caller clears it then.
//
// Value type; loop thread.
#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include "broker/core/ledger_append.h"
#include "schemas/base/ids.h"

namespace chapar::broker {

class RecentEntries {
  public:
    // What it holds at most, in bytes of leaves and bodies; the oldest go first.
    static constexpr std::size_t kBytesMax = std::size_t{4} << 20;

    // REQUIRES: committed, in order, and none of them kept before.
    void keep(std::vector<MadeEntry> entries);
    // Null: it is to be read from the store. Lives until the next keep() or clear().
    [[nodiscard]] const MadeEntry* find(EntryIndex index) const;
    void clear();

  private:
    std::deque<MadeEntry> entries_;  // without gaps
    std::size_t bytes_ = 0;
};

}  // namespace chapar::broker
