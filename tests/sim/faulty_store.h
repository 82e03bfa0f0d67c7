// A store that is full, fails, rots or takes its process with it: MemoryStore behind faults.
//
// Owns: what a commit meets (a crash before or behind it, StoreFull, StoreFailed with or without
// the writes having reached the disk) and rotten rows, which are one flipped bit in what is stored.
// The records are a MemoryStore's, which frames and checks them as LMDB's does; a commit is atomic
// and durable when it returns. So torn pages and lost meta pages are not modelled here.
//
// Resource type; one thread. After StoreFailed every transaction is refused until restart().
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "storage/memory_store.h"
#include "tests/sim/disk.h"

namespace chapar::sim {

class FaultyStore final : public storage::Store {
  public:
    using OnCommit = std::function<void()>;

    FaultyStore(std::unique_ptr<storage::MemoryStore> records, std::vector<storage::Table> tables,
                Disk& disk, Dice dice);

    [[nodiscard]] Result<std::unique_ptr<storage::ReadTxn>> begin_read() const override;
    [[nodiscard]] Result<std::unique_ptr<storage::Txn>> begin_write() override;
    [[nodiscard]] Result<storage::Usage> usage() const override;

    // Called after each commit, before the process hears of it.
    void on_commit(OnCommit hook) { on_commit_ = std::move(hook); }
    // The `commits`-th commit from now fails with StoreFailed.
    void arm_failure(std::uint64_t commits) { failure_in_ = commits; }
    void set_nearly_full(bool nearly) { nearly_full_ = nearly; }
    // A new process has opened it.
    void restart() { failed_ = false; }

    // Flips one bit of one record; which one, for the transcript. Empty: there is none.
    [[nodiscard]] std::string rot();
    // The operator puts back what has rotted and was not written since.
    void restore_rotten();
    [[nodiscard]] bool is_rotten() const { return !rotten_.empty(); }

    [[nodiscard]] storage::MemoryStore& records() { return *records_; }
    void replace_records(std::unique_ptr<storage::MemoryStore> records) {
        records_ = std::move(records);
        rotten_.clear();
    }

  private:
    class Writing;
    struct Rotten {
        storage::Table table;
        Bytes key;
        Bytes good;
        Bytes bad;
    };
    [[nodiscard]] Status commit(std::unique_ptr<storage::Txn> txn);

    std::unique_ptr<storage::MemoryStore> records_;
    std::vector<storage::Table> tables_;
    Disk& disk_;
    Dice dice_;
    OnCommit on_commit_;
    std::uint64_t failure_in_ = 0;
    bool nearly_full_ = false;
    bool failed_ = false;
    std::vector<Rotten> rotten_;
};

}  // namespace chapar::sim
