#include "broker/core/fold.h"

#include "broker/core/apply.h"
#include "crypto/body_seal.h"

namespace chapar::broker {
namespace {

// One tick under way.
struct Tick {
    storage::Txn& txn;
    DirectoryView directory;
    Frontier& frontier;
    LedgerContext context;  // its origin is zero before the centre is founded: nothing is sealed
    const Capacity& capacity;
    std::optional<Centre> centre;
    TimeMs newest;  // exact time of the newest entry
};

// Found changes it in the middle of a tick.
Status refresh_centre(Tick& tick) {
    tick.centre = CHAPAR_TRY(read_centre(tick.txn));
    if (tick.centre) tick.context.origin = crypto::origin_hash(tick.centre->origin);
    return Done{};
}

Moment moment_of(const Tick& tick, const Stamp& stamp) {
    const bool backward = stamp.time < tick.newest;
    return {backward ? tick.newest : stamp.time,
            backward ? Clock::Held : stamp.clock,
            tick.frontier.tip().epoch,
            tick.frontier.next_index(),
            tick.frontier,
            tick.capacity};
}

Status append_drafts(Tick& tick, Plan& plan) {
    auto appended = CHAPAR_TRY(append_entries(tick.txn, tick.frontier, plan.drafts, tick.context));
    CHAPAR_ASSERT(appended.first == plan.outcome.first && appended.count == plan.outcome.count);
    plan.outcome.made = std::move(appended.made);
    return Done{};
}

Result<bool> keys_are_open(const Tick& tick, const Plan& plan) {
    for (const EntryDraft& draft : plan.drafts) {
        if (!draft.readers) continue;
        const LedgerContext& context = tick.context;
        const auto* keys =
            CHAPAR_TRY(context.open.find(tick.txn, context.keys, *draft.readers, draft.body.time));
        if (keys == nullptr) return false;
    }
    return true;
}

// Many recipients under many rules can make a body that no entry holds; that is its sender's doing
// and must not end the tick.
Status check_sizes(const Plan& plan) {
    for (const EntryDraft& draft : plan.drafts) CHAPAR_TRY(draft.body.encode());
    return Done{};
}

bool may_change_directory(const Operation& operation) {
    return !std::holds_alternative<Submit>(operation.body) &&
           !std::holds_alternative<Confirm>(operation.body) &&
           !std::holds_alternative<Withhold>(operation.body);
}

// After the plan is made and its entries fit, only the store can fail.
Result<Outcome> carry_out(Tick& tick, const Moment& moment, Plan plan) {
    if (plan.drafts.empty()) return std::move(plan.outcome);
    if (!CHAPAR_TRY(keys_are_open(tick, plan))) {
        return refusal(plan.outcome.about, Error(Errc::BackPressure, "ledger key")).outcome;
    }
    if (const Status fits = check_sizes(plan); !fits) {
        return refusal(plan.outcome.about, fits.error()).outcome;
    }
    if (plan.write) CHAPAR_TRY(plan.write(tick.txn));
    tick.newest = moment.time;
    CHAPAR_TRY(append_drafts(tick, plan));
    if (!tick.centre) CHAPAR_TRY(refresh_centre(tick));
    return std::move(plan.outcome);
}

}  // namespace

Result<std::vector<Outcome>> fold(storage::Txn& txn, Frontier& frontier,
                                  std::span<const Operation> operations,
                                  const crypto::LedgerKeys& keys, NonceSource& nonces,
                                  const Capacity& capacity) {
    const TimeMs newest = CHAPAR_TRY(read_time(txn));
    Tick tick{txn, txn, frontier, {{}, keys, nonces}, capacity, {}, newest};
    CHAPAR_TRY(refresh_centre(tick));
    const TreeSize before = frontier.size();
    std::vector<Outcome> outcomes;
    outcomes.reserve(operations.size());
    for (const Operation& operation : operations) {
        const Moment moment = moment_of(tick, operation.stamp);
        Plan plan = CHAPAR_TRY(apply(tick.directory, tick.centre, moment, operation));
        outcomes.push_back(CHAPAR_TRY(carry_out(tick, moment, std::move(plan))));
        if (may_change_directory(operation)) tick.directory.forget();
    }
    if (frontier.size() == before) return outcomes;
    CHAPAR_TRY(write_time(txn, tick.newest));
    CHAPAR_TRY(seal_tick(txn, frontier));
    return outcomes;
}

}  // namespace chapar::broker
