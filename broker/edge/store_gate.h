// When the store is too full for new work, and what is new work.
//
// Owns: the rule with its two thresholds, so that a store near one of them does not open and close
// with each tick. Does not know the store: it is shown figures. What is not new work is taken as
// long as the store gives room, its reserve included: statements, withholding, expiry, records that
// an agency or the centre signs (revocation, suspension, SHRED, HOLD, PRUNE); they are what empties
// a store, or must not wait for it.
//
// Value type; one thread. Source: design reliability.md 4 ("Store").
#pragma once

#include <cstdint>

#include "broker/core/operation.h"
#include "storage/store.h"

namespace chapar::broker {

class StoreGate {
  public:
    // Refused from 80 % full and taken again below 70 %. Refused too while less than a tenth of the
    // file system is free and the store may still need more than that; taken again with two in
    // hundred more.
    static constexpr std::uint64_t kRefuseAt = 80;
    static constexpr std::uint64_t kResumeBelow = 70;
    static constexpr std::uint64_t kDiskFree = 10;
    static constexpr std::uint64_t kDiskFreeAgain = 12;

    // Kept for what drains the store; new work never takes it (storage::Txn::spare_reserve).
    static constexpr std::uint64_t kReserve = std::uint64_t{256} << 20;

    enum class Change : std::uint8_t { None, Closed, Opened };
    Change look(const storage::Usage& usage);
    // A commit found no room.
    Change met_full();

    [[nodiscard]] bool closed() const { return closed_; }
    [[nodiscard]] std::uint64_t percent() const { return percent_; }
    // Of the file system; 100 where there is none.
    [[nodiscard]] std::uint64_t disk_free_percent() const { return disk_free_; }

  private:
    bool closed_ = false;
    std::uint64_t percent_ = 0;
    std::uint64_t disk_free_ = 100;
};

[[nodiscard]] bool is_new_work(const OperationBody& body);

}  // namespace chapar::broker
