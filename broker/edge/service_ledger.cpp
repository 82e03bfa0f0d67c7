// The published head: from the tick to the high-water file, the witnesses and the store; what is
// done while nothing may be signed; and the figures about both.
#include "broker/core/plan.h"
#include "broker/core/prune.h"
#include "broker/edge/answers.h"
#include "broker/edge/service.h"
#include "schemas/base/hex.h"

namespace chapar::broker {
namespace {

// Slices of pruning in a second in which nothing else waits.
constexpr int kPruneSlices = 16;
constexpr std::uint64_t kPruneSlice = 1024;

const char* word_of(Standing standing) {
    switch (standing) {
        case Standing::Checked:
            return "starting";
        case Standing::Signing:
            return "running";
        case Standing::WitnessesAwaited:
            return "awaiting witnesses";
        case Standing::HighWaterMissing:
        case Standing::Restored:
        case Standing::RolledBack:
        case Standing::Damaged:
            return "read-only";
    }
    return "";
}

}  // namespace

Status BrokerService::restore_witnessed() {
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    pruning_ = CHAPAR_TRY(is_prune_pending(*txn));
    if (parts_.policy == nullptr) return Done{};
    auto newest = CHAPAR_TRY(parts_.notes.newest_witnessed(parts_.tick.frontier(), *parts_.policy));
    if (newest) CHAPAR_TRY(proofs_.witnessed(std::move(*newest)));
    return Done{};
}

Status BrokerService::publish_head() {
    if (!parts_.guard.signing()) return prepare_signing();
    // Each time, whether or not there is something new: a second live copy must be met soon.
    CHAPAR_TRY(parts_.guard.watch());
    if (!parts_.guard.signing()) return note_standing();
    const SignedHead& head = parts_.tick.signed_head();
    if (parts_.witnesses != nullptr) return start_round();
    return stored_ == head.head.size ? Status(Done{}) : store_note(head.head.size, head.note);
}

Status BrokerService::prepare_signing() {
    // Rolled back already, too: a witness may hold more than the note that was kept.
    if (parts_.witnesses != nullptr && !parts_.witnesses->confirmed()) {
        parts_.witnesses->ask_notes();
    }
    if (parts_.witnesses != nullptr && parts_.witnesses->confirmed()) {
        parts_.guard.witnesses_confirmed();
    }
    if (parts_.guard.standing() == Standing::Checked) CHAPAR_TRY(begin_signing());
    return note_standing();
}

Status BrokerService::begin_signing() {
    const bool without_witnesses = parts_.witnesses != nullptr && !parts_.witnesses->confirmed();
    auto outcomes = CHAPAR_TRY(parts_.guard.begin());
    if (without_witnesses && parts_.guard.signing()) begun_without_ = parts_.time.stamp().time;
    const auto origins = std::exchange(overrides_, {});
    CHAPAR_ASSERT(outcomes.size() == origins.size());
    for (std::size_t i = 0; i < origins.size(); ++i) outcomes[i].about = origins[i].about;
    CHAPAR_TRY(note_standing());
    return speak(origins, outcomes);
}

Status BrokerService::note_standing() {
    const Standing standing = parts_.guard.standing();
    if (standing != said_) {
        said_ = standing;
        if (standing == Standing::Signing) {
            parts_.log.info("ledger.signing");
        } else {
            parts_.log.warning("ledger.not-signing",
                               {{"code", std::string(text_of(refusal_of(standing)).code)},
                                {"reason", parts_.guard.reason()}});
        }
    }
    if (standing == Standing::WitnessesAwaited || standing == Standing::Checked) return Done{};
    std::vector<SessionNumber> waiting;
    sessions_.for_each([&](Session& session) {
        if (session.welcome_due) waiting.push_back(session.number);
    });
    for (const SessionNumber number : waiting) {
        if (Session* session = sessions_.find(number)) CHAPAR_TRY(welcome(*session));
    }
    return Done{};
}

Status BrokerService::store_note(TreeSize size, const std::string& note) {
    const Status stored = parts_.notes.keep(size, note);
    // The note is a cache: a full store can do without it.
    if (!stored && stored.error().code == Errc::StoreFull) return Done{};
    if (stored) stored_ = size;
    return stored;
}

Status BrokerService::prune() {
    for (int i = 0; pruning_ && i < kPruneSlices && pending_.empty(); ++i) {
        if (!parts_.guard.signing()) return Done{};
        const auto txn = CHAPAR_TRY(parts_.store.begin_write());
        const auto progress = prune_some(*txn, kPruneSlice);
        // Even erasing needs room; a later second will have it.
        if (!progress && progress.error().code == Errc::StoreFull) return Done{};
        if (!progress) return progress.error();
        const Status committed = std::move(*txn).commit();
        if (!committed && committed.error().code == Errc::StoreFull) return Done{};
        CHAPAR_TRY(committed);
        pruning_ = *progress == PruneProgress::More;
    }
    return Done{};
}

Result<bool> BrokerService::thin_notes() {
    if (!parts_.guard.signing()) return false;
    auto more = parts_.notes.thin(parts_.time.stamp().time);
    // Even erasing needs room; a later minute will have it.
    if (!more && more.error().code == Errc::StoreFull) return false;
    return more;
}

Status BrokerService::override_ledger(AdminId from, const Bytes& record, const Hash& about) {
    const Status taken = parts_.guard.override_stop(record);
    if (!taken) {
        if (is_failure(taken.error().code)) return taken;
        const Error& error = taken.error();
        reply(from, schemas::ErrorFrame{std::string(text_of(error.code).code), error.context});
        return Done{};
    }
    overrides_.push_back({Advance{}, FromAdmin{from}, about, {}, 0});
    if (parts_.guard.standing() == Standing::Checked) return begin_signing();
    return note_standing();
}

Status BrokerService::watch_clock() {
    if (!parts_.guard.signing()) return Done{};
    (void)parts_.time.stamp();
    if (const auto step = parts_.time.take_step()) {
        parts_.log.warning("clock.stepped", {{"ms", std::to_string(step->by.value)}});
        propose(Step{*step}, NoOrigin{}, Hash{});
    }
    return Done{};
}

std::string BrokerService::state() const {
    const Standing standing = parts_.guard.standing();
    if (standing == Standing::Signing && gate_.closed()) return "full: takes nothing new";
    if (standing == Standing::Signing && witnesses_absent_)
        return "without witnesses: takes no new envelopes";
    return word_of(standing);
}

Status BrokerService::scrub() {
    if (!parts_.guard.signing()) return Done{};
    const DurationMs now = parts_.time.elapsed();
    auto damage = CHAPAR_TRY(scrubber_.work(parts_.tick.frontier().size(), now));
    if (!damage) damage = CHAPAR_TRY(table_scrub_.work(now));
    if (!damage) return Done{};
    parts_.guard.damaged(std::move(*damage));
    return note_standing();
}

void BrokerService::add_ledger_figures(schemas::StatusReport& report) const {
    const auto add = [&](const std::string& name, std::string value) {
        report.figures.push_back({name, std::move(value)});
    };
    const std::string why = parts_.guard.reason();
    const Errc code = refusal_of(parts_.guard.standing());
    add("not_signing", why);
    add("not_signing_code", why.empty() ? "" : std::string(text_of(code).code));
    const auto stop = parts_.guard.stop();
    add("stop", stop ? to_hex(stop->view()) : "");
    add("high_water", std::to_string(parts_.guard.high_water().value));
    const auto scrub = scrubber_.figures(parts_.tick.frontier().size(), parts_.time.elapsed());
    add("scrubbed",
        std::to_string(scrub.checked) + " of " + std::to_string(scrub.tiles) + " tiles");
    add("scrub_age_seconds",
        scrub.age ? std::to_string(scrub.age->value / kSecond.value) : "none since the start");
    const auto tables = table_scrub_.age(parts_.time.elapsed());
    add("tables_scrub_age_seconds",
        tables ? std::to_string(tables->value / kSecond.value) : "none since the start");
    add_witness_figures(report);
}

}  // namespace chapar::broker
