// What comes in, between the frames of sessions and the verifiers: each agency in its turn.
#include "broker/edge/service.h"
#include "broker/edge/tcp_figures.h"

namespace chapar::broker {
namespace {

// Frames that the verifiers have at a time, for each of them: enough that none waits for the loop
// during a commit, few enough that the order is made in the fair queue and not by who came first.
constexpr std::size_t kFramesPerVerifier = 16;

// Operations that wait for a tick, in ticks: beyond, frames wait in the fair queue.
constexpr std::size_t kTicksAhead = 2;

// Of one session, waiting for an answer: who asks more at a time than a client of ours loses it.
constexpr std::size_t kQuestionsOpen = 64;
// Agencies ask in turn, one question each.
constexpr std::size_t kCostOfQuestion = FairQueue<int>::kQuantum;
// Looked at for one that may be answered.
constexpr std::size_t kQuestionsTried = 16;

// A frame costs what it weighs, and what its signatures cost.
constexpr std::size_t kCostOfItem = 1024;

}  // namespace

std::optional<Intake::Share> BrokerService::admit(const Session& session, std::size_t items) {
    std::optional<Intake::Share> share;
    if (session.unanswered + items <= parts_.config.sessions.in_flight) {
        share = intake_.admit(session.number, session.greeted->agency, session.unverified,
                              session.frame_bytes);
    }
    if (!share) pushed_back_ += items;
    return share;
}

void BrokerService::verify(Session& session,
                           std::variant<schemas::Submit, schemas::Statements> frame,
                           std::size_t items, Intake::Share share) {
    const std::uint64_t ticket = next_check_++;
    checks_.emplace(ticket, Check{session.number, items, std::move(share)});
    session.unanswered += items;
    ++session.unverified;
    const SessionFacts facts{session.greeted->device, parts_.node.home,
                             parts_.node.manifest.ledger};
    unverified_.push(session.greeted->agency, session.frame_bytes + items * kCostOfItem,
                     VerifyJob{ticket, facts, std::move(frame)});
    hand_to_verifiers();
}

void BrokerService::hand_to_verifiers() {
    const std::size_t most = parts_.config.workers * kFramesPerVerifier;
    while (verifying_ < most && parts_.verifiers.has_room() &&
           pending_.size() < kTicksAhead * parts_.config.tick.max_operations) {
        auto job = unverified_.pop();
        if (!job) return;
        // Nobody is left to be answered: its sender will send it again.
        const auto check = checks_.find(job->ticket);
        CHAPAR_ASSERT(check != checks_.end());
        if (sessions_.find(check->second.session) == nullptr) {
            checks_.erase(check);
            continue;
        }
        ++verifying_;
        parts_.verifiers.submit(std::move(*job));
    }
}

Status BrokerService::take_question(Session& session, schemas::Frame frame) {
    if (session.questions >= kQuestionsOpen) {
        complain(session, Error(Errc::BackPressure), After::End);
        return Done{};
    }
    ++session.questions;
    questions_.push(session.greeted->agency, kCostOfQuestion,
                    Question{session.number, std::move(frame)});
    // The first at once: a broker that has nothing else to do lets nobody wait.
    return question_answered_ ? Status(Done{}) : answer_next_question();
}

Status BrokerService::answer_next_question() {
    if (!answer_pace_.may(parts_.time.elapsed())) return Done{};
    for (std::size_t tries = std::min(questions_.size(), kQuestionsTried); tries > 0; --tries) {
        auto question = questions_.pop();
        Session* session = sessions_.find(question->session);
        if (session == nullptr) continue;
        if (!session->outbox.empty()) {
            // It has not read what it asked for before.
            questions_.push(session->greeted->agency, kCostOfQuestion, std::move(*question));
            continue;
        }
        --session->questions;
        question_answered_ = true;
        const std::uint64_t before = outlet_.bytes_given();
        CHAPAR_TRY(answer_question(*session, question->frame));
        answer_pace_.answered(outlet_.bytes_given() - before, parts_.time.elapsed());
        return Done{};
    }
    return Done{};
}

void BrokerService::tell_cuts() {
    if (parts_.connections == nullptr) return;
    for (const ConnectionCut& cut : parts_.connections->take_cuts()) {
        const std::string address = address_text(cut.address);
        parts_.log.warning_from(
            address, "connection.cut",
            {{"reason", std::string(word_of(cut.reason))}, {"address", address}});
    }
}

void BrokerService::add_connection_figures(schemas::StatusReport& report) const {
    const auto add = [&](std::string name, std::uint64_t value) {
        report.figures.push_back({std::move(name), std::to_string(value)});
    };
    add("intake_bytes", intake_.used());
    add("outbox_bytes", outbox_bytes_.used());
    add("questions", questions_.size());
    add("pushed_back", pushed_back_);
    if (parts_.connections == nullptr) return;
    const ConnectionWarden::Figures figures = parts_.connections->figures();
    add("connections", figures.connections);
    add("connections_pending", figures.pending);
    add("unfinished_bytes", figures.unfinished_bytes);
    std::uint64_t cut = 0;
    for (const std::uint64_t count : figures.cuts) cut += count;
    add("connections_cut", cut);
    for (std::size_t i = 0; i < kCutReasons; ++i) {
        if (figures.cuts.at(i) == 0) continue;
        add("connections_cut " + std::string(word_of(static_cast<CutReason>(i))),
            figures.cuts.at(i));
    }
}

}  // namespace chapar::broker
