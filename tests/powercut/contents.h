// What a store held before it was damaged, and whether anybody who reads it now is given something
// else.
//
// Owns: a copy of every record as it is stored and as it is read, and of every ledger entry. Does
// not know files, damage or who asks. A record counts as given when a read of its table shows it:
// by its key, or in a walk. A ledger entry (its tables bear no checksum) counts as given when it
// comes with a proof that leads to the root that the reader knows from the signed head.
//
// Value type; thread: any. Errors of of(): those of the reads.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "broker/core/frontier.h"
#include "broker/core/ledger_read.h"
#include "crypto/ledger_keys.h"
#include "storage/store.h"

namespace chapar::powercut {

// One state of a broker's store, as those who read it have it.
struct Reading {
    const storage::ReadTxn& txn;
    const broker::Frontier& frontier;
    const crypto::LedgerKeys& keys;
};

class Contents {
  public:
    [[nodiscard]] static Result<Contents> of(const Reading& reading);

    // Whether a read gives what was never stored. What a read refuses, or does not find, is none.
    [[nodiscard]] bool gives_other(const Reading& reading) const;
    // The same by key for one who passes over the checksums: what they are there for.
    [[nodiscard]] bool gives_other_unchecked(const storage::ReadTxn& txn) const;
    // Whether all of it is found, by key and in every walk, and nothing else.
    [[nodiscard]] bool same(const storage::ReadTxn& txn) const;

  private:
    struct Record {
        Bytes stored;  // with its frame
        Bytes value;
    };
    using Records = std::map<Bytes, Record>;

    [[nodiscard]] bool other_by_key(const storage::ReadTxn& txn) const;
    [[nodiscard]] bool other_in_walk(const storage::ReadTxn& txn) const;
    [[nodiscard]] bool other_entry(const Reading& reading) const;

    std::vector<std::pair<storage::Table, Records>> tables_;
    std::vector<broker::ProvenEntry> entries_;
    Hash root_;
};

}  // namespace chapar::powercut
