#include "broker/repair.h"

#include <algorithm>

#include "broker/core/core_state.h"
#include "broker/core/fold.h"
#include "broker/core/ledger_open.h"
#include "broker/core/ledger_proof.h"
#include "broker/core/ledger_read.h"
#include "broker/core/lost_payload.h"
#include "broker/core/replay_rebuild.h"
#include "broker/repair_try.h"
#include "crypto/body_seal.h"
#include "crypto/entry_body.h"
#include "crypto/envelope.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

constexpr std::uint64_t kOperationsPerCommit = 256;

std::string entry_text(EntryIndex index) { return "entry " + std::to_string(index.value); }

std::string note_text(const KnownNote& note) {
    return note.from + " (size " + std::to_string(note.head.size.value) + ")";
}

Error at_entry(EntryIndex index, const Error& error) {
    return Error(error.code,
                 entry_text(index) + (error.context.empty() ? "" : ": ") + error.context);
}

std::string scope_text(const crypto::LedgerKeyScope& scope) {
    std::string out = scope.first() ? scope.first()->text() : "pad";
    if (scope.second()) out += " " + scope.second()->text();
    if (scope.retention()) out += " class " + std::to_string(static_cast<int>(*scope.retention()));
    return out + " " + std::to_string(scope.month().value);
}

class Repair {
  public:
    Repair(RepairParts parts, Frontier frontier)
        : parts_(std::move(parts)), frontier_(std::move(frontier)) {
        report_.before = frontier_.size();
        report_.asked = parts_.notes.back();
    }

    // Every note that this ledger reaches is one of its heads.
    Status check_reached() {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        const auto centre = CHAPAR_TRY(read_centre(*txn));
        if (!centre || centre->home != parts_.node.home) {
            return Error(Errc::LedgerDamaged, "the store was founded by another manifest");
        }
        for (const KnownNote& note : parts_.notes) {
            if (note.head.size > frontier_.size()) break;
            const Hash root = CHAPAR_TRY(root_at(*txn, frontier_, note.head.size));
            if (root != note.head.root) {
                return Error(Errc::ForkDetected,
                             "this store has another history than " + note_text(note) +
                                 ": restore an older backup into a new directory and repair that");
            }
        }
        return Done{};
    }

    // The largest note that the export reaches; the export is cut there.
    void aim() {
        for (const KnownNote& note : parts_.notes) {
            if (note.head.size.value <= parts_.source.size()) target_ = note.head.size;
        }
        target_ = std::max(target_, frontier_.size());
        parts_.source.cut(target_.value);
    }

    // Leaves of the export on top of this tree give every note's root. Also finds the KEY entries.
    Status prove() {
        CompactRange range = frontier_.sealed();
        auto note = std::ranges::upper_bound(parts_.notes, frontier_.size(), {},
                                             [](const KnownNote& n) { return n.head.size; });
        for (std::uint64_t i = frontier_.size().value; i < target_.value; ++i) {
            const RecordedEntry entry = CHAPAR_TRY(parts_.source.read(EntryIndex(i)));
            range.push(crypto::stored_leaf_hash(entry.leaf));
            CHAPAR_TRY(look_for_key(entry, EntryIndex(i)));
            for (; note != parts_.notes.end() && note->head.size.value == i + 1; ++note) {
                if (range.root() == note->head.root) continue;
                return Error(Errc::LeafInvalid, "the entries of the export do not lead from " +
                                                    std::to_string(report_.before.value) + " to " +
                                                    note_text(*note));
            }
        }
        return Done{};
    }

