// Writes to the fresh store of a rebuild, some rows a commit.
//
// Owns: the transaction that is open. Does not know what is written. Resource type.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "storage/store.h"

namespace chapar::broker {

class RebuildWriting {
  public:
    explicit RebuildWriting(storage::Store& store) : store_(store) {}
    Status put(const storage::Table& table, ByteView key, ByteView value) {
        return CHAPAR_TRY(txn())->put(table, key, value);
    }
    // For one change, and to read what was written so far. Valid until the next call.
    Result<storage::Txn*> txn() {
        if (changes_ == kChangesPerCommit) CHAPAR_TRY(finish());
        if (!txn_) txn_ = CHAPAR_TRY(store_.begin_write());
        ++changes_;
        return txn_.get();
    }
    Status finish() {
        if (!txn_) return Done{};
        const auto txn = std::exchange(txn_, nullptr);
        changes_ = 0;
        return std::move(*txn).commit();
    }

  private:
    static constexpr std::uint64_t kChangesPerCommit = 512;
    storage::Store& store_;
    std::unique_ptr<storage::Txn> txn_;
    std::uint64_t changes_ = 0;
};

}  // namespace chapar::broker
