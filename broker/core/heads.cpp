#include "broker/core/heads.h"

#include "broker/core/ledger_proof.h"

namespace chapar::broker {

Status check_seen_head(const storage::ReadTxn& txn, const Centre& centre, const Frontier& frontier,
                       const crypto::SeenHead& seen) {
    if (seen.home != centre.home || seen.ledger != centre.ledger) return Error(Errc::WrongHome);
    if (seen.size.value == 0) {
        if (!seen.root.is_zero()) return Error(Errc::HeadMismatch);
        return Done{};
    }
    if (seen.size > frontier.size()) return Error(Errc::HeadUnknown);
    if (CHAPAR_TRY(root_at(txn, frontier, seen.size)) != seen.root) {
        return Error(Errc::HeadMismatch);
    }
    return Done{};
}

}  // namespace chapar::broker
