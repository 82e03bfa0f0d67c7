// Inclusion proofs that clients ask for: at once, or when a quorum of witnesses covers them.
//
// Owns: who may ask about which entry (its agency's view tag is in the leaf, or the leaf is public:
// nobody learns the times of others' entries). Of every other one, and of what was pruned, AnyHead
// gives the tombstone (00 || leaf hash) for the leaf: with its path it is the root of all entries
// up to it, against which devices hold the heads that others sign. Also the newest head with a
// quorum, and for each session the entries that wait for the next one (at most kWaiting). Does not
// know witnesses. Without a witness policy the answer to WitnessedHead is an empty list.
//
// Errors of ask(): NotFound (no such entry, or none of the asker's), BackPressure (too many wait):
// the asker's; all others are the store's. Resource type; loop thread.
// Source: design ledger.md 2.5, L2; schemas/README.md, PROOFS.
#pragma once

#include <optional>
#include <vector>

#include "broker/edge/node_keys.h"
#include "broker/edge/outlet.h"
#include "broker/edge/tick.h"

namespace chapar::broker {

class ProofsService {
  public:
    enum class Witnesses : std::uint8_t { None, Asked };
    ProofsService(storage::Store& store, const Tick& tick, const NodeKeys& node, Sessions& sessions,
                  Outlet& outlet, Witnesses witnesses);

    // May end the session. REQUIRES: tick.has_published().
    [[nodiscard]] Status ask(Session& session, const schemas::ProofsAsk& ask);
    // The same for the operator, who may ask about every entry and does not wait.
    [[nodiscard]] Result<schemas::Proofs> answer(const schemas::ProofsAsk& ask) const;

    // A newer head with a quorum: what waited and is covered goes out.
    [[nodiscard]] Status witnessed(PublishedHead head);
    [[nodiscard]] const std::optional<PublishedHead>& newest() const { return newest_; }

    static constexpr std::size_t kWaiting = 1024;

  private:
    [[nodiscard]] Result<bool> may_read(const storage::ReadTxn& txn, const AgencyId& agency,
                                        EntryIndex index) const;
    [[nodiscard]] Status send(const storage::ReadTxn& txn, Session& session,
                              const PublishedHead& head, const std::vector<EntryIndex>& entries);
    [[nodiscard]] Result<schemas::EntryProof> prove(const storage::ReadTxn& txn, EntryIndex index,
                                                    TreeSize size) const;
    [[nodiscard]] Result<schemas::EntryProof> prove_hash(const storage::ReadTxn& txn,
                                                         EntryIndex index, TreeSize size) const;

    storage::Store& store_;
    const Tick& tick_;
    const NodeKeys& node_;
    Sessions& sessions_;
    Outlet& outlet_;
    Witnesses witnesses_;
    std::optional<PublishedHead> newest_;
};

}  // namespace chapar::broker
