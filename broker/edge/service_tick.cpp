// From the queue through the sequencer and one commit to the outcomes and deliveries.
#include <utility>

#include "broker/core/directory.h"
#include "broker/core/withhold.h"
#include "broker/edge/answers.h"
#include "broker/edge/delivery.h"
#include "broker/edge/fault_point.h"
#include "broker/edge/service.h"
#include "schemas/base/hex.h"
#include "schemas/base/limits.h"
#include "schemas/frames_codec.h"

namespace chapar::broker {
namespace {

// What apply says of an operation whose ledger key was not open: its agency was enrolled, or a
// month began, in the same tick. The next tick opens the key.
constexpr std::string_view kMissingKey = "ledger key";
constexpr unsigned kAttempts = 2;

// Rows of revoked devices proposed at a time; the next when these are decided.
constexpr std::size_t kWithholds = 1024;

// Frames handed to one session in a row, so that one mailbox does not hold up the others.
constexpr int kDeliversPerTurn = 4;

}  // namespace

void BrokerService::propose(OperationBody body, Source source, const Hash& about) {
    if (pending_.empty()) pending_since_ = parts_.time.elapsed();
    pending_.push_back({std::move(body), source, about, {}, 0});
}

std::optional<DurationMs> BrokerService::tick_due() const {
    if (pending_.empty()) return std::nullopt;
    if (parts_.guard.standing() == Standing::WitnessesAwaited) return std::nullopt;
    if (pending_.size() >= parts_.config.tick.max_operations) return DurationMs(0);
    const std::uint64_t waited = parts_.time.elapsed().value - pending_since_.value;
    const std::uint64_t most = parts_.config.tick.max_wait.value;
    return DurationMs(waited >= most ? 0 : most - waited);
}

Status BrokerService::run_tick() {
    if (pending_.empty()) return Done{};
    std::vector<Pending> origins;
    Batch batch;
    batch.ticket = next_batch_++;
    const Stamp stamp = parts_.time.stamp();
    while (!pending_.empty() && batch.operations.size() < parts_.config.tick.max_operations) {
        Pending& next = pending_.front();
        batch.operations.push_back({stamp, std::move(next.body)});
        next.body = Advance{};  // what is said of its outcome needs nothing of it
        origins.push_back(std::move(next));
        pending_.pop_front();
    }
    pending_since_ = parts_.time.elapsed();
    const std::uint64_t ticket = batch.ticket;
    parts_.sequencer.propose(std::move(batch));
    if (auto decided = parts_.sequencer.next()) {
        // One node: what comes back is what was proposed, at once.
        CHAPAR_ASSERT(decided->ticket == ticket);
        CHAPAR_TRY(apply(std::move(*decided), std::move(origins)));
    }
    hand_to_verifiers();
    return Done{};
}

Status BrokerService::apply(Batch batch, std::vector<Pending> origins) {
    if (!parts_.guard.signing()) return refuse_batch(origins, Errc::ReadOnly);
    // Before the commit a vanished file only ends the signing.
    CHAPAR_TRY(parts_.guard.watch());
    CHAPAR_TRY(note_standing());
    if (!parts_.guard.signing()) return refuse_batch(origins, Errc::ReadOnly);
    auto outcomes = parts_.tick.run(batch.operations);
    if (!outcomes && outcomes.error().code == Errc::StoreFull) {
        return drain(std::move(batch), std::move(origins));
    }
    if (!outcomes) return outcomes.error();
    CHAPAR_TRY(parts_.guard.remember_head());
    propose_again(batch, origins, *outcomes);
    for (std::size_t i = 0; i < origins.size(); ++i) {
        if ((*outcomes)[i].code) note_refused(origins[i], batch.operations[i].body);
    }
    count(batch, *outcomes);
    CHAPAR_TRY(watch_fullness());
    CHAPAR_TRY(watch_deadline());
    return speak(origins, *outcomes);
}

// What the broker itself proposed would be refused again at once: the next second is soon enough.
void BrokerService::note_refused(const Pending& origin, const OperationBody& body) {
    if (!std::holds_alternative<NoOrigin>(origin.source)) return;
    proposing_ = false;
    if (const auto* withhold = std::get_if<Withhold>(&body)) passed_.insert(withhold->device);
}

// A row that was passed over to be withheld, and was not: its device's sessions look at all again.
void BrokerService::look_again() {
    proposing_ = true;
    for (const CertificateHash& device : std::exchange(passed_, {})) {
        for (Session* session : sessions_.of_device(device)) {
            session->place = MailboxPlace();
            session->mail = true;
        }
    }
}

Status BrokerService::drain(Batch batch, std::vector<Pending> origins) {
    if (gate_.met_full() == StoreGate::Change::Closed) parts_.log.warning("store.full");
    Batch rest;
    rest.ticket = batch.ticket;
    std::vector<Pending> of_rest;
    std::vector<Pending> refused;
    for (std::size_t i = 0; i < origins.size(); ++i) {
        if (is_new_work(batch.operations[i].body)) {
            refused.push_back(std::move(origins[i]));
        } else {
            rest.operations.push_back(std::move(batch.operations[i]));
            of_rest.push_back(std::move(origins[i]));
        }
    }
    // Nothing new was in it: even the reserve is used up.
    if (refused.empty()) {
        for (std::size_t i = 0; i < of_rest.size(); ++i) {
            note_refused(of_rest[i], rest.operations[i].body);
        }
        return refuse_batch(of_rest, Errc::BackPressure);
    }
    CHAPAR_TRY(refuse_batch(refused, Errc::BackPressure));
    return of_rest.empty() ? Status(Done{}) : apply(std::move(rest), std::move(of_rest));
}

void BrokerService::propose_again(Batch& batch, std::vector<Pending>& origins,
                                  std::vector<Outcome>& outcomes) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const bool missed = outcomes[i].code == Errc::BackPressure && outcomes[i].count == 0 &&
                            outcomes[i].context == kMissingKey;
        if (missed && origins[i].attempts < kAttempts) {
            propose(std::move(batch.operations[i].body), origins[i].source, origins[i].about);
            pending_.back().attempts = origins[i].attempts + 1;
            pending_.back().files = std::move(origins[i].files);
            pending_.back().share = std::move(origins[i].share);
            continue;
        }
        if (kept != i) {
            batch.operations[kept] = std::move(batch.operations[i]);
            origins[kept] = std::move(origins[i]);
            outcomes[kept] = std::move(outcomes[i]);
        }
        ++kept;
    }
    batch.operations.resize(kept);
    origins.resize(kept);
    outcomes.resize(kept);
}