    // All secrets that the missing entries were made with; ledger.keys gets those it lacks, once
    // the entries have shown that they are right.
    Status gather_keys() {
        CHAPAR_TRY(index_stored_keys());
        TriedKeys tried = CHAPAR_TRY(try_offered());
        report_.untried = tried.untried;
        for (const auto& [index, scope] : new_keys_) {
            const auto is_it = [&](const NewLedgerKey& key) { return key.scope == scope; };
            const bool given = std::ranges::any_of(tried.right, is_it) ||
                               std::ranges::find(tried.untried, scope) != tried.untried.end();
            if (given || parts_.ledger_keys.keys().find(scope) != nullptr) continue;
            return Error(Errc::LedgerKeyMissing,
                         entry_text(index) + " opened the key of " + scope_text(scope) +
                             ", which ledger.keys does not hold: take the ledger.keys of that "
                             "time, or a view of the centre's auditor (--view)");
        }
        CHAPAR_TRY(parts_.ledger_keys.add(std::move(tried.right)));
        recorded_.keys = std::move(parts_.ledger_keys.keys());
        return Done{};
    }

    Status fold_all() {
        while (frontier_.size() < target_) CHAPAR_TRY(fold_some());
        return Done{};
    }

    // Shown while nothing may be signed yet, and evidence for the next start.
    Status keep_notes() {
        const auto txn = CHAPAR_TRY(parts_.store.begin_write());
        for (const KnownNote& note : parts_.notes) {
            if (note.head.size <= report_.before || note.head.size > frontier_.size()) continue;
            CHAPAR_TRY(
                txn->put(kCheckpointTable, number_key(note.head.size.value), view(note.note)));
        }
        return std::move(*txn).commit();
    }

    [[nodiscard]] bool anything_missing() const { return frontier_.size() < target_; }
    RepairReport finish() && {
        report_.after = frontier_.size();
        return std::move(report_);
    }

  private:
    // What the view offers and ledger.keys lacks, held against the missing entries.
    Result<TriedKeys> try_offered() {
        const crypto::LedgerKeys& known = parts_.ledger_keys.keys();
        std::map<BucketId, crypto::LedgerKeyScope> scopes;
        for (const crypto::LedgerKeyScope& scope : known.scopes()) {
            scopes.emplace(scope.name(), scope);
        }
        std::vector<NewLedgerKey> offered;
        for (NewLedgerKey& key : parts_.more_keys) {
            const bool used = std::ranges::find(opened_, key.scope.name()) != opened_.end();
            if (!used || !scopes.emplace(key.scope.name(), key.scope).second) continue;
            offered.push_back(std::move(key));
        }
        std::map<EntryIndex, crypto::LedgerKeyScope> opened_by(new_keys_.begin(), new_keys_.end());
        for (const auto& [index, name] : recorded_.by_entry) {
            const auto scope = scopes.find(name);
            if (scope != scopes.end()) opened_by.emplace(index, scope->second);
        }
        const Hash origin = crypto::origin_hash(parts_.node.manifest.origin);
        const TrialGround ground{parts_.source, report_.before.value, target_.value, opened_by,
                                 origin};
        auto tried = try_keys(ground, std::move(offered));
        if (tried) return tried;
        return Error(tried.error().code, parts_.view + ": " + tried.error().context);
    }

    Status look_for_key(const RecordedEntry& entry, EntryIndex index) {
        if (crypto::is_tombstone(entry.leaf)) return Done{};
        const auto leaf = crypto::Leaf::decode(entry.leaf);
        if (!leaf) return at_entry(index, leaf.error());
        if (leaf->kind != crypto::LeafKind::Key || entry.body.empty()) return Done{};
        const auto body = crypto::EntryBody::decode(leaf->kind, entry.body);
        if (!body) return at_entry(index, body.error());
        if (body->event != event_number(crypto::KeyEvent::Opened)) return Done{};
        const auto record = CHAPAR_TRY(crypto::LedgerKeyRecord::decode(*body->record));
        new_keys_.emplace_back(index, record.scope);
        opened_.push_back(record.scope.name());
        recorded_.by_entry.emplace(index, record.scope.name());
        return Done{};
    }

    Status index_stored_keys() {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        const auto rows = txn->cursor(kBucketTable);
        for (CHAPAR_TRY(rows->seek_first()); rows->at_record(); CHAPAR_TRY(rows->next())) {
            LayoutReader in(rows->value());
            const EntryIndex index(in.u64());
            const auto name = BucketId::from(rows->key());
            if (!name || !in.finish("bucket")) return Error(Errc::StoreDamaged, "bucket");
            recorded_.by_entry.emplace(index, *name);
            opened_.push_back(*name);
        }
        return Done{};
    }

