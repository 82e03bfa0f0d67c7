#include "broker/core/replay.h"

#include "broker/core/apply.h"
#include "broker/core/core_state.h"
#include "broker/core/directory.h"
#include "broker/core/expiry.h"
#include "broker/core/fold.h"
#include "broker/core/ledger_key_index.h"
#include "broker/core/ledger_read.h"
#include "broker/core/plan.h"
#include "broker/core/replay_facts.h"
#include "broker/core/replay_given.h"
#include "broker/core/replay_rebuild.h"
#include "broker/core/replay_words.h"
#include "broker/core/retention_records.h"
#include "broker/core/submit.h"
#include "crypto/envelope.h"
#include "crypto/retention.h"

namespace chapar::broker {
namespace {

using crypto::LeafKind;

constexpr std::uint64_t kOperationsPerCommit = 1024;

enum class Alignment : std::uint8_t { Kept, Lost };

// The entries that one operation left, as far as they can be read.
struct Group {
    std::vector<RecordedEntry> entries;
    std::vector<std::optional<OpenedEntry>> opened;
};

class Replay {
  public:
    Replay(RecordedLedger& entries, const RecordedKeys& keys, NonceSource& nonces,
           const ReplayOptions& options)
        : entries_(entries), keys_(keys), nonces_(nonces), options_(options) {}

    // How far the options reach: times never fall from one leaf to the next.
    Status find_end() {
        end_ = std::min(entries_.size(), options_.until_size.value_or(entries_.size()));
        if (!options_.until_time) return Done{};
        std::uint64_t low = 0;
        while (low < end_) {
            const std::uint64_t middle = low + (end_ - low) / 2;
            std::uint64_t at = middle;
            std::optional<TimeMs> time;
            for (; at < end_ && !time; ++at) {
                const RecordedEntry entry = CHAPAR_TRY(entries_.read(EntryIndex(at)));
                const auto leaf = crypto::Leaf::decode(entry.leaf);
                if (leaf) time = leaf->time;
            }
            if (time && *time <= *options_.until_time) {
                low = at;
            } else {
                end_ = middle;
            }
        }
        return Done{};
    }

    // One operation, or one entry that cannot be read, inside the transaction.
    Result<Alignment> step(storage::Txn& txn) {
        const EntryIndex at = frontier_.next_index();
        const RecordedEntry recorded = CHAPAR_TRY(entries_.read(at));
        const auto first = open_recorded(recorded, at, keys_);
        if (!first && is_closed(first.error().code)) {
            return take_closed(txn, at, recorded, first.error().code);
        }
        if (!first) return stop(at, first.error());
        if (!is_centre() && is_given(*first)) return take_own(txn, at, recorded, *first);
        const auto operation = rebuild(entries_, at, keys_);
        if (!operation) {
            const bool gap = partial_ && operation.error().context == "stanzas";
            return gap ? take_dependent(txn, at, recorded, *first) : stop(at, operation.error());
        }
        const Status stateless = check_stateless(txn, *operation);
        if (!stateless) {
            if (is_failure(stateless.error().code)) return stateless.error();
            differ(at, operation_word(operation->body), error_words(stateless.error()), "holds",
                   "does not hold");
        }
        if (const auto* submit = std::get_if<Submit>(&operation->body)) {
            CHAPAR_TRY(weigh(txn, at, operation->stamp, *submit));
        }
        ++report_.operations;
        return partial_ || !is_centre() ? retake(txn, at, *operation) : refold(txn, at, *operation);
    }

    [[nodiscard]] bool at_end() const { return frontier_.size().value >= end_; }

    Result<ReplayReport> finish() && {
        CompactRange recorded;
        // An operation that began before the end may have left entries after it.
        end_ = std::max(end_, std::min(frontier_.size().value, entries_.size()));
        for (std::uint64_t i = 0; i < end_; ++i) {
            const RecordedEntry entry = CHAPAR_TRY(entries_.read(EntryIndex(i)));
            recorded.push(crypto::stored_leaf_hash(entry.leaf));
        }
        report_.entries = end_;
        report_.recorded_root = recorded.root();
        report_.root = frontier_.root();
        report_.size = frontier_.size();
        return std::move(report_);
    }

