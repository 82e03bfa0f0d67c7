// The published head: from the tick to the high-water file, the witnesses and the store; what is
// done while nothing may be signed; and the figures about both.
#include "broker/core/plan.h"
#include "broker/core/prune.h"
#include "broker/edge/answers.h"
#include "broker/edge/service.h"

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
        case Standing::RolledBack:
            return "read-only";
    }
    return "";
}

}  // namespace

Status BrokerService::recall() {
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
    const PublishedHead& head = parts_.tick.published();
    if (head.head.size != published_) {
        if (!CHAPAR_TRY(parts_.guard.publish(head.note))) {
            if (parts_.guard.signing()) parts_.log.warning("high-water.no-room");
            return note_standing();
        }
        published_ = head.head.size;
    }
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
    const auto outcomes = CHAPAR_TRY(parts_.guard.begin());
    published_ = parts_.tick.published().head.size;
    const auto origins = std::exchange(overrides_, {});
    CHAPAR_ASSERT(outcomes.size() == origins.size());
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

Status BrokerService::start_round() {
    const PublishedHead& head = parts_.tick.published();
    const auto& witnessed = proofs_.newest();
    // Without growth too, until there is a quorum: witnesses come back.
    if (witnessed && witnessed->head.size == head.head.size) return Done{};
    if (!parts_.witnesses->idle()) return Done{};
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    CHAPAR_TRY(
        parts_.witnesses->begin(head, {*txn, parts_.tick.frontier()}, parts_.time.elapsed()));
    return close_round();
}

Status BrokerService::witness_answered(std::size_t witness,
                                       const Result<crypto::WitnessAnswer>& answer) {
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        const LedgerView ledger{*txn, parts_.tick.frontier()};
        const auto heard =
            CHAPAR_TRY(parts_.witnesses->answered(witness, answer, ledger, parts_.time.elapsed()));
        if (heard.evidence) {
            const std::string name = parts_.witnesses->figures().at(witness).name;
            CHAPAR_TRY(parts_.guard.accuse(
                *heard.evidence,
                "witness " + name + " holds a head that this ledger does not have"));
            CHAPAR_TRY(note_standing());
        }
    }
    if (!parts_.guard.signing() && parts_.witnesses->confirmed()) CHAPAR_TRY(prepare_signing());
    return close_round();
}

std::optional<DurationMs> BrokerService::round_due() const {
    if (parts_.witnesses == nullptr) return std::nullopt;
    return parts_.witnesses->due(parts_.time.elapsed());
}

Status BrokerService::close_round() {
    if (parts_.witnesses == nullptr) return Done{};
    auto closed = parts_.witnesses->close(parts_.time.elapsed());
    if (!closed || parts_.guard.standing() == Standing::RolledBack) return Done{};
    return publish_cosigned(std::move(*closed));
}

Status BrokerService::publish_cosigned(CosignedHead cosigned) {
    const TreeSize size = cosigned.head.head.size;
    if (stored_ != size || stored_lines_ < cosigned.cosignatures) {
        CHAPAR_TRY(store_note(size, cosigned.head.note));
        stored_lines_ = cosigned.cosignatures;
    }
    if (cosigned.quorum == quorum_lost_) {
        quorum_lost_ = !cosigned.quorum;
        if (quorum_lost_) {
            parts_.log.warning("witnesses.no-quorum", {{"size", std::to_string(size.value)}});
        } else {
            parts_.log.info("witnesses.quorum", {{"size", std::to_string(size.value)}});
        }
    }
    if (!cosigned.quorum) return Done{};
    return proofs_.witnessed(std::move(cosigned.head));
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
    const Status waived = parts_.guard.waive(record);
    if (!waived) {
        if (is_failure(waived.error().code)) return waived;
        const Error& error = waived.error();
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
    if (standing == Standing::Signing && full_) return "full: takes nothing new";
    return word_of(standing);
}

void BrokerService::add_ledger_figures(schemas::StatusReport& report) const {
    const auto add = [&](const std::string& name, std::string value) {
        report.figures.push_back({name, std::move(value)});
    };
    const Standing standing = parts_.guard.standing();
    const bool stopped = standing == Standing::RolledBack || standing == Standing::HighWaterMissing;
    add("rolled_back", stopped ? parts_.guard.reason() : "");
    add("high_water", std::to_string(parts_.guard.high_water().value));
    if (parts_.witnesses == nullptr) {
        add("witnesses",
            "none: receipts stay at \"logged\"; a store restored together with its high-water "
            "file is found only by a client's note");
        return;
    }
    const auto figures = parts_.witnesses->figures();
    add("witnesses", std::to_string(figures.size()));
    add("witness_quorum", quorum_lost_ || !proofs_.newest() ? "no" : "yes");
    for (const WitnessFigure& figure : figures) {
        add("witness " + figure.name,
            "size " + std::to_string(figure.held.value) +
                (figure.trouble.empty() ? std::string() : ": " + figure.trouble));
    }
    const auto& newest = proofs_.newest();
    add("witnessed_size", newest ? std::to_string(newest->head.size.value) : "0");
    if (!newest) return;
    const auto opened =
        crypto::open_witnessed(newest->note, parts_.node.log.verifier(), *parts_.policy);
    if (!opened) return;
    TimeMs at;
    for (const crypto::Cosignature& each : opened->cosignatures) at = std::max(at, each.time);
    const TimeMs now = parts_.time.stamp().time;
    const std::uint64_t age = now > at ? now.value - at.value : 0;
    add("witnessed_age_ms", std::to_string(age));
}

}  // namespace chapar::broker