void BrokerService::count(const Batch& batch, const std::vector<Outcome>& outcomes) {
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const Outcome& outcome = outcomes[i];
        if (outcome.freshness == Freshness::Duplicate) continue;
        if (!std::holds_alternative<Submit>(batch.operations[i].body)) continue;
        if (!outcome.code) ++accepted_;
        if (outcome.code && outcome.count > 0) ++rejected_;
        if (outcome.code && outcome.count == 0) ++refused_;
    }
}

Status BrokerService::refuse_batch(const std::vector<Pending>& origins, Errc code) {
    std::vector<Outcome> refused;
    for (const Pending& origin : origins) {
        Outcome outcome;
        outcome.code = code;
        outcome.about = origin.about;
        refused.push_back(std::move(outcome));
    }
    return speak(origins, refused);
}

Status BrokerService::speak(const std::vector<Pending>& origins,
                            const std::vector<Outcome>& outcomes) {
    std::map<SessionNumber, std::vector<schemas::ItemOutcome>> spoken;
    reach(FaultPoint::BeforeRelease);
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        for (std::size_t i = 0; i < outcomes.size(); ++i) {
            const Outcome& outcome = outcomes[i];
            if (!outcome.code) {
                for (const Hash& root : origins[i].files) parts_.bodies.keep(root);
            }
            if (const auto* from = std::get_if<FromSession>(&origins[i].source)) {
                if (sessions_.find(from->session) == nullptr) continue;
                spoken[from->session].push_back(CHAPAR_TRY(item_of(*txn, parts_.tick, outcome)));
            } else if (const auto* admin = std::get_if<FromAdmin>(&origins[i].source)) {
                TreeSize untold;
                schemas::Outcomes frame;
                frame.head = CHAPAR_TRY(next_head(*txn, parts_.tick, untold));
                frame.time = parts_.time.stamp().time;
                frame.items.push_back(CHAPAR_TRY(item_of(*txn, parts_.tick, outcome)));
                reply(admin->admin, frame);
            }
        }
        for (auto& [number, items] : spoken) {
            Session* session = sessions_.find(number);
            if (session == nullptr) continue;
            session->unanswered -= std::min(session->unanswered, items.size());
            // What goes out alone waits for an answer.
            if (session->alone) session->mail = true;
            CHAPAR_TRY(send_items(*session, *txn, std::move(items)));
            reach(FaultPoint::AfterRelease);
        }
        // Last: it may end sessions, after their outcomes have been said.
        for (const Outcome& outcome : outcomes) {
            CHAPAR_TRY(note_effects(*txn, outcome.effects));
        }
    }
    CHAPAR_TRY(propose_withholds());
    return deliver();
}

Status BrokerService::note_effects(const storage::ReadTxn& txn, const Effects& effects) {
    for (const CertificateHash& device : effects.enrolled) {
        const auto entry = CHAPAR_TRY(read_device(txn, device));
        if (!entry) continue;
        parts_.certificates.add(device, CHAPAR_TRY(certificate_facts(entry->record)));
    }
    for (const CertificateHash& device : effects.mail) {
        for (Session* session : sessions_.of_device(device)) session->mail = true;
    }
    const auto end_sessions = [this](const std::vector<CertificateHash>& devices, Errc code) {
        for (const CertificateHash& device : devices) {
            for (Session* session : sessions_.of_device(device)) {
                complain(*session, Error(code), After::End);
            }
        }
    };
    pruning_ = pruning_ || effects.pruned;
    end_sessions(effects.ended, Errc::CertificateRevoked);
    end_sessions(effects.suspended, Errc::CertificateSuspended);
    return remove_released(txn, effects.released);
}