  private:
    void differ(EntryIndex at, std::string_view operation, std::string rule, std::string expected,
                std::string found) {
        add({at, std::string(operation), std::move(rule), std::move(expected), std::move(found)});
    }

    void add(Difference difference) {
        ++report_.differences_total;
        if (report_.differences.size() < ReplayReport::kDifferences) {
            report_.differences.push_back(std::move(difference));
        }
    }

    Alignment stop(EntryIndex at, const Error& error) {
        differ(at, "read", error_words(error), "an entry", "none that can be read");
        return Alignment::Lost;
    }

    void depend(EntryIndex at) {
        NotRetaken& not_retaken = report_.not_retaken;
        ++not_retaken.dependent;
        if (not_retaken.dependents.size() < NotRetaken::kListed) {
            not_retaken.dependents.push_back(at);
        }
    }

    void mark(EntryIndex at, std::size_t count) {
        report_.not_retaken.entries.resize(entries_.size());
        for (std::uint64_t i = at.value; i < at.value + count; ++i) {
            report_.not_retaken.entries[i] = true;
        }
    }

    // A gap: the leaf as it stands.
    Result<Alignment> take_closed(storage::Txn& txn, EntryIndex at, const RecordedEntry& entry,
                                  Errc why) {
        switch (why_closed(entry, at, why, keys_)) {
            case Closed::Foreign:
                ++report_.not_retaken.foreign;
                break;
            case Closed::Shredded:
                ++report_.not_retaken.shredded;
                break;
            case Closed::Pruned:
                ++report_.not_retaken.pruned;
                break;
            case Closed::Unaccounted:
                differ(at, "read", std::string(text_of(why).code),
                       "a body, or a SHRED or PRUNE entry that accounts for its absence",
                       "neither");
                break;
        }
        partial_ = true;
        const auto leaf = crypto::Leaf::decode(entry.leaf);
        policy_gap_ = policy_gap_ || (leaf && leaf->kind == LeafKind::Policy);
        return give(txn, at, {&entry, 1}, std::nullopt);
    }

    Result<Alignment> give(storage::Txn& txn, EntryIndex at, std::span<const RecordedEntry> entries,
                           std::optional<TimeMs> newest) {
        mark(at, entries.size());
        const Status given = append_given(txn, frontier_, entries, newest);
        if (given) return Alignment::Kept;
        if (is_failure(given.error().code)) return given.error();
        return stop(at, given.error());
    }

    Result<Alignment> take_dependent(storage::Txn& txn, EntryIndex at, const RecordedEntry& entry,
                                     const OpenedEntry& first) {
        depend(at);
        return give(txn, at, {&entry, 1}, first.body.time);
    }

    [[nodiscard]] bool is_centre() const { return keys_.holder == KeyHolder::Centre; }

    // What an agency's key cannot make again, because the other side's keys and policies are not in
    // its hands. TIME is among them: what was due may be another's envelope.
    static bool is_given(const OpenedEntry& entry) {
        return entry.leaf.kind == LeafKind::Message || entry.leaf.kind == LeafKind::Time;
    }

    Result<Alignment> take_own(storage::Txn& txn, EntryIndex at, const RecordedEntry& recorded,
                               const OpenedEntry& entry) {
        if (entry.leaf.kind == LeafKind::Message && keys_.agency) {
            std::optional<OpenedEntry> accepted;
            OwnEntry own{at, entry, nullptr, std::nullopt, std::nullopt};
            if (entry.bucket) own.bucket = keys_.scopes.at(keys_.by_entry.at(*entry.bucket));
            if (entry.body.accepted && *entry.body.accepted < at) {
                accepted = CHAPAR_TRY(readable(*entry.body.accepted));
                if (accepted) own.accepted = &*accepted;
            }
            if (entry.body.cause && *entry.body.cause < at) {
                const RecordedEntry cause = CHAPAR_TRY(entries_.read(*entry.body.cause));
                const auto leaf = crypto::Leaf::decode(cause.leaf);
                if (leaf) own.cause = leaf->kind;
            }
            ++report_.facts;
            for (Difference& one : CHAPAR_TRY(check_facts(txn, *keys_.agency, own))) {
                add(std::move(one));
            }
        }
        return give(txn, at, {&recorded, 1}, entry.body.time);
    }

