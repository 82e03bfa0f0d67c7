#include "broker/edge/ledger_guard.h"

#include "broker/core/core_state.h"
#include "broker/core/ledger_read.h"
#include "broker/core/plan.h"
#include "broker/edge/restore_mark.h"
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
        case Standing::Restored:
            return Errc::LedgerRestored;
        case Standing::Damaged:
            return Errc::LedgerDamaged;
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
      stop_(crypto::random_value<Hash>(parts.random)),
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
        rolled_back_reason_ = "the kept note" + describe(kept.front().judged);
    }
    CHAPAR_TRY(check_high_water(*txn));
    if (is_restored(parts_.directory)) {
        stop_for_file(Standing::Restored,
                      "restored from a backup, and not repaired from an export since");
    }
    return Done{};
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
    const crypto::Checkpoint& head = judged->checkpoint;
    if (head.size.value > 0) {
        remembered_ = SignedHead{{head.size, head.root, ProcessEpoch()}, before_->note};
    }
    return Done{};
}

Standing LedgerGuard::standing() const {
    if (!damage_.empty()) return Standing::Damaged;
    if (!rolled_back_reason_.empty()) return Standing::RolledBack;
    if (high_water_missing_) return high_water_cause_;
    if (witnesses_awaited_) return Standing::WitnessesAwaited;
    // An override that was taken is an entry before anything else is.
    return begun_ && overrides_.empty() ? Standing::Signing : Standing::Checked;
}

std::string LedgerGuard::reason() const {
    if (!damage_.empty()) return "the stored ledger is damaged: " + damage_;
    if (!rolled_back_reason_.empty()) return rolled_back_reason_;
    return high_water_missing_ ? high_water_reason_ : std::string();
}

std::optional<Hash> LedgerGuard::stop() const {
    const bool overridable = high_water_missing_ || witnesses_awaited_;
    const Standing now = standing();
    const bool helpless = now == Standing::RolledBack || now == Standing::Damaged;
    if (helpless || !overridable) return std::nullopt;
    return stop_;
}

bool LedgerGuard::high_water_gone(const Error& error) {
    if (error.code != Errc::HighWaterMissing) return false;
    stop_for_file(Standing::HighWaterMissing,
                  "the high-water file is missing or torn: " + error.context);
    return true;
}

void LedgerGuard::stop_for_file(Standing cause, std::string reason) {
    // A ledger that ran until now has stopped once more.
    if (begun_ && !high_water_missing_) stop_ = crypto::random_value<Hash>(parts_.random);
    high_water_missing_ = true;
    high_water_cause_ = cause;
    high_water_reason_ = std::move(reason);
}

void LedgerGuard::offer(const JudgedNote& judged, const std::string& note) {
    if (begun_ || judged.verdict != NoteVerdict::Covered) return;
    const TreeSize size = judged.checkpoint.size;
    if (size.value == 0) return;
    if (parts_.tick.has_signed_head() && parts_.tick.signed_head().head.size >= size) return;
    parts_.tick.show({{size, judged.checkpoint.root, ProcessEpoch()}, note});
}

Status LedgerGuard::accuse(const std::string& note, const std::string& from) {
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    const Evidence evidence = CHAPAR_TRY(keep_rollback_note(
        parts_.directory, note, parts_.node.log.verifier(), *txn, parts_.tick.frontier()));
    if (evidence == Evidence::Harmless) return Done{};
    if (rolled_back_reason_.empty() || evidence == Evidence::Gravest) rolled_back_reason_ = from;
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
    for (const Bytes& record : overrides_) operations.push_back({stamp, PutRecord{record}});
    return operations;
}

std::optional<Error> LedgerGuard::rehearse(const std::vector<Operation>& operations) {
    const auto outcomes = parts_.tick.rehearse(operations);
    if (!outcomes) return outcomes.error();
    for (const Outcome& outcome : *outcomes) {
        if (outcome.code) return Error(*outcome.code, outcome.context);
    }
    return std::nullopt;
}

