#include "broker/edge/tick.h"

#include <algorithm>
#include <set>
#include <utility>

#include "broker/core/ledger_key_index.h"
#include "broker/core/ledger_open.h"
#include "broker/edge/fault_point.h"
#include "broker/edge/store_gate.h"
#include "crypto/checkpoint.h"

namespace chapar::broker {

Result<Tick> Tick::open(const Parts& parts) {
    const auto txn = CHAPAR_TRY(parts.store.begin_read());
    // Before the file is written anew, and what it holds of a damaged line is gone.
    if (parts.keys.torn()) {
        if (const auto missed = CHAPAR_TRY(key_without_secret(*txn, parts.keys.keys()))) {
            return Error(Errc::LedgerDamaged, "ledger.keys: the secret of KEY entry " +
                                                  std::to_string(missed->value) +
                                                  " is in a damaged line");
        }
    }
    // A crash may have come between a SHRED entry and the end of its secret.
    const auto shredded = CHAPAR_TRY(shredded_keys(*txn));
    CHAPAR_TRY(parts.keys.destroy(shredded));
    return Tick(parts, CHAPAR_TRY(open_ledger(*txn)));
}

Result<std::vector<Operation>> Tick::open_keys(storage::ReadTxn& txn,
                                               std::span<const Operation> operations) {
    std::vector<Operation> opening;
    std::vector<NewLedgerKey> fresh;
    std::set<BucketId> seen;
    KeyNeeds needs(txn);
    for (const Operation& operation : operations) {
        for (const KeyNeed& need : CHAPAR_TRY(needs.of(operation))) {
            if (!seen.insert(need.scope.name()).second) continue;
            // A crash between the key file and the commit leaves a secret without its entry: that
            // one must be used, since the file keeps the first of a name.
            const crypto::Secret32* known = keys().find(need.scope);
            crypto::Secret32 secret =
                known != nullptr ? known->duplicate() : crypto::Secret32::random(parts_.random);
            const auto record =
                crypto::seal_ledger_key(need.scope, secret, need.copies, parts_.random);
            // An agency whose audit key is no key cannot be sealed to; its operation then meets a
            // missing key and is answered so.
            if (!record) continue;
            opening.push_back({operation.stamp, OpenKey{record->encode()}});
            if (known == nullptr) fresh.push_back({need.scope, std::move(secret)});
        }
    }
    CHAPAR_TRY(parts_.keys.add(std::move(fresh)));
    reach(FaultPoint::KeysSynced);
    return opening;
}

Result<std::vector<Outcome>> Tick::run(std::span<const Operation> operations) {
    reach(FaultPoint::BatchTaken);
    const auto txn = CHAPAR_TRY(parts_.store.begin_write());
    const auto brings = [](const Operation& operation) { return is_new_work(operation.body); };
    if (std::ranges::any_of(operations, brings)) txn->spare_reserve();
    std::vector<Operation> all = CHAPAR_TRY(open_keys(*txn, operations));
    const auto opened = static_cast<std::ptrdiff_t>(all.size());
    // Few batches open keys; the others are not copied.
    if (opened != 0) {
        all.insert(all.end(), operations.begin(), operations.end());
        operations = all;
    }
    Frontier frontier = frontier_;
    std::vector<Outcome> outcomes =
        CHAPAR_TRY(fold(*txn, frontier, operations, keys(), parts_.random, parts_.capacity));
    CHAPAR_ASSERT(outcomes.size() == operations.size());
    reach(FaultPoint::Folded);
    CHAPAR_TRY(std::move(*txn).commit());
    reach(FaultPoint::Committed);
    CHAPAR_TRY(take_over(std::move(frontier), outcomes));
    CHAPAR_TRY(sign_head());
    outcomes.erase(outcomes.begin(), outcomes.begin() + opened);
    return outcomes;
}

Status Tick::take_over(Frontier frontier, std::vector<Outcome>& outcomes) {
    ++commits_;
    frontier_ = std::move(frontier);
    bool gone = false;
    for (Outcome& outcome : outcomes) {
        recent_.keep(std::exchange(outcome.made, {}));
        gone = gone || outcome.effects.pruned || !outcome.effects.shredded.empty();
    }
    // What may not be opened any more must not lie here either.
    if (gone) recent_.clear();
    for (const Outcome& outcome : outcomes) {
        CHAPAR_TRY(parts_.keys.destroy(outcome.effects.shredded));
    }
    return Done{};
}

Status Tick::sign_head() {
    if (signed_ != nullptr && signed_->head.size == frontier_.size()) return Done{};
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    const auto head = CHAPAR_TRY(read_head(*txn));
    // Signing anything but what was just committed would be evidence against ourselves.
    if (!head || head->size != frontier_.size() || head->root != frontier_.root()) {
        return Error(Errc::LedgerDamaged, "head after commit");
    }
    reach(FaultPoint::HeadRead);
    const crypto::Checkpoint checkpoint{parts_.log.verifier().name(), head->size, head->root};
    signed_ = std::make_unique<SignedHead>(
        SignedHead{*head, crypto::sign_checkpoint(checkpoint, parts_.log)});
    reach(FaultPoint::Signed);
    return Done{};
}

Result<std::vector<Outcome>> Tick::rehearse(std::span<const Operation> operations) {
    const auto txn = CHAPAR_TRY(parts_.store.begin_write());
    Frontier frontier = frontier_;
    return fold(*txn, frontier, operations, keys(), parts_.random, parts_.capacity);
}

void Tick::show(SignedHead head) { signed_ = std::make_unique<SignedHead>(std::move(head)); }

}  // namespace chapar::broker