    Result<std::optional<OpenedEntry>> readable(EntryIndex index) {
        const RecordedEntry entry = CHAPAR_TRY(entries_.read(index));
        auto opened = open_recorded(entry, index, keys_);
        if (!opened) return std::optional<OpenedEntry>();
        return std::optional(std::move(*opened));
    }

    // The decision as it stands, and as it would be without the rule. Both const: the state goes
    // on as recorded.
    Status weigh(const storage::ReadTxn& txn, EntryIndex at, const Stamp& stamp,
                 const Submit& submit) {
        ++report_.decisions;
        const auto centre = CHAPAR_TRY(read_centre(txn));
        if (!options_.without || !centre) return Done{};
        const Moment moment{stamp.time, stamp.clock, frontier_.tip().epoch, frontier_.next_index(),
                            frontier_,  kUnlimited};
        const auto as_is = CHAPAR_TRY(decide_submit(txn, *centre, moment, submit));
        const auto changed =
            CHAPAR_TRY(decide_submit(txn, *centre, moment, submit, options_.without));
        const auto effect = [](const Plan& plan) {
            return plan.outcome.code ? Effect::Deny : Effect::Permit;
        };
        if (effect(as_is) != effect(changed)) {
            report_.changed.push_back(
                {at, crypto::envelope_hash(submit.envelope), effect(as_is), effect(changed)});
        }
        return Done{};
    }

    // The whole way: leaves made again from nothing, byte by byte.
    Result<Alignment> refold(storage::Txn& txn, EntryIndex at, const Operation& operation) {
        const auto outcomes =
            CHAPAR_TRY(fold(txn, frontier_, {&operation, 1}, keys_.keys, nonces_, kUnlimited));
        const Outcome& outcome = outcomes.front();
        const auto word = operation_word(operation.body);
        if (outcome.count == 0) {
            differ(at, word, "entries",
                   outcome.code ? error_words(Error(*outcome.code, outcome.context)) : "none",
                   "an entry");
            return Alignment::Lost;
        }
        if (outcome.freshness == Freshness::Duplicate) {
            differ(at, word, "entries",
                   "recorded before, as " + std::to_string(outcome.first.value), "again");
            return Alignment::Lost;
        }
        for (std::uint64_t i = at.value; i < frontier_.size().value; ++i) {
            if (i >= entries_.size()) {
                differ(EntryIndex(i), word, "entries", "one more", "the record ends");
                return Alignment::Lost;
            }
            const RecordedEntry recorded = CHAPAR_TRY(entries_.read(EntryIndex(i)));
            const auto leaf = CHAPAR_TRY(leaf_bytes(txn, EntryIndex(i)));
            if (!equal(leaf, recorded.leaf)) {
                CHAPAR_TRY(explain(txn, EntryIndex(i), word, recorded));
            }
        }
        return Alignment::Kept;
    }

    // Two leaves that differ: which field of the entry it is, if both can be read.
    Status explain(const storage::ReadTxn& txn, EntryIndex index, std::string_view word,
                   const RecordedEntry& recorded) {
        const RecordedEntry made{to_bytes(CHAPAR_TRY(leaf_bytes(txn, index))),
                                 to_bytes(CHAPAR_TRY(stored_body(txn, index)))};
        const auto mine = open_recorded(made, index, keys_);
        const auto theirs = open_recorded(recorded, index, keys_);
        std::optional<Difference> difference;
        if (mine && theirs) {
            const EntryDraft draft{
                mine->leaf.kind, mine->leaf.clock, mine->leaf.epoch, mine->body, {}};
            difference = compare(word, draft, *theirs);
        }
        if (difference) {
            add(std::move(*difference));
        } else {
            differ(index, word, "leaf", "the fold's", "another");
        }
        return Done{};
    }

