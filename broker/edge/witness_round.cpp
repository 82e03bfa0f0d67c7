#include "broker/edge/witness_round.h"

#include "broker/core/ledger_proof.h"

namespace chapar::broker {
namespace {

// HTTP's "method not allowed": a public witness that serves no notes.
constexpr std::uint16_t kNoSuchMethod = 405;

std::string text_of_note(const SignedHead& head, const crypto::NoteVerifier& log) {
    return crypto::Checkpoint{log.name(), head.head.size, head.head.root}.text();
}

bool is_fresh(TimeMs signed_at, TimeMs clock) {
    const TimeMs earlier = std::min(signed_at, clock);
    return std::max(signed_at, clock).value - earlier.value <= WitnessRound::kFresh.value;
}

}  // namespace

WitnessRound::WitnessRound(const crypto::WitnessPolicy& policy, const crypto::NoteVerifier& log,
                           const std::vector<ReachableWitness>& reachable, WitnessMemory memory,
                           Ask ask)
    : policy_(policy), log_(log), memory_(std::move(memory)), ask_(std::move(ask)) {
    for (const ReachableWitness& each : reachable) {
        const crypto::PolicyWitness* witness = policy.witness(each.name);
        CHAPAR_ASSERT(witness != nullptr);
        Seat seat;
        seat.witness = witness;
        seat.carrier = each.carrier;
        seats_.push_back(std::move(seat));
    }
}

std::size_t WitnessRound::place(const Seat& seat) const {
    return static_cast<std::size_t>(&seat - seats_.data());
}

void WitnessRound::ask_note(Seat& seat) {
    seat.open = Open::Note;
    seat.retried = false;
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
                                                   const LedgerView& ledger, RoundTime now) {
    Seat& seat = seats_.at(witness);
    const Open asked = std::exchange(seat.open, Open::Nothing);
    CHAPAR_ASSERT(asked != Open::Nothing);
    if (!answer) {
        seat.trouble = "not reached: " + answer.error().context;
        return Heard{};
    }
    if (asked == Open::Note) return note_came(seat, *answer, ledger);
    if (asked == Open::Stored) {
        CHAPAR_TRY(stored_answered(seat, *answer, ledger, now.clock));
        return Heard{};
    }
    CHAPAR_TRY(head_answered(seat, *answer, ledger, now));
    return Heard{};
}

Result<WitnessRound::Heard> WitnessRound::note_came(Seat& seat, const crypto::WitnessAnswer& answer,
                                                    const LedgerView& ledger) {
    if (answer.status == crypto::witness_status::kUnknownLog || answer.status == kNoSuchMethod) {
        // Without a note of our own nobody can have cosigned one.
        if (!memory_.newest) {
            seat.told = true;
        } else if (!seat.told) {
            CHAPAR_TRY(ask_stored(seat, memory_.newest->head.size, ledger));
        }
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
    CHAPAR_TRY(note_covered(seat, *judged, answer.body, ledger));
    return Heard{};
}

Status WitnessRound::note_covered(Seat& seat, const JudgedNote& judged, const std::string& note,
                                  const LedgerView& ledger) {
    const crypto::Checkpoint& held = judged.checkpoint;
    seat.held = held.size;
    if (seat.carrier == WitnessCarrier::Authenticated) {
        seat.told = true;
        return Done{};
    }
    if (seat.told || held.size.value == 0) return Done{};
    // Signed by us and a head of this ledger: then it may be the newest that we know of.
    if (!memory_.newest || memory_.newest->head.size < held.size) {
        memory_.newest = SignedHead{{held.size, held.root, ProcessEpoch()}, note};
    }
    return ask_stored(seat, held.size, ledger);
}

const WitnessMemory::Given* WitnessRound::given(const Seat& seat) const {
    const auto found = memory_.given.find(seat.witness->name);
    return found == memory_.given.end() ? nullptr : &found->second;
}

Status WitnessRound::ask_stored(Seat& seat, TreeSize from, const LedgerView& ledger) {
    const SignedHead& newest = *memory_.newest;
    crypto::AddCheckpoint request;
    request.old_size = from;
    request.path =
        CHAPAR_TRY(consistency_path(ledger.txn, ledger.frontier, from, newest.head.size));
    request.note = newest.note;
    seat.open = Open::Stored;
    seat.asked = newest;
    ask_(place(seat), {crypto::WitnessMethod::AddCheckpoint, request.body()});
    return Done{};
}

Status WitnessRound::stored_answered(Seat& seat, const crypto::WitnessAnswer& answer,
                                     const LedgerView& ledger, TimeMs clock) {
    switch (answer.status) {
        case crypto::witness_status::kOk:
            stored_cosigned(seat, answer.body, clock);
            return Done{};
        case crypto::witness_status::kConflict:
            return stored_conflict(seat, answer.body, ledger);
        case crypto::witness_status::kUnknownLog:
            seat.told = seat.carrier == WitnessCarrier::Authenticated && given(seat) == nullptr;
            if (!seat.told) seat.trouble = "it does not know this ledger";
            if (given(seat) != nullptr) seat.trouble += ", which it has cosigned";
            return Done{};
        default:
            seat.trouble =
                "asked for the newest stored head, it answered " + std::to_string(answer.status);
            return Done{};
    }
}

void WitnessRound::stored_cosigned(Seat& seat, const std::string& body, TimeMs clock) {
    const std::string text = text_of_note(seat.asked, log_);
    const auto line = crypto::find_cosignature(text, body, seat.witness->key);
    if (!line) {
        seat.trouble = "its answer is no cosignature of the stored head";
        return;
    }
    // An older one may be what somebody on the way has heard before.
    if (const auto* before = given(seat); before != nullptr && line->time <= before->time) {
        seat.trouble = "its cosignature of the stored head is not newer than those kept";
        return;
    }
    if (seat.carrier == WitnessCarrier::Plain && !is_fresh(line->time, clock)) {
        seat.trouble =
            "its cosignature of the stored head is not of now: a clock is wrong, or "
            "somebody on the way repeats an old one";
        return;
    }
    seat.trouble.clear();
    seat.told = true;
    seat.held = seat.asked.head.size;
}

Status WitnessRound::stored_conflict(Seat& seat, const std::string& body,
                                     const LedgerView& ledger) {
    const auto held = crypto::parse_conflict(body);
    if (!held) {
        seat.trouble = "its 409 names no size";
        return Done{};
    }
    const auto* before = given(seat);
    const bool plain = seat.carrier == WitnessCarrier::Plain;
    const TreeSize newest = seat.asked.head.size;
    const bool beyond = plain ? *held >= newest : *held > ledger.frontier.size();
    if (beyond || (before != nullptr && *held < before->size)) {
        seat.trouble =
            "it says that it holds size " + std::to_string(held->value) + ", and shows no note";
        return Done{};
    }
    seat.trouble.clear();
    seat.held = *held;
    if (!plain) {
        seat.told = true;
        return Done{};
    }
    if (std::exchange(seat.retried, true)) {
        seat.trouble = "it refuses the proof from the size that it names";
        return Done{};
    }
    return ask_stored(seat, *held, ledger);
}

Status WitnessRound::head_answered(Seat& seat, const crypto::WitnessAnswer& answer,
                                   const LedgerView& ledger, RoundTime now) {
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

void WitnessRound::cosigned(Seat& seat, const std::string& body, RoundTime now) {
    const std::string text = text_of_note(seat.asked, log_);
    const auto line = crypto::find_cosignature(text, body, seat.witness->key);
    if (!line) {
        seat.trouble = "its answer is no cosignature of the head";
        return;
    }
    seat.trouble.clear();
    if (seat.carrier == WitnessCarrier::Authenticated || is_fresh(line->time, now.clock)) {
        seat.told = true;
    }
    seat.held = seat.asked.head.size;
    if (!round_ || seat.round != rounds_) return;
    round_->lines[seat.witness->name] = line->line;
    crypto::WitnessPolicy::Names names;
    for (const auto& [name, unused] : round_->lines) names.insert(name);
    if (!round_->met && policy_.met(names)) round_->met = now.elapsed;
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
