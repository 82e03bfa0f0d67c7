// The published heads in the store: table `cp`, a note under its size.
//
// Owns: writing them, finding the newest that can be shown again, and the thinning after a day.
// Does not know who signs or cosigns; nothing the fold decides reads this table. A note read back
// counts only if it still verifies and is a head that this ledger had: whoever could write the
// table could not make one.
//
// Thinning: of notes older than a day, by the time of the entry they end with, one a minute stays.
// Those that end with an EPOCH, ANCHOR or PRUNE entry all stay.
//
// Errors: StoreFull (nothing was written), others as the store's. Resource type; loop thread.
// Source: design ledger.md 2.4.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "broker/edge/tick.h"
#include "crypto/witness_policy.h"

namespace chapar::broker {

// What our own notes say of the witnesses: which of them have cosigned, how far, and when last.
struct WitnessMemory {
    struct Given {
        TreeSize size;
        TimeMs time;
    };
    std::optional<SignedHead> newest;                 // of all notes, whoever has cosigned it
    std::map<std::string, Given, std::less<>> given;  // by the witness's name in the policy
};

class PublishedNotes {
  public:
    PublishedNotes(storage::Store& store, const crypto::NoteVerifier& log)
        : store_(store), log_(log) {}

    [[nodiscard]] Status keep(TreeSize size, const std::string& note);
    // Erases what is due, looking at a bounded number of notes. True: there may be more.
    [[nodiscard]] Result<bool> thin(TimeMs now);

    [[nodiscard]] Result<std::optional<SignedHead>> newest(const Frontier& frontier) const;
    // The newest with a quorum, among the newest kLookedAt notes.
    [[nodiscard]] Result<std::optional<SignedHead>> newest_witnessed(
        const Frontier& frontier, const crypto::WitnessPolicy& policy) const;

    // Of the newest kLookedAt notes, or until every witness was met.
    [[nodiscard]] Result<WitnessMemory> memory(const Frontier& frontier,
                                               const crypto::WitnessPolicy& policy) const;

    static constexpr std::size_t kLookedAt = 4096;

  private:
    [[nodiscard]] Result<std::optional<SignedHead>> find(const Frontier& frontier,
                                                         const crypto::WitnessPolicy* policy) const;

    storage::Store& store_;
    const crypto::NoteVerifier& log_;
    TreeSize thinned_to_;                       // notes of smaller sizes have been looked at
    std::optional<std::uint64_t> kept_minute_;  // of the newest of them that stays
};

}  // namespace chapar::broker
