// The CURVE keys of the certificates in the directory: who may open a connection at all.
//
// Append-only: a key of a revoked certificate stays, since whether it may do anything is decided
// later, at hello and in the fold. Does not know certificates. Resource type; any thread.
#pragma once

#include <mutex>
#include <set>
#include <shared_mutex>

#include "schemas/base/ids.h"

namespace chapar::broker {

class KnownKeys {
  public:
    void add(const CurveKey& key) {
        const std::unique_lock lock(mutex_);
        keys_.insert(key);
    }
    [[nodiscard]] bool contains(const CurveKey& key) const {
        const std::shared_lock lock(mutex_);
        return keys_.contains(key);
    }

  private:
    mutable std::shared_mutex mutex_;
    std::set<CurveKey> keys_;
};

}  // namespace chapar::broker