    // Some operations in one transaction; the frontier moves only with its commit.
    Status fold_some() {
        const auto txn = CHAPAR_TRY(parts_.store.begin_write());
        Frontier next = frontier_;
        std::uint64_t operations = 0;
        std::uint64_t envelopes = 0;
        while (operations < kOperationsPerCommit && next.size() < target_) {
            envelopes += CHAPAR_TRY(step(*txn, next));
            ++operations;
        }
        const auto reached = std::ranges::find(parts_.notes, next.size(),
                                               [](const KnownNote& n) { return n.head.size; });
        if (reached != parts_.notes.end() && reached->head.root != next.root()) {
            return Error(Errc::LedgerDamaged, "another root than " + note_text(*reached));
        }
        CHAPAR_TRY(std::move(*txn).commit());
        frontier_ = std::move(next);
        report_.operations += operations;
        report_.envelopes += envelopes;
        return Done{};
    }

    // One operation; how many envelopes it accepted.
    Result<std::uint64_t> step(storage::Txn& txn, Frontier& next) {
        const EntryIndex at = next.next_index();
        const auto operation = rebuild(parts_.source, at, recorded_);
        if (!operation) return at_entry(at, operation.error());
        if (const Status checked = check_stateless(txn, *operation); !checked) {
            return at_entry(at, checked.error());
        }
        const auto outcomes = CHAPAR_TRY(
            fold(txn, next, {&*operation, 1}, recorded_.keys, parts_.random, kUnlimited));
        const Outcome& outcome = outcomes.front();
        if (outcome.count == 0) {
            const Errc code = outcome.code.value_or(Errc::LedgerDamaged);
            return at_entry(at, Error(code, "the fold leaves no entry here"));
        }
        CHAPAR_TRY(compare(txn, at, next));
        const auto* submit = std::get_if<Submit>(&operation->body);
        if (submit == nullptr || outcome.code) return std::uint64_t{0};
        CHAPAR_TRY(mark_lost(txn, at, crypto::envelope_hash(submit->envelope)));
        return std::uint64_t{1};
    }

    Status compare(const storage::ReadTxn& txn, EntryIndex at, const Frontier& next) {
        if (next.size() > target_) {
            return Error(Errc::LedgerDamaged, entry_text(at) + ": the record ends too early");
        }
        for (EntryIndex i = at; i < next.next_index(); i = EntryIndex(i.value + 1)) {
            const auto made = CHAPAR_TRY(leaf_bytes(txn, i));
            const RecordedEntry recorded = CHAPAR_TRY(parts_.source.read(i));
            if (!equal(made, recorded.leaf)) {
                return Error(Errc::LedgerDamaged, entry_text(i) + ": the fold gives another leaf");
            }
        }
        return Done{};
    }

    RepairParts parts_;
    Frontier frontier_;
    TreeSize target_;
    RecordedKeys recorded_;
    std::vector<std::pair<EntryIndex, crypto::LedgerKeyScope>> new_keys_;
    std::vector<BucketId> opened_;  // every key that has a KEY entry
    RepairReport report_;
};

}  // namespace

Result<RepairReport> repair_ledger(RepairParts parts) {
    CHAPAR_ASSERT(!parts.notes.empty());
    if (parts.source.manifest() != parts.node.manifest_record) {
        return Error(Errc::WrongHome, "the export is another ledger's");
    }
    Frontier frontier;
    {
        const auto txn = CHAPAR_TRY(parts.store.begin_read());
        frontier = CHAPAR_TRY(open_ledger(*txn));
    }
    Repair repair(std::move(parts), std::move(frontier));
    CHAPAR_TRY(repair.check_reached());
    repair.aim();
    if (repair.anything_missing()) {
        CHAPAR_TRY(repair.prove());
        CHAPAR_TRY(repair.gather_keys());
        CHAPAR_TRY(repair.fold_all());
        CHAPAR_TRY(repair.keep_notes());
    }
    return std::move(repair).finish();
}

}  // namespace chapar::broker
