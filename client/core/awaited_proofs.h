// Entries of the ledger that this device still wants to see witnessed: receipts on their way from
// *logged* to *witnessed*.
//
// Owns: their list, what a proof settles, when one is late or missing, and the words for it. Does
// not know networks, or which entries were asked for. A proof counts only for exactly the leaf that
// the receipt proved, against a head that was accepted; it is *witnessed* only if a quorum of the
// home's policy signed that head. Where the home has no policy, *logged* is the last stage: an
// entry is settled when a newer head shows it again. What is late is counted in waited time
// (waited_time.h), from the first look on.
// Errors: those of a broken store; ProofInvalid, LeafInvalid (nothing changed but the alarm).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/core/receipt.h"
#include "crypto/checkpoint.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "schemas/frames.h"
#include "storage/store.h"

namespace chapar::client {

enum class AwaitedKind : std::uint8_t {
    Sent = 1,       // ACCEPTED or REJECTED of an envelope of this device
    Received = 2,   // ACCEPTED of one that it received
    Statement = 3,  // a statement that it signed
    Event = 4,      // a statement of another about an envelope that it sent
};

struct AwaitedProof {
    EntryIndex index;
    AwaitedKind kind = AwaitedKind::Sent;
    EnvelopeHash envelope;
    Hash leaf;           // its hash
    TimeMs since{};      // waited time of the first look under a policy; or kNotLookedAt
    bool shown = false;  // a head newer than the receipt's has shown it again
    bool told = false;   // as late
    bool operator==(const AwaitedProof&) const = default;
};

// Begins to wait; again: no change.
[[nodiscard]] Status await_proof(storage::Txn& txn, const AwaitedProof& awaited);
// For each entry of a stored receipt of this envelope that is not witnessed.
[[nodiscard]] Status await_receipts(storage::Txn& txn, const EnvelopeHash& envelope,
                                    AwaitedKind kind);
// For every stored receipt that is not witnessed: when the home gets a policy.
[[nodiscard]] Status await_all_receipts(storage::Txn& txn);
// In the order of the ledger; at most `limit`.
[[nodiscard]] Result<std::vector<AwaitedProof>> awaited_proofs(const storage::ReadTxn& txn,
                                                               std::size_t limit);

enum class Witnessing : std::uint8_t { NoPolicy, NotMet, Met };
struct ShownHead {
    const crypto::Checkpoint& checkpoint;  // accepted
    const std::string& note;               // that it was read from, verbatim
    Witnessing witnessing = Witnessing::NoPolicy;
    TimeMs time{};  // of the newest cosignature, where met
};
// Takes one proof: witnessed rows upgrade their receipt (note and path) and are done. Another leaf
// at the place, or a path that leads elsewhere: EntryMissing is raised and the error returned.
[[nodiscard]] Status settle_awaited(storage::Txn& txn, const schemas::EntryProof& proof,
                                    const ShownHead& head, TimeMs now);
// An answer that must hold this entry lacks it: EntryMissing.
[[nodiscard]] Status keep_missing(storage::Txn& txn, EntryIndex index, TimeMs now);

enum class PolicyHeld : std::uint8_t { No, Yes };
// Raises ReceiptLate for what waits longer than limits::kWitnessedBy under a policy, or lifts it.
// `waited`: now, as waited time.
[[nodiscard]] Status judge_awaited(storage::Txn& txn, PolicyHeld policy, TimeMs waited, TimeMs now);

// How far the receipt of an envelope is.
enum class WitnessStage : std::uint8_t { NoReceipt, Logged, Late, Witnessed };
struct WitnessState {
    WitnessStage stage = WitnessStage::NoReceipt;
    TimeMs time{};  // when the last of its entries was witnessed
};
[[nodiscard]] Result<WitnessState> witness_state(const storage::ReadTxn& txn,
                                                 const EnvelopeHash& envelope);
// Of one entry of it.
[[nodiscard]] Result<bool> is_witnessed(const storage::ReadTxn& txn, const EnvelopeHash& envelope,
                                        EntryIndex index);

}  // namespace chapar::client