Status BrokerService::propose_withholds() {
    if (!parts_.guard.signing() || !proposing_) return Done{};
    const auto is_withhold = [](const Pending& p) {
        return std::holds_alternative<Withhold>(p.body);
    };
    // The list is asked again when these are decided: nothing is proposed twice.
    if (std::ranges::any_of(pending_, is_withhold)) return Done{};
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    for (Withhold& withhold : CHAPAR_TRY(withholds_due(*txn, kWithholds))) {
        propose(std::move(withhold), NoOrigin{}, Hash{});
    }
    return Done{};
}

Status BrokerService::send_items(Session& session, const storage::ReadTxn& txn,
                                 std::vector<schemas::ItemOutcome> items) {
    for (auto& group : split_items(std::move(items))) {
        schemas::Outcomes frame;
        frame.head = CHAPAR_TRY(next_head(txn, parts_.tick, session.told));
        frame.time = parts_.time.stamp().time;
        frame.items = std::move(group);
        if (!outlet_.send(session, schemas::encode_frame(frame))) return Done{};
    }
    return Done{};
}

Status BrokerService::deliver_to(SessionNumber number) {
    if (!parts_.guard.signing()) return Done{};
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    const HandoutScene scene{*txn, parts_.tick, unanswered_, parts_.time.stamp().time,
                             parts_.time.elapsed()};
    for (int i = 0; i < kDeliversPerTurn; ++i) {
        Session* session = sessions_.find(number);
        if (session == nullptr || session->state != SessionState::Active) return Done{};
        // A peer whose queue is full gets its outcomes first.
        if (!session->mail || session->credit == 0 || !session->outbox.empty()) return Done{};
        // Nor does one that says nothing: libzmq and the kernel would keep it all.
        if (session->sent_unheard >= kMailUnheard) return Done{};
        Handout handout = CHAPAR_TRY(next_handout(scene, *session));
        for (const MailboxRow& row : handout.set_aside) {
            parts_.log.warning("mail.set-aside", {{"device", to_hex(row.device.view())},
                                                  {"envelope", to_hex(row.envelope.view())}});
        }
        for (Withhold& withhold : handout.withheld) {
            propose(std::move(withhold), NoOrigin{}, Hash{});
        }
        if (!handout.frame) continue;
        handout.frame->head = CHAPAR_TRY(next_head(*txn, parts_.tick, session->told));
        outlet_.send(*session, schemas::encode_frame(std::move(*handout.frame)));
    }
    more_mail_ = true;
    return Done{};
}

Status BrokerService::forget_answered() {
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    for (const CertificateHash& device : unanswered_.devices()) {
        const auto still_waits = [&](const MailboxPosition& position) -> Result<bool> {
            const auto row = waiting_row(*txn, device, position);
            return row ? Result<bool>(row->has_value()) : Result<bool>(row.error());
        };
        CHAPAR_TRY(unanswered_.forget_gone(device, still_waits));
    }
    return Done{};
}

void BrokerService::offer_again() {
    sessions_.for_each([this](Session& session) {
        if (session.state != SessionState::Active) return;
        if (unanswered_.has_suspects(session.greeted->device)) session.mail = true;
    });
}

Status BrokerService::deliver_all() {
    more_mail_ = false;
    if (!parts_.guard.signing()) return Done{};
    std::vector<SessionNumber> ready;
    sessions_.for_each([&](Session& session) {
        if (session.mail && session.credit > 0 && session.outbox.empty() &&
            session.sent_unheard < kMailUnheard) {
            ready.push_back(session.number);
        }
    });
    for (const SessionNumber number : ready) CHAPAR_TRY(deliver_to(number));
    return Done{};
}

Status BrokerService::watch_fullness() {
    const StoreGate::Change change = gate_.look(CHAPAR_TRY(parts_.store.usage()));
    const std::string percent = std::to_string(gate_.percent());
    const std::string disk_free = std::to_string(gate_.disk_free_percent());
    if (change == StoreGate::Change::Closed) {
        parts_.log.warning("store.nearly-full",
                           {{"percent", percent}, {"disk_free_percent", disk_free}});
    } else if (change == StoreGate::Change::Opened) {
        parts_.log.info("store.has-room", {{"percent", percent}, {"disk_free_percent", disk_free}});
    }
    return Done{};
}

Status BrokerService::watch_deadline() {
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    deadline_ = CHAPAR_TRY(next_deadline(*txn));
    if (!parts_.guard.signing() || !deadline_ || *deadline_ > parts_.time.stamp().time)
        return Done{};
    if (!proposing_) return Done{};
    const auto is_advance = [](const Pending& p) {
        return std::holds_alternative<Advance>(p.body);
    };
    if (std::ranges::none_of(pending_, is_advance)) propose(Advance{}, NoOrigin{}, Hash{});
    return Done{};
}

}  // namespace chapar::broker
