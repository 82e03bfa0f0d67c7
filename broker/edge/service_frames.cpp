// What happens to a frame of a session, from the socket to the verifiers or to its answer.
#include "broker/core/directory.h"
#include "broker/core/plan.h"
#include "broker/edge/answers.h"
#include "broker/edge/directory_service.h"
#include "broker/edge/service.h"
#include "crypto/certificate.h"
#include "crypto/envelope.h"
#include "crypto/statement.h"
#include "schemas/base/limits.h"
#include "schemas/frames_codec.h"

namespace chapar::broker {
namespace {

constexpr int kFramesPerTurn = 64;

struct EventVisitor {
    SessionEvent operator()(const schemas::Connect&) { return SessionEvent::Connect; }
    SessionEvent operator()(const schemas::Hello&) { return SessionEvent::Hello; }
    SessionEvent operator()(const schemas::Submit&) { return SessionEvent::Submit; }
    SessionEvent operator()(const schemas::Statements&) { return SessionEvent::Statements; }
    SessionEvent operator()(const schemas::Credit&) { return SessionEvent::Credit; }
    SessionEvent operator()(const schemas::DirectoryAsk&) { return SessionEvent::Directory; }
    SessionEvent operator()(const schemas::ReceiptsAsk&) { return SessionEvent::Receipts; }
    SessionEvent operator()(const schemas::ExplainAsk&) { return SessionEvent::Explain; }
    SessionEvent operator()(const schemas::LedgerAsk&) { return SessionEvent::Ledger; }
    SessionEvent operator()(const schemas::Publish&) { return SessionEvent::Publish; }
    SessionEvent operator()(const schemas::Upload&) { return SessionEvent::Upload; }
    SessionEvent operator()(const schemas::Chunk&) { return SessionEvent::Chunk; }
    SessionEvent operator()(const schemas::Fetch&) { return SessionEvent::Fetch; }
    SessionEvent operator()(const schemas::ProofsAsk&) { return SessionEvent::Proofs; }
    // What only a broker says, and STATUS, which is the Unix socket's.
    SessionEvent operator()(const auto&) { return SessionEvent::Other; }
};

SessionEvent event_of(const schemas::Frame& frame) { return std::visit(EventVisitor{}, frame); }

// Errors that an asker can cause; all others are ours, and fatal.
bool is_askers_fault(Errc code) {
    return code == Errc::OfficeUnknown || code == Errc::NotFound || code == Errc::HeadUnknown ||
           code == Errc::NotPermitted;
}

}  // namespace

Result<bool> BrokerService::receive() {
    question_answered_ = false;
    for (int i = 0; i < kFramesPerTurn; ++i) {
        if (!has_room()) return false;
        auto incoming = CHAPAR_TRY(parts_.router.receive());
        if (!incoming) return false;
        CHAPAR_TRY(handle(std::move(*incoming)));
    }
    return true;
}

Status BrokerService::handle(Incoming incoming) {
    parts_.tap.record(TapDirection::Received, incoming.payload.bytes());
    if (parts_.connections != nullptr) {
        parts_.connections->heard(incoming.link, incoming.payload.bytes().size());
    }
    if (!incoming.key || outlet_.condemned(incoming.link)) {
        incoming.link.cut();
        return Done{};
    }
    const DurationMs hello_by(parts_.time.elapsed().value + parts_.config.sessions.hello.value);
    Session* session = sessions_.find_or_open(incoming, hello_by);
    if (session == nullptr) {
        parts_.log.warning("sessions.full", {{"count", std::to_string(sessions_.size())}});
        incoming.link.cut();
        return Done{};
    }
    if (session->sent_unheard >= kMailUnheard) {
        session->sent_unheard = 0;
        // Mail that was held back goes before the answer to what it says now.
        const SessionNumber number = session->number;
        CHAPAR_TRY(deliver_to(number));
        session = sessions_.find(number);
        if (session == nullptr) return Done{};
    }
    session->sent_unheard = 0;
    session->heard = parts_.time.elapsed();
    session->frame_bytes = incoming.payload.bytes().size();
    auto frame = schemas::decode_frame(incoming.payload.bytes());
    if (!frame) {
        complain(*session, Error(frame.error().code), After::End);
        return Done{};
    }
    return act(*session, std::move(*frame));
}

Status BrokerService::act(Session& session, schemas::Frame frame) {
    switch (action_for(session.state, event_of(frame))) {
        case SessionAction::Challenge:
            return challenge(session);
        case SessionAction::CheckHello:
            return greet(session, std::get<schemas::Hello>(frame));
        case SessionAction::Serve:
            return serve(session, std::move(frame));
        case SessionAction::NotGreeted:
            complain(session, Error(Errc::NotGreeted), After::End);
            return Done{};
        case SessionAction::Refuse:
            complain(session, Error(Errc::NotPermitted), After::End);
            return Done{};
    }
    return Done{};
}

Status BrokerService::serve(Session& session, schemas::Frame frame) {
    if (session.welcome_due) {
        complain(session, Error(Errc::NotGreeted), After::End);
        return Done{};
    }
    if (auto* submit = std::get_if<schemas::Submit>(&frame)) {
        return take(session, std::move(*submit));
    }
    if (auto* statements = std::get_if<schemas::Statements>(&frame)) {
        return take(session, std::move(*statements));
    }
    if (auto* record = std::get_if<schemas::Publish>(&frame)) {
        return publish(session, std::move(*record));
    }
    if (const auto* credit = std::get_if<schemas::Credit>(&frame)) {
        const std::size_t granted = session.credit + credit->envelopes;
        session.credit = std::min(granted, parts_.config.sessions.credit);
        return deliver_to(session.number);
    }
    const SessionEvent event = event_of(frame);
    if (event == SessionEvent::Upload || event == SessionEvent::Chunk ||
        event == SessionEvent::Fetch) {
        return transfer(session, std::move(frame));
    }
    return take_question(session, std::move(frame));
}

std::optional<Errc> BrokerService::refuses_new() const {
    if (!parts_.guard.signing()) return Errc::ReadOnly;
    if (gate_.closed()) return Errc::BackPressure;
    return std::nullopt;
}

Status BrokerService::refuse_all(Session& session, const std::vector<Hash>& abouts, Errc code) {
    refused_ += abouts.size();
    std::vector<schemas::ItemOutcome> items;
    for (const Hash& about : abouts) items.push_back(refused_item(about, Error(code)));
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    return send_items(session, *txn, std::move(items));
}

Status BrokerService::take(Session& session, schemas::Submit frame) {
    const std::size_t items = frame.envelopes.size();
    std::optional<Errc> refusal = refuses_new();
    if (!refusal && witnesses_absent_) refusal = Errc::WitnessesAbsent;
    std::optional<Intake::Share> share;
    if (!refusal && !(share = admit(session, items))) refusal = Errc::BackPressure;
    if (!refusal && !intake_.within_rate(session.greeted->agency, session.greeted->device, items,
                                         parts_.time.elapsed())) {
        pushed_back_ += items;
        refusal = Errc::BackPressure;
    }
    if (refusal) {
        std::vector<Hash> abouts;
        for (const auto& envelope : frame.envelopes) {
            abouts.push_back(Hash{crypto::envelope_hash(envelope.envelope).bytes});
        }
        return refuse_all(session, abouts, *refusal);
    }
    verify(session, std::move(frame), items, std::move(*share));
    return Done{};
}

Status BrokerService::take(Session& session, schemas::Statements frame) {
    const std::size_t items = frame.statements.size();
    // Statements drain mailboxes: a nearly full store still takes them.
    std::optional<Errc> refusal;
    if (!parts_.guard.signing()) refusal = Errc::ReadOnly;
    std::optional<Intake::Share> share;
    if (!refusal && !(share = admit(session, items))) refusal = Errc::BackPressure;
    if (refusal) {
        std::vector<Hash> abouts;
        for (const auto& signed_statement : frame.statements) {
            const auto statement = crypto::DeliveryStatement::decode(signed_statement.statement);
            if (statement) abouts.push_back(crypto::statement_hash(*statement));
        }
        return refuse_all(session, abouts, *refusal);
    }
    verify(session, std::move(frame), items, std::move(*share));
    return Done{};
}

Status BrokerService::verified(VerifyResult result) {
    const auto found = checks_.find(result.ticket);
    CHAPAR_ASSERT(found != checks_.end());
    Check check = std::move(found->second);
    checks_.erase(found);
    --verifying_;
    Session* session = sessions_.find(check.session);
    // Its sender cannot be told; it will send again, and what is not proposed changes nothing.
    if (session == nullptr) {
        hand_to_verifiers();
        return Done{};
    }
    --session->unverified;
    if (!result.verdicts) {
        refused_ += check.items;
        complain(*session, result.verdicts.error(), After::End);
        hand_to_verifiers();
        return Done{};
    }
    std::vector<schemas::ItemOutcome> refused;
    const std::size_t each = check.share.bytes() / std::max<std::size_t>(check.items, 1);
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    for (Verdict& verdict : *result.verdicts) {
        if (!verdict.operation) {
            refused.push_back(refused_item(verdict.about, verdict.operation.error()));
            continue;
        }
        auto files = files_of(*txn, verdict.operation->body(), verdict.about);
        if (!files && is_failure(files.error().code)) return files.error();
        if (!files) {
            refused.push_back(refused_item(verdict.about, files.error()));
            continue;
        }
        propose(std::move(*verdict.operation).stamped({}).body, FromSession{check.session},
                verdict.about);
        pending_.back().files = std::move(*files);
        pending_.back().share = check.share.split(each);
    }
    hand_to_verifiers();
    if (refused.empty()) return Done{};
    refused_ += refused.size();
    session->unanswered -= refused.size();
    return send_items(*session, *txn, std::move(refused));
}

Status BrokerService::publish(Session& session, schemas::Publish frame) {
    auto verdict = Ingress::check_record(std::move(frame.record), session.greeted->device);
    if (!verdict) {
        complain(session, verdict.error(), After::Continue);
        return Done{};
    }
    if (!verdict->operation) {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        return send_items(session, *txn,
                          {refused_item(verdict->about, verdict->operation.error())});
    }
    // What ends mail, keys and devices is taken at a full store, too.
    OperationBody body = std::move(*verdict->operation).stamped({}).body;
    std::optional<Errc> refusal = refuses_new();
    if (refusal == Errc::BackPressure && !is_new_work(body)) refusal.reset();
    std::optional<Intake::Share> share;
    if (!refusal && !(share = admit(session, 1))) refusal = Errc::BackPressure;
    if (refusal) return refuse_all(session, {verdict->about}, *refusal);
    ++session.unanswered;
    propose(std::move(body), FromSession{session.number}, verdict->about);
    pending_.back().share = std::move(*share);
    return Done{};
}

template <typename Answer>
Status BrokerService::answer(Session& session, const storage::ReadTxn& txn, Result<Answer> made) {
    if (!made) {
        if (!is_askers_fault(made.error().code)) return made.error();
        complain(session, made.error(), After::Continue);
        return Done{};
    }
    if constexpr (requires { made->head; }) {
        made->head = CHAPAR_TRY(next_head(txn, parts_.tick, session.told));
    }
    outlet_.send(session, schemas::encode_frame(std::move(*made)));
    return Done{};
}

Result<std::optional<InForce>> BrokerService::still_in_force(Session& session,
                                                             const storage::ReadTxn& txn) {
    // A session may outlive its certificate, its office and that office's roles.
    auto valid = in_force(txn, session.greeted->device, parts_.time.stamp().time);
    if (valid) return std::optional<InForce>(std::move(*valid));
    if (is_failure(valid.error().code)) return valid.error();
    complain(session, Error(valid.error().code), After::End);
    return std::optional<InForce>();
}

Status BrokerService::answer_question(Session& session, const schemas::Frame& frame) {
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    const auto valid = CHAPAR_TRY(still_in_force(session, *txn));
    if (!valid) return Done{};
    const Greeted& who = *session.greeted;
    if (const auto* ask = std::get_if<schemas::DirectoryAsk>(&frame)) {
        auto found = answer_directory(*txn, parts_.tick, ask->from);
        // Where nothing but messages stand, the answer is short and the work is not.
        const std::uint64_t looked = found ? found->next.value - ask->from.value : 0;
        answer_pace_.answered(looked * AnswerPace::kEntryBytes, parts_.time.elapsed());
        return answer(session, *txn, std::move(found));
    }
    if (const auto* ask = std::get_if<schemas::ReceiptsAsk>(&frame)) {
        return answer(session, *txn, answer_receipts(*txn, parts_.tick, who.device, ask->from));
    }
    if (const auto* ask = std::get_if<schemas::ExplainAsk>(&frame)) {
        return answer(session, *txn, answer_explain(*txn, *ask, who.agency));
    }
    if (const auto* ask = std::get_if<schemas::ProofsAsk>(&frame)) {
        return answer_proofs(session, *ask);
    }
    const auto* ask = std::get_if<schemas::LedgerAsk>(&frame);
    CHAPAR_ASSERT(ask != nullptr);
    if ((valid->office.roles & crypto::office_role::kAuditor) == 0) {
        complain(session, Error(Errc::NotPermitted), After::Continue);
        return Done{};
    }
    return answer(session, *txn, answer_ledger(*txn, parts_.tick, ask->from));
}

Status BrokerService::answer_proofs(Session& session, const schemas::ProofsAsk& ask) {
    const SessionNumber number = session.number;
    const Status asked = proofs_.ask(session, ask);
    if (asked) return asked;
    const Errc code = asked.error().code;
    if (code != Errc::NotFound && code != Errc::BackPressure) return asked;
    if (Session* asker = sessions_.find(number)) complain(*asker, asked.error(), After::Continue);
    return Done{};
}

void BrokerService::complain(Session& session, const Error& error, After after) {
    const ErrorText& text = text_of(error.code);
    parts_.log.info_from(
        short_hash(session.key.view()), "session.refused",
        {{"session", std::to_string(session.number)}, {"code", std::string(text.code)}});
    Bytes frame = schemas::encode_frame(schemas::ErrorFrame{std::string(text.code), error.context});
    if (after == After::End) return outlet_.send_last(session, std::move(frame));
    outlet_.send(session, std::move(frame));
}

}  // namespace chapar::broker
