#include "broker/edge/ledger_guard.h"

#include "broker/core/core_state.h"
#include "broker/core/ledger_read.h"
#include "broker/edge/version.h"
#include "crypto/override.h"

namespace chapar::broker {
namespace {

// A crash may come between the first commits and the first high-water file; a machine that crashes
// more often than this at its first starts needs a person.
constexpr std::uint64_t kFirstStarts = 64;

Status check_centre(const storage::ReadTxn& txn, const Home& home) {
    const auto centre = CHAPAR_TRY(read_centre(txn));
    if (!centre || centre->home != home) {
        return Error(Errc::LedgerDamaged, "the store was founded by another manifest");
    }
    return Done{};
}

// Whether nothing but starts has ever been entered: then no receipt can have been given.
Result<bool> holds_only_starts(const storage::ReadTxn& txn, TreeSize size) {
    if (size.value > kFirstStarts) return false;
    for (std::uint64_t index = 1; index < size.value; ++index) {
        const crypto::Leaf leaf = CHAPAR_TRY(read_leaf(txn, EntryIndex(index)));
        if (leaf.kind != crypto::LeafKind::Epoch) return false;
    }
    return true;
}

std::string describe(const JudgedNote& judged) {
    const char* where = judged.verdict == NoteVerdict::Beyond
                            ? " names more entries than this ledger has: "
                            : " names another root for a size that this ledger had: ";
    return where + std::to_string(judged.checkpoint.size.value);
}

}  // namespace

Errc refusal_of(Standing standing) {
    switch (standing) {
        case Standing::WitnessesAwaited:
            return Errc::WitnessesAwaited;
        case Standing::HighWaterMissing:
            return Errc::HighWaterMissing;
        case Standing::Checked:
        case Standing::Signing:
        case Standing::RolledBack:
            break;
    }
    return Errc::RolledBack;
}

LedgerGuard::LedgerGuard(const Parts& parts, HighWaterFile high_water, Witnesses witnesses)
    : parts_(parts),
      file_(std::move(high_water)),
      witnesses_awaited_(witnesses == Witnesses::Asked) {}

Result<LedgerGuard> LedgerGuard::open(const Parts& parts, HighWaterFile high_water,
                                      Witnesses witnesses) {
    LedgerGuard guard(parts, std::move(high_water), witnesses);
    CHAPAR_TRY(guard.check_evidence());
    if (auto newest = CHAPAR_TRY(parts.notes.newest(parts.tick.frontier()))) {
        parts.tick.show(std::move(*newest));
    }
    return guard;
}

Status LedgerGuard::check_evidence() {
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    const Frontier& frontier = parts_.tick.frontier();
    const crypto::NoteVerifier& log = parts_.node.log.verifier();
    if (frontier.size().value > 0) CHAPAR_TRY(check_centre(*txn, parts_.node.home));
    const auto kept = CHAPAR_TRY(kept_rollback_notes(parts_.directory, log, *txn, frontier));
    if (!kept.empty()) {
        rolled_back_ = true;
        reason_ = "the kept note" + describe(kept.front().judged);
    }
    return check_high_water(*txn);
}

Status LedgerGuard::check_high_water(const storage::ReadTxn& txn) {
    const Frontier& frontier = parts_.tick.frontier();
    auto found = file_.read();
    if (!found) {
        (void)high_water_gone(found.error());
        return Done{};
    }
    if (!*found) {
        if (!CHAPAR_TRY(holds_only_starts(txn, frontier.size()))) {
            (void)high_water_gone(Error(Errc::HighWaterMissing, file_.path().string()));
        }
        return Done{};
    }
    const auto judged = judge_note((*found)->note, parts_.node.log.verifier(), txn, frontier);
    if (!judged && judged.error().code != Errc::NoteInvalid) return judged.error();
    if (!judged) {
        (void)high_water_gone(Error(Errc::HighWaterMissing, "its note is not this ledger's"));
        return Done{};
    }
    high_water_size_ = judged->checkpoint.size;
    before_ = std::move(**found);
    if (judged->verdict != NoteVerdict::Covered) {
        return accuse(before_->note, "the high-water file" + describe(*judged));
    }
    return Done{};
}

Standing LedgerGuard::standing() const {
    if (rolled_back_) return Standing::RolledBack;
    if (high_water_missing_) return Standing::HighWaterMissing;
    if (witnesses_awaited_) return Standing::WitnessesAwaited;
    return begun_ ? Standing::Signing : Standing::Checked;
}

bool LedgerGuard::high_water_gone(const Error& error) {
    if (error.code != Errc::HighWaterMissing) return false;
    high_water_missing_ = true;
    if (reason_.empty()) reason_ = "the high-water file is missing or torn: " + error.context;
    return true;
}

void LedgerGuard::offer(const JudgedNote& judged, const std::string& note) {
    if (begun_ || judged.verdict != NoteVerdict::Covered) return;
    const TreeSize size = judged.checkpoint.size;
    if (size.value == 0) return;
    if (parts_.tick.has_published() && parts_.tick.published().head.size >= size) return;
    parts_.tick.show({{size, judged.checkpoint.root, ProcessEpoch()}, note});
}

Status LedgerGuard::accuse(const std::string& note, const std::string& from) {
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    const Evidence evidence = CHAPAR_TRY(keep_rollback_note(
        parts_.directory, note, parts_.node.log.verifier(), *txn, parts_.tick.frontier()));
    if (evidence == Evidence::Harmless) return Done{};
    if (!rolled_back_ || evidence == Evidence::Gravest) reason_ = from;
    rolled_back_ = true;
    return Done{};
}

std::vector<Operation> LedgerGuard::first_operations(const Hash& nonce) const {
    const Stamp stamp = parts_.time.stamp();
    std::vector<Operation> operations;
    if (parts_.tick.frontier().size().value == 0) {
        operations.push_back({stamp, Found{parts_.node.manifest_record}});
    }
    // A ledger that turned read-only while it ran has had its EPOCH, and goes on in it.
    if (!begun_) operations.push_back({stamp, OpenEpoch{nonce, std::string(build_text())}});
    for (const Bytes& record : waivers_) operations.push_back({stamp, PutRecord{record}});
    return operations;
}

Status LedgerGuard::waive(const Bytes& bytes) {
    if (rolled_back_) return Error(Errc::RolledBack, reason_);
    const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(bytes));
    const auto overriding = CHAPAR_TRY(crypto::OverrideRecord::decode(record.body));
    const bool for_file = overriding.what == crypto::OverrideWhat::HighWater && high_water_missing_;
    const bool for_witnesses =
        overriding.what == crypto::OverrideWhat::Witnesses && witnesses_awaited_;
    if (!for_file && !for_witnesses) return Error(Errc::FieldInvalid, "nothing to override");
    if (overriding.size != parts_.tick.frontier().size()) {
        return Error(Errc::FieldInvalid,
                     "size: the ledger has " + std::to_string(parts_.tick.frontier().size().value));
    }
    waivers_.push_back(bytes);
    const auto outcomes = parts_.tick.rehearse(first_operations(Hash{}));
    const auto refused = [&]() -> std::optional<Error> {
        if (!outcomes) return outcomes.error();
        for (const Outcome& outcome : *outcomes) {
            if (outcome.code) return Error(*outcome.code, outcome.context);
        }
        return std::nullopt;
    }();
    if (refused) {
        waivers_.pop_back();
        return *refused;
    }
    if (for_file) high_water_waived_ = true;
    if (for_file) high_water_missing_ = false;
    if (for_witnesses) witnesses_awaited_ = false;
    if (!high_water_missing_) reason_.clear();
    return Done{};
}

