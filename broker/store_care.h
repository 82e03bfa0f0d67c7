// What is done for an open store every few seconds: dead readers freed, slow ones named.
//
// Owns: which readers were there the last time. A reader that still sees the same state at the next
// look keeps every page freed since from being used again; ours take less than a second, a backup
// or a check as long as it runs. Does not end anybody's transaction. Errors: the store's.
// REQUIRES: what it is given outlives it. Resource type; loop thread. Source: reliability.md 0.
#pragma once

#include <set>
#include <utility>

#include "broker/edge/log.h"
#include "storage/lmdb/lmdb_store.h"

namespace chapar::broker {

class StoreCare {
  public:
    StoreCare(storage::LmdbStore& store, Log& log) : store_(store), log_(log) {}
    [[nodiscard]] Status look();

  private:
    using Held = std::pair<int, std::uint64_t>;  // process, state
    storage::LmdbStore& store_;
    Log& log_;
    std::set<Held> seen_;
    std::set<Held> told_;
};

}  // namespace chapar::broker
