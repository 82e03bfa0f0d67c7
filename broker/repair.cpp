#include "broker/repair.h"

#include <algorithm>

#include "broker/core/core_state.h"
#include "broker/core/fold.h"
#include "broker/core/ledger_open.h"
#include "broker/core/ledger_proof.h"
#include "broker/core/ledger_read.h"
#include "broker/core/lost_payload.h"
#include "broker/core/replay_rebuild.h"
#include "crypto/body_seal.h"
#include "crypto/envelope.h"

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

    // The largest note below the first entry that nobody has whole; the record is cut there.
    Status aim() {
        report_.gap = CHAPAR_TRY(parts_.source.gap_after(frontier_.next_index()));
        target_ = frontier_.size();
        for (const KnownNote& note : parts_.notes) {
            if (note.head.size.value > report_.gap.at.value) break;
            target_ = std::max(target_, note.head.size);
        }
        parts_.source.cut(target_.value);
        return Done{};
    }

    // Leaves of the sources on top of this tree give every note's root. Also finds the KEY entries.
    Status prove() {
        CompactRange range = frontier_.sealed();
        auto note = std::ranges::upper_bound(parts_.notes, frontier_.size(), {},
                                             [](const KnownNote& n) { return n.head.size; });
        for (std::uint64_t i = frontier_.size().value; i < target_.value; ++i) {
            const RecordedEntry entry = CHAPAR_TRY(parts_.source.read(EntryIndex(i)));
            range.push(crypto::stored_leaf_hash(entry.leaf));
            CHAPAR_TRY(gathering_.look_at(entry, EntryIndex(i)));
            for (; note != parts_.notes.end() && note->head.size.value == i + 1; ++note) {
                if (range.root() == note->head.root) continue;
                return Error(Errc::LeafInvalid, "the entries of the sources do not lead from " +
                                                    std::to_string(report_.before.value) + " to " +
                                                    note_text(*note));
            }
        }
        return Done{};
    }

    // Then only what opens with them is aimed at.
    Status gather_keys() {
        {
            const auto txn = CHAPAR_TRY(parts_.store.begin_read());
            CHAPAR_TRY(gathering_.index_stored(*txn));
        }
        const KeyGathering::Range range{parts_.source, report_.before.value, target_.value,
                                        crypto::origin_hash(parts_.node.manifest.origin)};
        auto gathered = CHAPAR_TRY(std::move(gathering_).gather(std::move(parts_.keys), range));
        recorded_ = std::move(gathered.keys);
        report_.untried = std::move(gathered.untried);
        parts_.source.use_keys(recorded_);
        const RepairSource::Gap before = report_.gap;
        CHAPAR_TRY(aim());
        if (report_.gap.why.empty()) report_.gap = before;
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
            // Each receipt has one of its own: the newest is enough.
            const bool many = note.kind == NoteFrom::Contribution;
            if (many && note.head.size != frontier_.size()) continue;
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
    // Some operations in one transaction; the frontier moves only with its commit.
    Status fold_some() {
        const auto txn = CHAPAR_TRY(parts_.store.begin_write());
        Frontier next = frontier_;
        RepairReport report = report_;
        for (std::uint64_t n = 0; n < kOperationsPerCommit && next.size() < target_; ++n) {
            CHAPAR_TRY(step(*txn, next, report));
        }
        const auto reached = std::ranges::find(parts_.notes, next.size(),
                                               [](const KnownNote& n) { return n.head.size; });
        if (reached != parts_.notes.end() && reached->head.root != next.root()) {
            return Error(Errc::LedgerDamaged, "another root than " + note_text(*reached));
        }
        CHAPAR_TRY(std::move(*txn).commit());
        frontier_ = std::move(next);
        report_ = std::move(report);
        return Done{};
    }

    // One operation. What it counts to is in `report`.
    Status step(storage::Txn& txn, Frontier& next, RepairReport& report) {
        const EntryIndex at = next.next_index();
        auto operation = rebuild(parts_.source, at, recorded_);
        if (!operation) return at_entry(at, operation.error());
        if (const Status checked = check_stateless(txn, *operation); !checked) {
            return at_entry(at, checked.error());
        }
        auto* submit = std::get_if<Submit>(&operation->body);
        const auto payload = submit == nullptr ? std::nullopt : parts_.given.payload_of(*submit);
        if (payload) submit->payload = *payload;
        const auto outcomes = CHAPAR_TRY(
            fold(txn, next, {&*operation, 1}, recorded_.keys, parts_.random, kUnlimited));
        const Outcome& outcome = outcomes.front();
        if (outcome.count == 0) {
            const Errc code = outcome.code.value_or(Errc::LedgerDamaged);
            return at_entry(at, Error(code, "the fold leaves no entry here"));
        }
        CHAPAR_TRY(compare(txn, at, next));
        ++report.operations;
        if (submit == nullptr || outcome.code) return Done{};
        ++(payload ? report.payloads : report.envelopes);
        return payload ? Status(Done{})
                       : mark_lost(txn, at, crypto::envelope_hash(submit->envelope));
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
    KeyGathering gathering_;
    RecordedKeys recorded_;
    RepairReport report_;
};

}  // namespace

Result<RepairReport> repair_ledger(RepairParts parts) {
    CHAPAR_ASSERT(!parts.notes.empty());
    const auto manifest = parts.source.manifest();
    if (manifest && *manifest != parts.node.manifest_record) {
        return Error(Errc::WrongHome, "the export is another ledger's");
    }
    Frontier frontier;
    {
        const auto txn = CHAPAR_TRY(parts.store.begin_read());
        frontier = CHAPAR_TRY(open_ledger(*txn));
    }
    Repair repair(std::move(parts), std::move(frontier));
    CHAPAR_TRY(repair.check_reached());
    CHAPAR_TRY(repair.aim());
    if (repair.anything_missing()) {
        CHAPAR_TRY(repair.prove());
        CHAPAR_TRY(repair.gather_keys());
        CHAPAR_TRY(repair.fold_all());
        CHAPAR_TRY(repair.keep_notes());
    }
    return std::move(repair).finish();
}

}  // namespace chapar::broker
