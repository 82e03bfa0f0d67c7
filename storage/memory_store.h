// The store in memory: the twin of LmdbStore for tests, the simulator and short-lived programs.
//
// Owns: its records, in stored form (framed like on disk). Does not know files: `reopen` stands for
// a restart of the process. Deterministic: the checksum key is given, nothing is drawn.
//
// Simulates what real stores do to their callers: a full map (`capacity_bytes`) and a commit that
// fails (`commit_fault`), with and without the writes having reached the disk.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>

#include "crypto/checksum.h"
#include "storage/store.h"

namespace chapar::storage {

namespace memory {
struct Shared;
}

// The `number`-th commit since the store was made (from 1) returns StoreFailed.
struct CommitFault {
    enum class Kept : std::uint8_t {
        Nothing,     // what a failed write leaves behind
        Everything,  // what a failure after the last sync leaves behind: never acknowledged, yet
                     // there
    };
    std::uint64_t number = 1;
    Kept kept = Kept::Nothing;
};

struct MemoryStoreOptions {
    // Keys and stored values together: a write that would pass it is StoreFull.
    std::uint64_t capacity_bytes = std::numeric_limits<std::uint64_t>::max();
    std::optional<CommitFault> commit_fault;
    crypto::ChecksumKey checksum_key{};
    std::uint64_t reserve_bytes = 0;  // of the capacity: for those that do not spare it
};

class MemoryStore final : public Store {
  public:
    // REQUIRES: names that differ from each other and from kMetaTable's, within their limits.
    explicit MemoryStore(std::span<const Table> tables, MemoryStoreOptions options = {});
    ~MemoryStore() override;

    // A new store with what `old` has committed, as after a restart (or, with a larger capacity,
    // after the operator has enlarged the map). `old` need not be usable any more. The checksum key
    // is the one in `old`. StoreDamaged and VersionUnknown as from read_meta.
    [[nodiscard]] static Result<std::unique_ptr<MemoryStore>> reopen(
        const MemoryStore& old, MemoryStoreOptions options = {});

    [[nodiscard]] Result<std::unique_ptr<ReadTxn>> begin_read() const override;
    [[nodiscard]] Result<std::unique_ptr<Txn>> begin_write() override;
    [[nodiscard]] Result<Usage> usage() const override;

  private:
    explicit MemoryStore(std::unique_ptr<memory::Shared> shared);
    std::unique_ptr<memory::Shared> shared_;
};

}  // namespace chapar::storage