    // Over gaps: decided again and compared field by field; the leaf as it stands.
    Result<Alignment> retake(storage::Txn& txn, EntryIndex at, const Operation& operation) {
        const auto centre = CHAPAR_TRY(read_centre(txn));
        const TimeMs newest = CHAPAR_TRY(read_time(txn));
        const bool backward = operation.stamp.time < newest;
        const Moment moment{backward ? newest : operation.stamp.time,
                            backward ? Clock::Held : operation.stamp.clock,
                            frontier_.tip().epoch,
                            at,
                            frontier_,
                            kUnlimited};
        const Plan plan = CHAPAR_TRY(apply(txn, centre, moment, operation));
        const Group group = CHAPAR_TRY(group_of(at, operation, plan));
        if (rests_on_gap(plan, group, operation)) {
            depend(at);
            mark(at, group.entries.size());
            CHAPAR_TRY(take_effect(txn, at, operation, moment.time));
        } else {
            if (const auto lost = CHAPAR_TRY(unlike(txn, at, operation, plan, group))) return *lost;
            if (plan.write) CHAPAR_TRY(plan.write(txn));
        }
        const Status given = append_given(txn, frontier_, group.entries, moment.time);
        if (!given && is_failure(given.error().code)) return given.error();
        return given ? Alignment::Kept : stop(at, given.error());
    }

    // As many entries as the fold makes; of an Advance those that name it as their cause, however
    // many the fold knows of, with what lies unreadable between them.
    Result<Group> group_of(EntryIndex at, const Operation& operation, const Plan& plan) {
        Group group;
        const bool advance = std::holds_alternative<Advance>(operation.body);
        std::uint64_t count = std::max<std::uint64_t>(plan.drafts.size(), 1);
        std::size_t kept = 1;
        for (std::uint64_t i = at.value; i < entries_.size() && (advance || count > 0); ++i) {
            RecordedEntry entry = CHAPAR_TRY(entries_.read(EntryIndex(i)));
            auto opened = open_recorded(entry, EntryIndex(i), keys_);
            const bool readable = opened.has_value();
            if (advance && i > at.value && readable && opened->body.cause != at) break;
            group.entries.push_back(std::move(entry));
            group.opened.push_back(readable ? std::optional(std::move(*opened)) : std::nullopt);
            if (readable) kept = group.entries.size();
            if (!advance) --count;
        }
        if (advance) {
            group.entries.resize(kept);
            group.opened.resize(kept);
        }
        return group;
    }

    // Whether what the fold says may be wrong only because it does not know what was erased.
    bool rests_on_gap(const Plan& plan, const Group& group, const Operation& operation) const {
        if (!group.opened.front()) return true;
        const crypto::EntryBody& body = group.opened.front()->body;
        if (std::holds_alternative<Advance>(operation.body)) {
            return plan.drafts.size() != group.entries.size();
        }
        if (plan.drafts.empty() && plan.outcome.code) {
            const bool about_envelope = body.accepted.has_value();
            // The policy that this one follows was erased.
            const bool next_policy = group.opened.front()->leaf.kind == LeafKind::Policy &&
                                     policy_gap_ && *plan.outcome.code == Errc::RecordSequence;
            return about_envelope || next_policy || is_gone(*plan.outcome.code) ||
                   plan.outcome.context == kStillWaits;
        }
        // An envelope that was accepted before makes no entry a second time.
        if (!body.decision || plan.drafts.empty()) return false;
        const bool conflict = body.decision->code == text_of(Errc::Conflict).code;
        const bool same = plan.drafts.front().body.decision == body.decision;
        return !same && (conflict || policy_gap_);
    }

