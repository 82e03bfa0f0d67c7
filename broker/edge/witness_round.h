// What the witnesses are asked, and what their answers are worth.
//
// Owns: for each witness of the policy that can be reached, what it is believed to hold; the
// questions (its kept note at the start, add-checkpoint for each published head), the judgement of
// every answer, and the round: the cosignatures that came within kMoreTime of the quorum. Does not
// know threads, sockets or the store; answers come as events, time as a parameter.
//
// A witness is not trusted. What it sends counts only if a signature says so:
//   - a cosignature, if it is that witness's own over exactly the text that was asked about;
//   - a note, if it is signed by our log key: then it may be evidence that this ledger was set back
//     (`Heard::evidence`), and never else. What is wrong is noted for the operator, and ignored.
//   - that it has no note (404, 405) is asked once more, by the newest signed head that we hold:
//   who
//     has cosigned us, by our notes, cannot say that it does not know this ledger; 200 counts if it
//     is a cosignature newer than those, 409 if its number is neither beyond us nor below what it
//     cosigned.
//   - over plain HTTP anybody on the way can say what the witness once said, or a number. There a
//     witness has told what it holds by one thing only: its cosignature of the newest signed head
//     that we hold, made within kFresh of our clock. Its note and its 409 choose where the proof
//     in that question begins. Believed: our clock; a signature kept back for less than kFresh.
//   - the number of a 409 only chooses where the next proof begins, and only up to our own size. A
//     larger one, or an equal one, makes us ask for the whole note.
//
// Errors of its functions are the store's. Resource type; loop thread.
// Source: design ledger.md 2.4, 2.6, 2.8 (c); C2SP tlog-witness.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "broker/core/frontier.h"
#include "broker/edge/published_notes.h"
#include "broker/edge/rollback.h"
#include "crypto/witness_policy.h"
#include "crypto/witness_request.h"

namespace chapar::broker {

// The ledger as it is now, for proofs.
struct LedgerView {
    const storage::ReadTxn& txn;
    const Frontier& frontier;
};

// How its answers come: from the witness itself, by CURVE, or from whoever answers on its way.
enum class WitnessCarrier : std::uint8_t { Authenticated, Plain };

struct ReachableWitness {
    std::string name;  // in the policy
    WitnessCarrier carrier = WitnessCarrier::Authenticated;
};

struct RoundTime {
    DurationMs elapsed;  // since any fixed moment
    TimeMs clock;        // UTC
};

// A published head with the cosignatures that came in time.
struct CosignedHead {
    SignedHead head;  // its note has the cosignature lines
    std::size_t cosignatures = 0;
    bool quorum = false;
};

struct WitnessFigure {
    std::string name;
    TreeSize held;        // the newest size it cosigned, or that its note names
    std::string trouble;  // empty: its last answer was right
};

class WitnessRound {
  public:
    // Brings a question on its way; exactly one answered() follows each.
    using Ask = std::function<void(std::size_t witness, crypto::WitnessCall call)>;

    // `reachable`: of the policy; their places are what Ask and answered() use. `memory`: of the
    // store as this start found it; its newest head is the newest that is known to be signed.
    WitnessRound(const crypto::WitnessPolicy& policy, const crypto::NoteVerifier& log,
                 const std::vector<ReachableWitness>& reachable, WitnessMemory memory, Ask ask);

    // Asks each witness that has not said what it holds, unless a question to it is open.
    void ask_notes();
    // Whether those that said what they hold, none of it against us, are a quorum.
    [[nodiscard]] bool confirmed() const;

    // Asks all that no question is open to. REQUIRES: idle().
    [[nodiscard]] Status begin(const SignedHead& head, const LedgerView& ledger, DurationMs now);
    [[nodiscard]] bool idle() const { return !round_.has_value(); }

    struct Heard {
        std::optional<std::string> evidence;  // a note under our own key, beyond or beside us
    };
    [[nodiscard]] Result<Heard> answered(std::size_t witness,
                                         const Result<crypto::WitnessAnswer>& answer,
                                         const LedgerView& ledger, RoundTime now);

    // How long until close() has something, if no further answer comes; empty while idle.
    [[nodiscard]] std::optional<DurationMs> due(DurationMs now) const;
    // The round's result once all have answered, or its time is over.
    [[nodiscard]] std::optional<CosignedHead> close(DurationMs now);

    [[nodiscard]] std::vector<WitnessFigure> figures() const;

    static constexpr DurationMs kMoreTime{500};   // for further cosignatures, after the quorum
    static constexpr DurationMs kLongest{3'000};  // of a round: two questions, and a bit
    static constexpr DurationMs kFresh{600'000};  // of a cosignature, before and after our clock

  private:
    enum class Open : std::uint8_t { Nothing, Note, Stored, Head };
    struct Seat {
        const crypto::PolicyWitness* witness;
        WitnessCarrier carrier = WitnessCarrier::Authenticated;
        Open open = Open::Nothing;
        bool told = false;     // it has said what it holds
        bool retried = false;  // after a 409, in this round or since its note was asked for
        TreeSize held;
        std::uint64_t round = 0;  // the number of the round whose head it was asked about
        SignedHead asked;         // that head, or the stored one
        std::string trouble;
    };
    struct Round {
        SignedHead head;
        std::string text;  // the note without signatures
        DurationMs began;
        std::optional<DurationMs> met;
        std::map<std::string, std::string, std::less<>> lines;  // by the policy's name
    };

    void ask_note(Seat& seat);
    [[nodiscard]] Status ask_head(Seat& seat, const SignedHead& head, const LedgerView& ledger);
    [[nodiscard]] Result<Heard> note_came(Seat& seat, const crypto::WitnessAnswer& answer,
                                          const LedgerView& ledger);
    [[nodiscard]] Status note_covered(Seat& seat, const JudgedNote& judged, const std::string& note,
                                      const LedgerView& ledger);
    // About the newest signed head, from size `from` of it on.
    [[nodiscard]] Status ask_stored(Seat& seat, TreeSize from, const LedgerView& ledger);
    [[nodiscard]] Status stored_answered(Seat& seat, const crypto::WitnessAnswer& answer,
                                         const LedgerView& ledger, TimeMs clock);
    void stored_cosigned(Seat& seat, const std::string& body, TimeMs clock);
    [[nodiscard]] Status stored_conflict(Seat& seat, const std::string& body,
                                         const LedgerView& ledger);
    // What the store has of it; null if it never cosigned.
    [[nodiscard]] const WitnessMemory::Given* given(const Seat& seat) const;
    [[nodiscard]] Status head_answered(Seat& seat, const crypto::WitnessAnswer& answer,
                                       const LedgerView& ledger, RoundTime now);
    [[nodiscard]] Status conflict(Seat& seat, const std::string& body, const LedgerView& ledger);
    void cosigned(Seat& seat, const std::string& body, RoundTime now);
    [[nodiscard]] bool all_answered() const;
    [[nodiscard]] std::size_t place(const Seat& seat) const;

    const crypto::WitnessPolicy& policy_;
    const crypto::NoteVerifier& log_;
    WitnessMemory memory_;
    Ask ask_;
    std::vector<Seat> seats_;
    std::optional<Round> round_;
    std::uint64_t rounds_ = 0;
};

}  // namespace chapar::broker
