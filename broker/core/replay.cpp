#include "broker/core/replay.h"

#include "broker/core/fold.h"
#include "broker/core/ledger_read.h"
#include "broker/core/plan.h"
#include "broker/core/replay_rebuild.h"
#include "broker/core/submit.h"
#include "crypto/entry_body.h"
#include "crypto/envelope.h"
#include "crypto/tree.h"

namespace chapar::broker {
namespace {

constexpr std::uint64_t kOperationsPerCommit = 256;

enum class Alignment : std::uint8_t { Kept, Lost };

class Replay {
  public:
    Replay(std::span<const RecordedEntry> entries, const RecordedKeys& keys, NonceSource& nonces,
           const std::optional<RuleName>& without)
        : entries_(entries), keys_(keys), nonces_(nonces), without_(without) {
        report_.entries = entries.size();
    }

    // One operation inside the transaction.
    Result<Alignment> step(storage::Txn& txn) {
        const EntryIndex at = frontier_.next_index();
        const auto operation = rebuild(entries_, at, keys_);
        if (!operation) return stop(at, operation.error());
        const Status stateless = check_stateless(txn, *operation);
        if (!stateless) {
            if (is_failure(stateless.error().code)) return stateless.error();
            note(at, stateless.error());
        }
        if (const auto* submit = std::get_if<Submit>(&operation->body)) {
            CHAPAR_TRY(weigh(txn, at, operation->stamp, *submit));
        }
        const auto outcomes =
            CHAPAR_TRY(fold(txn, frontier_, {&*operation, 1}, keys_.keys, nonces_, kUnlimited));
        ++report_.operations;
        return compare(txn, at, outcomes.front());
    }

    [[nodiscard]] bool at_end() const { return frontier_.size().value >= entries_.size(); }

    ReplayReport finish() && {
        CompactRange recorded;
        for (const RecordedEntry& entry : entries_) recorded.push(crypto::leaf_hash(entry.leaf));
        report_.recorded_root = recorded.root();
        report_.root = frontier_.root();
        report_.size = frontier_.size();
        return std::move(report_);
    }

  private:
    void note(EntryIndex at, const Error& error) {
        std::string what(text_of(error.code).code);
        if (!error.context.empty()) what += ": " + error.context;
        report_.differences.push_back({at, std::move(what)});
    }

    Alignment stop(EntryIndex at, const Error& error) {
        note(at, error);
        return Alignment::Lost;
    }

    // The decision as it stands, and as it would be without the rule. Both const: the state goes
    // on as recorded.
    Status weigh(const storage::ReadTxn& txn, EntryIndex at, const Stamp& stamp,
                 const Submit& submit) {
        ++report_.decisions;
        const auto centre = CHAPAR_TRY(read_centre(txn));
        if (!without_ || !centre) return Done{};
        const Moment moment{stamp.time, stamp.clock, frontier_.tip().epoch, frontier_.next_index(),
                            frontier_,  kUnlimited};
        const auto as_is = CHAPAR_TRY(decide_submit(txn, *centre, moment, submit));
        const auto changed = CHAPAR_TRY(decide_submit(txn, *centre, moment, submit, without_));
        const auto effect = [](const Plan& plan) {
            return plan.outcome.code ? Effect::Deny : Effect::Permit;
        };
        if (effect(as_is) != effect(changed)) {
            report_.changed.push_back(
                {at, crypto::envelope_hash(submit.envelope), effect(as_is), effect(changed)});
        }
        return Done{};
    }

    Result<Alignment> compare(const storage::ReadTxn& txn, EntryIndex at, const Outcome& outcome) {
        if (outcome.count == 0) {
            return stop(at, Error(outcome.code.value_or(Errc::LedgerDamaged),
                                  "the fold leaves no entry here"));
        }
        if (outcome.freshness == Freshness::Duplicate) {
            return stop(at, Error(Errc::LedgerDamaged, "recorded before"));
        }
        for (std::uint64_t i = at.value; i < frontier_.size().value; ++i) {
            if (i >= entries_.size()) {
                return stop(EntryIndex(i), Error(Errc::LedgerDamaged, "the record ends too early"));
            }
            const auto leaf = CHAPAR_TRY(leaf_bytes(txn, EntryIndex(i)));
            if (!equal(leaf, entries_[i].leaf)) {
                report_.differences.push_back({EntryIndex(i), difference_of(outcome)});
            }
        }
        return Alignment::Kept;
    }

    static std::string difference_of(const Outcome& outcome) {
        if (!outcome.code) return "leaf: the fold permits";
        return "leaf: the fold refuses, " + std::string(text_of(*outcome.code).code);
    }

    std::span<const RecordedEntry> entries_;
    const RecordedKeys& keys_;
    NonceSource& nonces_;
    const std::optional<RuleName>& without_;
    Frontier frontier_;
    ReplayReport report_;
};

// Up to kOperationsPerCommit operations in one transaction.
Result<Alignment> replay_some(storage::Store& store, Replay& replay) {
    const auto txn = CHAPAR_TRY(store.begin_write());
    auto alignment = Alignment::Kept;
    for (std::uint64_t i = 0; i < kOperationsPerCommit && !replay.at_end(); ++i) {
        alignment = CHAPAR_TRY(replay.step(*txn));
        if (alignment == Alignment::Lost) break;
    }
    CHAPAR_TRY(std::move(*txn).commit());
    return alignment;
}

}  // namespace

Result<RecordedKeys> open_recorded_keys(std::span<const RecordedEntry> entries,
                                        const crypto::Secret32& auditor) {
    RecordedKeys out;
    for (std::uint64_t i = 0; i < entries.size(); ++i) {
        // What does not parse is reported by the replay, when it comes to it.
        const auto leaf = crypto::Leaf::decode(entries[i].leaf);
        if (!leaf || leaf->kind != crypto::LeafKind::Key) continue;
        const auto body = crypto::EntryBody::decode(leaf->kind, entries[i].body);
        if (!body || body->event != event_number(crypto::KeyEvent::Opened)) continue;
        const auto record = CHAPAR_TRY(crypto::LedgerKeyRecord::decode(*body->record));
        CHAPAR_TRY(crypto::reserve_secrets(1));
        out.keys.add(record.scope, CHAPAR_TRY(crypto::open_ledger_key(record, auditor)));
        out.by_entry.emplace(EntryIndex(i), record.scope.name());
    }
    return out;
}

Result<ReplayReport> replay(storage::Store& store, std::span<const RecordedEntry> entries,
                            const RecordedKeys& keys, NonceSource& nonces,
                            const std::optional<RuleName>& without) {
    Replay run(entries, keys, nonces, without);
    while (!run.at_end()) {
        if (CHAPAR_TRY(replay_some(store, run)) == Alignment::Lost) break;
    }
    return std::move(run).finish();
}

}  // namespace chapar::broker
