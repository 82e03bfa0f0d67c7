// Inclusion proofs that clients ask for: at once, or when a quorum of witnesses covers them.
//
// Owns: who is shown which leaf (its agency's view tag is in it, or the leaf is public: nobody
// learns the times of others' entries). Of every other one, and of what was pruned, the tombstone
// (00 || leaf hash) is given for the leaf: with its path it is the root of all entries up to it,
// against which devices hold the heads that others sign and the receipts that they kept. One entry
// that is not there does not spoil the others: WitnessedHead leaves it out. Also the newest head
// with a quorum, and for each session the entries that wait for the next one (at most kWaiting).
// Does not know witnesses. Without a witness policy the answer to WitnessedHead is an empty list.
//
// Errors of ask(): NotFound (AnyHead: no such entry), BackPressure (too many wait): the asker's;
// all others are the store's. Resource type; loop thread. Source: design ledger.md 2.5, L2;
// schemas/README.md, PROOFS.
#pragma once

#include <optional>
#include <vector>

#include "broker/edge/config.h"
#include "broker/edge/node_keys.h"
#include "broker/edge/outlet.h"
#include "broker/edge/tick.h"

namespace chapar::broker {

class ProofsService {
  public:
    ProofsService(storage::Store& store, const Tick& tick, const NodeKeys& node, Sessions& sessions,
                  Outlet& outlet, Witnesses witnesses);

    // May end the session. REQUIRES: tick.has_signed_head().
    [[nodiscard]] Status ask(Session& session, const schemas::ProofsAsk& ask);
    // The same for the operator, who may ask about every entry and does not wait.
    [[nodiscard]] Result<schemas::Proofs> answer(const schemas::ProofsAsk& ask) const;

    // A newer head with a quorum: what waited and is covered goes out.
    [[nodiscard]] Status witnessed(SignedHead head);
    [[nodiscard]] const std::optional<SignedHead>& newest() const { return newest_; }

    static constexpr std::size_t kWaiting = 1024;

  private:
    [[nodiscard]] Result<bool> may_read(const storage::ReadTxn& txn, const AgencyId& agency,
                                        EntryIndex index) const;
    [[nodiscard]] Status send(const storage::ReadTxn& txn, Session& session, const SignedHead& head,
                              const std::vector<EntryIndex>& entries);
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
    std::optional<SignedHead> newest_;
};

}  // namespace chapar::broker