Status LedgerGuard::override_stop(const Bytes& bytes) {
    if (!damage_.empty()) return Error(Errc::ReadOnly, reason());
    if (!rolled_back_reason_.empty()) return Error(Errc::RolledBack, rolled_back_reason_);
    const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(bytes));
    const auto overriding = CHAPAR_TRY(crypto::OverrideRecord::decode(record.body));
    const bool for_file = overriding.what == crypto::OverrideWhat::HighWater && high_water_missing_;
    const bool for_witnesses =
        overriding.what == crypto::OverrideWhat::Witnesses && witnesses_awaited_;
    if (!for_file && !for_witnesses) return Error(Errc::FieldInvalid, "nothing to override");
    const Frontier& frontier = parts_.tick.frontier();
    if (overriding.stop != stop_) return Error(Errc::OverrideOther, "stop");
    if (overriding.size != frontier.size()) return Error(Errc::OverrideOther, "size");
    if (overriding.root != frontier.root()) return Error(Errc::OverrideOther, "root");
    overrides_.push_back(bytes);
    if (const auto refused = rehearse(first_operations(Hash{}))) {
        overrides_.pop_back();
        return *refused;
    }
    if (for_file) {
        high_water_overridden_ = true;
        high_water_missing_ = false;
    } else {
        witnesses_overridden_ = true;
        witnesses_awaited_ = false;
    }
    return Done{};
}

std::vector<Outcome> LedgerGuard::give_up_overrides(const Error& refusal) {
    high_water_missing_ = std::exchange(high_water_overridden_, false);
    witnesses_awaited_ = std::exchange(witnesses_overridden_, false);
    Outcome outcome;
    outcome.code = refusal.code;
    outcome.context = refusal.context;
    std::vector<Outcome> outcomes(overrides_.size(), outcome);
    overrides_.clear();
    return outcomes;
}

Status LedgerGuard::claim_high_water() {
    const HighWater ours{nonce_, parts_.tick.signed_head().note};
    if (high_water_overridden_) return file_.claim(HighWaterFile::Found::Overridden, ours);
    if (before_) return file_.claim(*before_, ours);
    return file_.claim(HighWaterFile::Found::Nothing, ours);
}

Result<std::vector<Outcome>> LedgerGuard::begin() {
    CHAPAR_ASSERT(standing() == Standing::Checked);
    if (!begun_) nonce_ = crypto::random_value<Hash>(parts_.random);
    const auto operations = first_operations(nonce_);
    if (!overrides_.empty()) {
        // Taken while something else stood in the way, perhaps for days.
        const auto refused = rehearse(operations);
        if (refused && is_failure(refused->code)) return *refused;
        if (refused) return give_up_overrides(*refused);
    }
    auto outcomes = CHAPAR_TRY(parts_.tick.run(operations));
    for (const Outcome& outcome : outcomes) {
        if (outcome.code) return Error(*outcome.code, outcome.context);
    }
    CHAPAR_TRY(claim_high_water());
    CHAPAR_TRY(remove_restore_mark(parts_.directory));
    begun_ = true;
    high_water_size_ = parts_.tick.signed_head().head.size;
    outcomes.erase(outcomes.begin(),
                   outcomes.end() - static_cast<std::ptrdiff_t>(overrides_.size()));
    overrides_.clear();
    high_water_overridden_ = false;
    witnesses_overridden_ = false;
    return outcomes;
}

Status LedgerGuard::remember_head() {
    CHAPAR_ASSERT(signing());
    const SignedHead& head = parts_.tick.signed_head();
    if (head.head.size == high_water_size_) return Done{};
    const Status kept = file_.keep(head.note);
    if (!kept && kept.error().code != Errc::SecondCopy) {
        return Error(Errc::FileFailed, kept.error().context);
    }
    if (kept) high_water_size_ = head.head.size;
    return kept;
}

Status LedgerGuard::watch() {
    if (!signing()) return Done{};
    const Status ours = file_.watch();
    if (!ours && high_water_gone(ours.error())) return Done{};
    return ours;
}

}  // namespace chapar::broker