Result<std::vector<Outcome>> LedgerGuard::begin() {
    CHAPAR_ASSERT(!rolled_back_ && !high_water_missing_ && !witnesses_awaited_);
    if (!begun_) nonce_ = crypto::random_value<Hash>(parts_.random);
    const auto operations = first_operations(nonce_);
    auto outcomes = CHAPAR_TRY(parts_.tick.run(operations));
    for (const Outcome& outcome : outcomes) {
        if (outcome.code) return Error(*outcome.code, outcome.context);
    }
    const HighWater ours{nonce_, parts_.tick.published().note};
    if (high_water_waived_) {
        CHAPAR_TRY(file_.claim(HighWaterFile::Found::Overridden, ours));
    } else if (before_) {
        CHAPAR_TRY(file_.claim(*before_, ours));
    } else {
        CHAPAR_TRY(file_.claim(HighWaterFile::Found::Nothing, ours));
    }
    begun_ = true;
    high_water_size_ = parts_.tick.published().head.size;
    outcomes.erase(outcomes.begin(), outcomes.end() - static_cast<std::ptrdiff_t>(waivers_.size()));
    waivers_.clear();
    high_water_waived_ = false;
    return outcomes;
}

Result<bool> LedgerGuard::publish(const std::string& note) {
    CHAPAR_ASSERT(signing());
    const Status kept = file_.keep(note);
    if (!kept && kept.error().code == Errc::StoreFull) return false;
    if (!kept && high_water_gone(kept.error())) return false;
    if (!kept) return kept.error();
    high_water_size_ = parts_.tick.published().head.size;
    return true;
}

Status LedgerGuard::watch() {
    if (!signing()) return Done{};
    const Status ours = file_.watch();
    if (!ours && high_water_gone(ours.error())) return Done{};
    return ours;
}

}  // namespace chapar::broker
