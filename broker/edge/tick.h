// One tick: operations in, one transaction, one fsync, one signed head.
//
// Owns: the frontier and head that are committed, the opening of ledger keys that a batch needs
// (drawn, synced to the key file, then proposed in front of it), the commit, and the signature of
// the head as a later read transaction sees it. Does not know who is waiting for the outcomes: they
// may be spoken only after run() has returned them.
//
// Errors of run(): StoreFull: nothing was written, the broker goes on. Any other: it is unknown
// what the disk holds; the process must stop without another word.
//
// REQUIRES: what the constructor is given outlives it. Resource type; loop thread.
// Source: design ledger.md 2.3 steps 5 to 8.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "broker/core/fold.h"
#include "broker/core/frontier.h"
#include "broker/core/ledger_tables.h"
#include "broker/core/recent_entries.h"
#include "broker/edge/ledger_key_file.h"
#include "crypto/note.h"
#include "crypto/random.h"
#include "storage/store.h"

namespace chapar::broker {

// What a client may be told about the ledger: a head that is on the disk, and its note. Of every
// commit; those of each second are published (service_ledger.cpp).
struct SignedHead {
    LedgerHead head;
    std::string note;
};

class Tick {
  public:
    struct Parts {
        storage::Store& store;
        LedgerKeyFile& keys;
        const crypto::NoteSigner& log;
        crypto::Random& random;
        Capacity capacity;
    };

    // Rebuilds the frontier from the store and compares it with the stored head: LedgerDamaged
    // unless they agree. Nothing is signed before the first run().
    [[nodiscard]] static Result<Tick> open(const Parts& parts);

    // One outcome per operation, in order.
    [[nodiscard]] Result<std::vector<Outcome>> run(std::span<const Operation> operations);

    // What run() would answer, with nothing written and nothing signed.
    [[nodiscard]] Result<std::vector<Outcome>> rehearse(std::span<const Operation> operations);

    // Shows a head that was signed before, while nothing may be signed. REQUIRES: its note verifies
    // and is a head that this ledger had.
    void show(SignedHead head);

    // False before the first run() of a ledger without a note.
    [[nodiscard]] bool has_signed_head() const { return signed_ != nullptr; }
    // The newest signed head. REQUIRES: has_signed_head().
    [[nodiscard]] const SignedHead& signed_head() const {
        CHAPAR_ASSERT(signed_ != nullptr);
        return *signed_;
    }
    [[nodiscard]] const Frontier& frontier() const { return frontier_; }
    // Of what is committed, the newest: no receipt needs to read it back.
    [[nodiscard]] const RecentEntries& recent() const { return recent_; }
    [[nodiscard]] const crypto::LedgerKeys& keys() const { return parts_.keys.keys(); }
    [[nodiscard]] std::uint64_t commits() const { return commits_; }

  private:
    Tick(const Parts& parts, Frontier frontier) : parts_(parts), frontier_(std::move(frontier)) {}
    [[nodiscard]] Result<std::vector<Operation>> open_keys(storage::ReadTxn& txn,
                                                           std::span<const Operation> operations);
    // After the commit.
    [[nodiscard]] Status take_over(Frontier frontier, std::vector<Outcome>& outcomes);
    [[nodiscard]] Status sign_head();

    Parts parts_;
    Frontier frontier_;
    RecentEntries recent_;
    std::unique_ptr<SignedHead> signed_;
    std::uint64_t commits_ = 0;
};

}  // namespace chapar::broker
