#include "client/edge/session.h"

#include <type_traits>

#include "client/core/fork.h"
#include "client/core/heads.h"
#include "client/core/hello.h"
#include "client/core/kept_entries.h"
#include "client/edge/session_frames.h"
#include "schemas/frames_codec.h"

namespace chapar::client {

Session::Session(const SessionParts& parts, const SessionOptions& options)
    : parts_(parts), options_(options) {}

Status Session::send(const schemas::Frame& frame) {
    return parts_.transport.send(schemas::encode_frame(frame));
}

Status Session::accept(const schemas::Head& head, Received& received) {
    const crypto::NoteVerifier& log = parts_.home.card().log();
    auto txn = CHAPAR_TRY(parts_.store.begin_write());
    auto checkpoint = accept_head(*txn, log, head.checkpoint, head.consistency);
    if (!checkpoint) {
        if (checkpoint.error().code == Errc::HeadMismatch) {
            CHAPAR_TRY(keep_contradiction(*txn, log, head.checkpoint, SmallerHead::SetBack,
                                          parts_.clock.now()));
            CHAPAR_TRY(std::move(*txn).commit());
        }
        return checkpoint.error();
    }
    CHAPAR_TRY(std::move(*txn).commit());
    received.head = std::move(checkpoint).value();
    received.note = head.checkpoint;
    return Done{};
}

Status Session::within_credit(const schemas::Deliver& frame) const {
    std::size_t queued = frame.deliveries.size();
    for (const Received& earlier : deliveries_) {
        queued += std::get<schemas::Deliver>(earlier.frame).deliveries.size();
    }
    if (queued > credit_out_) return Error(Errc::MalformedFrame, "deliveries beyond the credit");
    return Done{};
}

// What ERROR says. Of the note that HELLO presented it may say that the ledger does not hold it.
Status Session::heard(const schemas::ErrorFrame& frame) {
    Error error(errc_of(frame.code).value_or(Errc::Internal), frame.context);
    if (error.code == Errc::HeadUnknown || error.code == Errc::HeadMismatch) {
        auto txn = CHAPAR_TRY(parts_.store.begin_write());
        CHAPAR_TRY(keep_unknown_head(*txn, parts_.home.card().log(), parts_.clock.now()));
        CHAPAR_TRY(std::move(*txn).commit());
    }
    return error;
}

Result<std::optional<Session::Received>> Session::receive_frame(DurationMs patience) {
    const auto bytes = CHAPAR_TRY(parts_.transport.receive(patience));
    if (!bytes) return std::optional<Received>();
    Received received;
    received.frame = CHAPAR_TRY(schemas::decode_frame(*bytes));
    if (const auto* error = std::get_if<schemas::ErrorFrame>(&received.frame)) {
        if (!answers_proofs(*error)) return heard(*error).error();
        CHAPAR_TRY(take_no_proofs());
        received.frame = schemas::Proofs{};  // taken, as those are
        return std::optional(std::move(received));
    }
    if (const auto* deliver = std::get_if<schemas::Deliver>(&received.frame)) {
        CHAPAR_TRY(within_credit(*deliver));
    }
    // Heads follow each other in the order of the frames, so each is accepted as it arrives.
    const Status accepted = std::visit(
        [&](const auto& frame) -> Status {
            if constexpr (std::is_same_v<decltype(frame), const schemas::Proofs&>) {
                return take_proofs(frame);
            } else if constexpr (requires { frame.head; }) {
                return accept(frame.head, received);
            } else {
                return Done{};
            }
        },
        received.frame);
    CHAPAR_TRY(Status(accepted));
    return std::optional(std::move(received));
}

Status Session::open(Presenting presenting) {
    CHAPAR_TRY(send(schemas::Connect{}));
    const Received challenged = CHAPAR_TRY(answer<schemas::Challenge>(options_.first_patience));
    const auto& challenge = std::get<schemas::Challenge>(challenged.frame);
    const Device device = parts_.home.device();

    std::string note;
    if (presenting == Presenting::NewestHead) {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        const auto held = CHAPAR_TRY(newest_head(*txn, device.card.log()));
        if (held) note = held->note;
    }
    CHAPAR_TRY(send(hello_of(device, challenge.challenge, std::move(note))));
    const Received welcomed = CHAPAR_TRY(answer<schemas::Welcome>(options_.answer_patience));
    broker_time_ = std::get<schemas::Welcome>(welcomed.frame).time;
    welcomed_ = parts_.clock.elapsed();
    return Done{};
}

Result<schemas::Explained> Session::explain(const schemas::ExplainAsk& ask) {
    CHAPAR_TRY(send(ask));
    Received received = CHAPAR_TRY(answer<schemas::Explained>(options_.answer_patience));
    return std::get<schemas::Explained>(std::move(received.frame));
}

Result<schemas::Ledger> Session::read_ledger(EntryIndex from) {
    CHAPAR_TRY(send(schemas::LedgerAsk{from}));
    Received received = CHAPAR_TRY(answer<schemas::Ledger>(options_.answer_patience));
    return std::get<schemas::Ledger>(std::move(received.frame));
}

Result<EntryIndex> Session::publish(const crypto::SignedRecord& record) {
    CHAPAR_TRY(send(schemas::Publish{record.encode()}));
    const Received received = CHAPAR_TRY(answer<schemas::Outcomes>(options_.answer_patience));
    for (const auto& outcome : std::get<schemas::Outcomes>(received.frame).items) {
        if (outcome.about != record.hash()) continue;
        if (!outcome.code.empty()) {
            return Error(errc_of(outcome.code).value_or(Errc::Internal), outcome.context);
        }
        if (outcome.proofs.empty()) return Error(Errc::ProofInvalid, "no proof");
        const schemas::EntryProof& proof = outcome.proofs.front();
        const auto entry = CHAPAR_TRY(ProvenEntry::verify_leaf(proof, *received.head));
        // A policy is shown to whoever brings it, and to no other device.
        if (!crypto::is_sealed(entry.leaf().kind) || !proof.body.empty()) {
            const auto opened = CHAPAR_TRY(ProvenEntry::verify(proof, *received.head));
            if (opened.body()->record != record.encode()) {
                return Error(Errc::LeafInvalid, "another record");
            }
            auto txn = CHAPAR_TRY(parts_.store.begin_write());
            CHAPAR_TRY(keep_entry(*txn, proof, received.note));
            CHAPAR_TRY(std::move(*txn).commit());
        }
        return entry.index();
    }
    return Error(Errc::MalformedFrame, "no outcome for the record");
}

}  // namespace chapar::client
