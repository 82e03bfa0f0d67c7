#include "broker/edge/witness_round.h"

#include "broker/core/ledger_proof.h"
#include "broker/edge/rollback.h"

namespace chapar::broker {
namespace {

// HTTP's "method not allowed": a public witness that serves no notes.
constexpr std::uint16_t kNoSuchMethod = 405;

std::string text_of_note(const SignedHead& head, const crypto::NoteVerifier& log) {
    return crypto::Checkpoint{log.name(), head.head.size, head.head.root}.text();
}

}  // namespace

WitnessRound::WitnessRound(const crypto::WitnessPolicy& policy, const crypto::NoteVerifier& log,
                           const std::vector<std::string>& reachable, WitnessMemory memory, Ask ask)
    : policy_(policy), log_(log), memory_(std::move(memory)), ask_(std::move(ask)) {
    for (const std::string& name : reachable) {
        const crypto::PolicyWitness* witness = policy.witness(name);
        CHAPAR_ASSERT(witness != nullptr);
        Seat seat;
        seat.witness = witness;
        seats_.push_back(std::move(seat));
    }
}

std::size_t WitnessRound::place(const Seat& seat) const {
    return static_cast<std::size_t>(&seat - seats_.data());
}

void WitnessRound::ask_note(Seat& seat) {
    seat.open = Open::Note;
    ask_(place(seat), {crypto::WitnessMethod::Note, log_.name()});
}

void WitnessRound::ask_notes() {
    for (Seat& seat : seats_) {
        if (!seat.told && seat.open == Open::Nothing) ask_note(seat);
    }
}

bool WitnessRound::confirmed() const {
    crypto::WitnessPolicy::Names names;
    for (const Seat& seat : seats_) {
        if (seat.told) names.insert(seat.witness->name);
    }
    return policy_.met(names);
}

Status WitnessRound::ask_head(Seat& seat, const SignedHead& head, const LedgerView& ledger) {
    crypto::AddCheckpoint request;
    request.old_size = seat.held;
    request.path =
        CHAPAR_TRY(consistency_path(ledger.txn, ledger.frontier, seat.held, head.head.size));
    request.note = head.note;
    seat.open = Open::Head;
    seat.asked = head;
    seat.round = rounds_;
    ask_(place(seat), {crypto::WitnessMethod::AddCheckpoint, request.body()});
    return Done{};
}

Status WitnessRound::begin(const SignedHead& head, const LedgerView& ledger, DurationMs now) {
    CHAPAR_ASSERT(idle());
    ++rounds_;
    round_ = Round{head, text_of_note(head, log_), now, std::nullopt, {}};
    for (Seat& seat : seats_) {
        seat.retried = false;
        if (seat.open != Open::Nothing || seat.held > head.head.size) continue;
        CHAPAR_TRY(ask_head(seat, head, ledger));
    }
    return Done{};
}

Result<WitnessRound::Heard> WitnessRound::answered(std::size_t witness,
                                                   const Result<crypto::WitnessAnswer>& answer,
                                                   const LedgerView& ledger, DurationMs now) {
    Seat& seat = seats_.at(witness);
    const Open asked = std::exchange(seat.open, Open::Nothing);
    CHAPAR_ASSERT(asked != Open::Nothing);
    if (!answer) {
        seat.trouble = "not reached: " + answer.error().context;
        return Heard{};
    }
    if (asked == Open::Note) return note_came(seat, *answer, ledger);
    if (asked == Open::Stored) {
        stored_answered(seat, *answer, ledger);
        return Heard{};
    }
    CHAPAR_TRY(head_answered(seat, *answer, ledger, now));
    return Heard{};
}

Result<WitnessRound::Heard> WitnessRound::note_came(Seat& seat, const crypto::WitnessAnswer& answer,
                                                    const LedgerView& ledger) {
    if (answer.status == crypto::witness_status::kUnknownLog || answer.status == kNoSuchMethod) {
        // Without a note of our own nobody can have cosigned one.
        seat.told = !memory_.newest.has_value();
        if (memory_.newest) ask_stored(seat);
        return Heard{};
    }
    if (answer.status != crypto::witness_status::kOk) {
        seat.trouble = "asked for its note, it answered " + std::to_string(answer.status);
        return Heard{};
    }
    const auto judged = judge_note(answer.body, log_, ledger.txn, ledger.frontier);
    if (!judged && judged.error().code != Errc::NoteInvalid) return judged.error();
    if (!judged) {
        seat.trouble = "its note is not signed by this ledger's key";
        return Heard{};
    }
    if (judged->verdict != NoteVerdict::Covered) {
        seat.trouble = "it holds a head that this ledger does not have";
        return Heard{answer.body};
    }
    seat.told = true;
    seat.held = judged->checkpoint.size;
    return Heard{};
}

const WitnessMemory::Given* WitnessRound::given(const Seat& seat) const {
    const auto found = memory_.given.find(seat.witness->name);
    return found == memory_.given.end() ? nullptr : &found->second;
}

void WitnessRound::ask_stored(Seat& seat) {
    const SignedHead& newest = *memory_.newest;
    seat.open = Open::Stored;
    ask_(place(seat), {crypto::WitnessMethod::AddCheckpoint,
                       crypto::AddCheckpoint{newest.head.size, {}, newest.note}.body()});
}

void WitnessRound::stored_answered(Seat& seat, const crypto::WitnessAnswer& answer,
                                   const LedgerView& ledger) {
    switch (answer.status) {
        case crypto::witness_status::kOk:
            return stored_cosigned(seat, answer.body);
        case crypto::witness_status::kConflict:
            return stored_conflict(seat, answer.body, ledger);
        case crypto::witness_status::kUnknownLog:
            seat.told = given(seat) == nullptr;
            if (!seat.told) seat.trouble = "it does not know this ledger, which it has cosigned";
            return;
        default:
            seat.trouble =
                "asked for the newest stored head, it answered " + std::to_string(answer.status);
    }
}

void WitnessRound::stored_cosigned(Seat& seat, const std::string& body) {
    const SignedHead& newest = *memory_.newest;
    const auto line = crypto::find_cosignature(text_of_note(newest, log_), body, seat.witness->key);
    if (!line) {
        seat.trouble = "its answer is no cosignature of the stored head";
        return;
    }
    // An older one may be what somebody on the way has heard before.
    if (const auto* before = given(seat); before != nullptr && line->time <= before->time) {
        seat.trouble = "its cosignature of the stored head is not newer than those kept";
        return;
    }
    seat.trouble.clear();
    seat.told = true;
    seat.held = newest.head.size;
}

void WitnessRound::stored_conflict(Seat& seat, const std::string& body, const LedgerView& ledger) {
    const auto held = crypto::parse_conflict(body);
    if (!held) {
        seat.trouble = "its 409 names no size";
        return;
    }
    const auto* before = given(seat);
    if (*held > ledger.frontier.size() || (before != nullptr && *held < before->size)) {
        seat.trouble =
            "it says that it holds size " + std::to_string(held->value) + ", and shows no note";
        return;
    }
    seat.trouble.clear();
    seat.told = true;
    seat.held = *held;
}

Status WitnessRound::head_answered(Seat& seat, const crypto::WitnessAnswer& answer,
                                   const LedgerView& ledger, DurationMs now) {
    switch (answer.status) {
        case crypto::witness_status::kOk:
            cosigned(seat, answer.body, now);
            return Done{};
        case crypto::witness_status::kConflict:
            return conflict(seat, answer.body, ledger);
        case crypto::witness_status::kNotConsistent:
            // Our proof holds for our tree: it keeps another one, and its note will tell which.
            seat.trouble = "it says that our head does not continue the one it holds";
            ask_note(seat);
            return Done{};
        default:
            seat.trouble = "it refused the head with " + std::to_string(answer.status);
            return Done{};
    }
}

Status WitnessRound::conflict(Seat& seat, const std::string& body, const LedgerView& ledger) {
    const auto held = crypto::parse_conflict(body);
    if (!held) {
        seat.trouble = "its 409 names no size";
        return Done{};
    }
    const TreeSize size = seat.asked.head.size;
    if (*held >= size) {
        seat.trouble = "it says that it holds size " + std::to_string(held->value);
        ask_note(seat);
        return Done{};
    }
    seat.held = *held;
    if (seat.retried || !round_ || seat.round != rounds_) return Done{};
    seat.retried = true;
    return ask_head(seat, round_->head, ledger);
}

void WitnessRound::cosigned(Seat& seat, const std::string& body, DurationMs now) {
    const std::string text = text_of_note(seat.asked, log_);
    const auto line = crypto::find_cosignature(text, body, seat.witness->key);
    if (!line) {
        seat.trouble = "its answer is no cosignature of the head";
        return;
    }
    seat.trouble.clear();
    seat.told = true;
    seat.held = seat.asked.head.size;
    if (!round_ || seat.round != rounds_) return;
    round_->lines[seat.witness->name] = line->line;
    crypto::WitnessPolicy::Names names;
    for (const auto& [name, unused] : round_->lines) names.insert(name);
    if (!round_->met && policy_.met(names)) round_->met = now;
}

bool WitnessRound::all_answered() const {
    return std::none_of(seats_.begin(), seats_.end(), [this](const Seat& seat) {
        return seat.open != Open::Nothing && seat.round == rounds_;
    });
}

std::optional<DurationMs> WitnessRound::due(DurationMs now) const {
    if (!round_) return std::nullopt;
    if (all_answered()) return DurationMs(0);
    std::uint64_t at = round_->began.value + kLongest.value;
    if (round_->met) at = std::min(at, round_->met->value + kMoreTime.value);
    return DurationMs(at > now.value ? at - now.value : 0);
}

std::optional<CosignedHead> WitnessRound::close(DurationMs now) {
    const auto left = due(now);
    if (!left || left->value > 0) return std::nullopt;
    CosignedHead result{std::move(round_->head), round_->lines.size(), false};
    crypto::WitnessPolicy::Names names;
    for (const auto& [name, line] : round_->lines) {
        result.head.note += line;
        names.insert(name);
    }
    result.quorum = policy_.met(names);
    round_.reset();
    return result;
}

std::vector<WitnessFigure> WitnessRound::figures() const {
    std::vector<WitnessFigure> figures;
    for (const Seat& seat : seats_) {
        figures.push_back({seat.witness->name, seat.held, seat.trouble});
    }
    return figures;
}

}  // namespace chapar::broker