    // Decisions that cannot be taken again still happened.
    static Status take_effect(storage::Txn& txn, EntryIndex at, const Operation& operation,
                              TimeMs time) {
        if (std::holds_alternative<Advance>(operation.body)) return take_out_due(txn, time);
        const auto* put = std::get_if<PutRecord>(&operation.body);
        if (put == nullptr) return Done{};
        const auto record = crypto::SignedRecord::decode(put->record);
        if (!record) return Done{};
        if (record->type == crypto::RecordType::Shred) {
            const auto shred = crypto::ShredRecord::decode(record->body);
            return shred ? put_shred_entry(txn, shred->bucket.scope().name(), at) : Status(Done{});
        }
        if (record->type == crypto::RecordType::Policy) {
            auto policy = crypto::PolicyRecord::decode(record->body);
            if (!policy) return Done{};
            return put_policy(txn, {PolicyHash{record->hash().bytes}, std::move(*policy)}, at);
        }
        if (record->type != crypto::RecordType::Prune) return Done{};
        const auto prune = crypto::PruneRecord::decode(record->body);
        if (!prune || prune->end > at) return Done{};
        return write_minimum(txn, prune->end);
    }

    // The leaf is taken over, so nothing else shows in which bucket the fold would have sealed.
    Status same_bucket(const storage::ReadTxn& txn, std::string_view word, const EntryDraft& draft,
                       const OpenedEntry& recorded) {
        if (!draft.readers || !recorded.bucket) return Done{};
        const auto scope = keys_of(*draft.readers, draft.body.time).bucket;
        if (CHAPAR_TRY(key_entry(txn, scope.name())) == recorded.bucket) return Done{};
        differ(recorded.leaf.index, word, "bucket", "that of its agencies, class and month",
               "another");
        return Done{};
    }

    Result<std::optional<Alignment>> unlike(const storage::ReadTxn& txn, EntryIndex at,
                                            const Operation& operation, const Plan& plan,
                                            const Group& group) {
        const auto word = operation_word(operation.body);
        if (plan.drafts.size() != group.entries.size()) {
            differ(at, word, "entries",
                   plan.outcome.code ? error_words(Error(*plan.outcome.code, plan.outcome.context))
                                     : std::to_string(plan.drafts.size()),
                   std::to_string(group.entries.size()));
            return std::optional(Alignment::Lost);
        }
        for (std::size_t i = 0; i < plan.drafts.size(); ++i) {
            if (!group.opened[i]) continue;
            if (auto one = compare(word, plan.drafts[i], *group.opened[i])) {
                add(std::move(*one));
            } else {
                CHAPAR_TRY(same_bucket(txn, word, plan.drafts[i], *group.opened[i]));
            }
        }
        return std::optional<Alignment>();
    }

    RecordedLedger& entries_;
    const RecordedKeys& keys_;
    NonceSource& nonces_;
    const ReplayOptions& options_;
    std::uint64_t end_ = 0;
    bool partial_ = false;     // something before this was taken as it stands
    bool policy_gap_ = false;  // and a policy was among it
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

Result<ReplayReport> replay(storage::Store& store, RecordedLedger& entries,
                            const RecordedKeys& keys, NonceSource& nonces,
                            const ReplayOptions& options) {
    Replay run(entries, keys, nonces, options);
    CHAPAR_TRY(run.find_end());
    while (!run.at_end()) {
        if (CHAPAR_TRY(replay_some(store, run)) == Alignment::Lost) break;
    }
    return std::move(run).finish();
}

Result<ReplayReport> replay(storage::Store& store, std::span<const RecordedEntry> entries,
                            const RecordedKeys& keys, NonceSource& nonces,
                            const std::optional<RuleName>& without) {
    RecordedSpan span(entries);
    ReplayOptions options;
    options.without = without;
    return replay(store, span, keys, nonces, options);
}

}  // namespace chapar::broker
