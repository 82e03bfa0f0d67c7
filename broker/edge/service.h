// The broker between its sockets and its fold: what happens to each frame, tick and timer.
//
// Owns: the path of a frame (session table, in-flight bounds, verification, the queue before a
// tick), the outcome's way back, deliveries, the refusal of new work when the store is nearly full,
// the published head each second (high-water file, then witnesses, then the table `cp`), and what
// sessions meet while nothing may be signed (ledger_guard.h): work waits for the first quorum of
// witnesses; a ledger that was set back is only read. Does not know Asio (event_loop.h), or what an
// operation means.
//
// Commit, then speak: nothing about an operation is sent before Tick::run() has returned.
//
// Errors of its functions are fatal: the process must stop without another word. All that peers do
// wrong is answered to them. REQUIRES: what the constructor is given outlives it.
// Resource type; loop thread. Source: architecture.md 3.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <variant>

#include "broker/core/directory.h"
#include "broker/edge/admin_socket.h"
#include "broker/edge/answer_pace.h"
#include "broker/edge/certificate_cache.h"
#include "broker/edge/clock.h"
#include "broker/edge/config.h"
#include "broker/edge/connection_watch.h"
#include "broker/edge/fair_queue.h"
#include "broker/edge/intake.h"
#include "broker/edge/ledger_guard.h"
#include "broker/edge/log.h"
#include "broker/edge/node_keys.h"
#include "broker/edge/outlet.h"
#include "broker/edge/proofs_service.h"
#include "broker/edge/scrubber.h"
#include "broker/edge/sequencer.h"
#include "broker/edge/store_gate.h"
#include "broker/edge/table_scrub.h"
#include "broker/edge/tick.h"
#include "broker/edge/transfers.h"
#include "broker/edge/unanswered.h"
#include "broker/edge/verifier_pool.h"
#include "broker/edge/witness_round.h"

namespace chapar::broker {

class BrokerService {
  public:
    struct Parts {
        const Config& config;
        const NodeKeys& node;
        const std::filesystem::path& directory;
        storage::Store& store;
        Tick& tick;
        LedgerGuard& guard;
        PublishedNotes& notes;
        const crypto::WitnessPolicy* policy;  // null: no witnesses
        WitnessRound* witnesses;              // null exactly then
        Sequencer& sequencer;
        CertificateCache& certificates;
        VerifierPool& verifiers;
        BodyStore& bodies;
        DiskWorker& disk;
        Router& router;
        Tap& tap;
        TimeSource& time;
        crypto::Random& random;
        Log& log;
        ConnectionWatch* connections = nullptr;  // null: nobody watches them
    };
    using AdminReply = std::function<void(AdminId, ByteView)>;

    BrokerService(const Parts& parts, AdminReply admin_reply);

    // Handles frames that wait, a bounded number. True: there may be more, and room for them.
    [[nodiscard]] Result<bool> receive();
    [[nodiscard]] Status verified(VerifyResult result);
    [[nodiscard]] Status administer(AdminId from, const Bytes& frame);

    // When the next tick should run, from now on; empty: not before something arrives.
    [[nodiscard]] std::optional<DurationMs> tick_due() const;
    [[nodiscard]] Status run_tick();
    // Sends what could not be sent; true if something is left that deliver() may bring forward.
    [[nodiscard]] bool retry_sending();
    [[nodiscard]] Status deliver();
    // While there is none, nothing should be received.
    [[nodiscard]] bool has_room() const;
    // Ends what has been silent or is gone; proposes what time demands.
    [[nodiscard]] Status every_second();
    [[nodiscard]] Status publish_head();
    [[nodiscard]] Status witness_answered(std::size_t witness,
                                          const Result<crypto::WitnessAnswer>& answer);
    // When close_round() should run, from now on; empty: not before an answer comes.
    [[nodiscard]] std::optional<DurationMs> round_due() const;
    [[nodiscard]] Status close_round();
    // What was witnessed, and left to be pruned, before this start. Once, before the first frame.
    [[nodiscard]] Status restore_witnessed();
    // Decides and answers what has been verified; takes nothing new.
    [[nodiscard]] Status finish();

  private:
    struct NoOrigin {};
    struct FromSession {
        SessionNumber session;
    };
    struct FromAdmin {
        AdminId admin;
    };
    using Source = std::variant<NoOrigin, FromSession, FromAdmin>;
    struct Pending {
        OperationBody body;
        Source source;
        Hash about;
        std::vector<Hash> files;  // that a submission names: not removed while it waits
        unsigned attempts = 0;
        Intake::Share share{};  // of what its frame took in memory
    };
    struct Check {
        SessionNumber session;
        std::size_t items;
        Intake::Share share;
    };
    enum class After : std::uint8_t { Continue, End };

    // service_greet.cpp
    [[nodiscard]] Status challenge(Session& session);
    [[nodiscard]] Status greet(Session& session, const schemas::Hello& hello);
    [[nodiscard]] Status welcome(Session& session);
    [[nodiscard]] Status keep_evidence(const Error& error, const std::string& note);

    // service_frames.cpp
    [[nodiscard]] Status handle(Incoming incoming);
    [[nodiscard]] Status act(Session& session, schemas::Frame frame);
    [[nodiscard]] Status serve(Session& session, schemas::Frame frame);
    [[nodiscard]] Status take(Session& session, schemas::Submit frame);
    [[nodiscard]] Status take(Session& session, schemas::Statements frame);
    [[nodiscard]] Status publish(Session& session, schemas::Publish frame);
    [[nodiscard]] Status answer_question(Session& session, const schemas::Frame& frame);
    template <typename Answer>
    [[nodiscard]] Status answer(Session& session, const storage::ReadTxn& txn, Result<Answer> made);
    [[nodiscard]] Status refuse_all(Session& session, const std::vector<Hash>& abouts, Errc code);
    [[nodiscard]] std::optional<Errc> refuses_new() const;
    void complain(Session& session, const Error& error, After after);
    // Ends the session of a device that is no longer in force; else its certificate, with its
    // office.
    [[nodiscard]] Result<std::optional<InForce>> still_in_force(Session& session,
                                                                const storage::ReadTxn& txn);
    [[nodiscard]] Status answer_proofs(Session& session, const schemas::ProofsAsk& ask);

    // service_intake.cpp
    // Room for the frame in hand; empty: it is pushed back.
    [[nodiscard]] std::optional<Intake::Share> admit(const Session& session, std::size_t items);
    void verify(Session& session, std::variant<schemas::Submit, schemas::Statements> frame,
                std::size_t items, Intake::Share share);
    // Gives the verifiers what they can take now, each agency in its turn.
    void hand_to_verifiers();
    // Questions wait for their turn: an answer may cost the loop milliseconds.
    [[nodiscard]] Status take_question(Session& session, schemas::Frame frame);
    // Answers one that may be answered now, if there is one.
    [[nodiscard]] Status answer_next_question();
    void add_connection_figures(schemas::StatusReport& report) const;
    void tell_cuts();

    // service_tick.cpp
    void propose(OperationBody body, Source source, const Hash& about);
    [[nodiscard]] Status apply(Batch batch, std::vector<Pending> origins);
    // The store had no room for the batch: once more without what is new in it.
    [[nodiscard]] Status drain(Batch batch, std::vector<Pending> origins);
    void note_refused(const Pending& origin, const OperationBody& body);
    void look_again();
    // Takes out what met a ledger key that was not open yet, and proposes it again.
    void propose_again(Batch& batch, std::vector<Pending>& origins, std::vector<Outcome>& outcomes);
    void count(const Batch& batch, const std::vector<Outcome>& outcomes);
    [[nodiscard]] Status refuse_batch(const std::vector<Pending>& origins, Errc code);
    [[nodiscard]] Status speak(const std::vector<Pending>& origins,
                               const std::vector<Outcome>& outcomes);
    [[nodiscard]] Status note_effects(const storage::ReadTxn& txn, const Effects& effects);
    [[nodiscard]] Status send_items(Session& session, const storage::ReadTxn& txn,
                                    std::vector<schemas::ItemOutcome> items);
    [[nodiscard]] Status deliver_to(SessionNumber number);
    [[nodiscard]] Status deliver_all();
    // Counts of mail that has gone, also of devices that do not come back.
    [[nodiscard]] Status forget_answered();
    // Sessions that may be offered anew what was set aside: nothing else wakes a quiet one.
    void offer_again();
    [[nodiscard]] Status watch_fullness();
    [[nodiscard]] Status watch_deadline();

    [[nodiscard]] Status propose_withholds();

    // service_ledger.cpp
    [[nodiscard]] Status prepare_signing();
    [[nodiscard]] Status begin_signing();
    // Says a change of the standing, once; lets those in whose WELCOME waited for it.
    [[nodiscard]] Status note_standing();
    [[nodiscard]] Status store_note(TreeSize size, const std::string& note);
    // Erases a little of what a PRUNE entry gave up.
    [[nodiscard]] Status prune();
    // True: there is more to look at.
    [[nodiscard]] Result<bool> thin_notes();
    [[nodiscard]] Status override_ledger(AdminId from, const Bytes& record, const Hash& about);
    [[nodiscard]] Status watch_clock();
    [[nodiscard]] Status scrub();
    [[nodiscard]] std::string state() const;
    void add_ledger_figures(schemas::StatusReport& report) const;

    // service_witnesses.cpp
    [[nodiscard]] Status start_round();
    [[nodiscard]] Status publish_cosigned(CosignedHead head);
    // Whether entries have gone without a quorum for longer than `witness_outage`.
    [[nodiscard]] Status watch_witnesses();
    [[nodiscard]] Result<bool> are_witnesses_absent() const;
    void add_witness_figures(schemas::StatusReport& report) const;

    // service_transfer.cpp
    [[nodiscard]] Status transfer(Session& session, schemas::Frame frame);
    // The files of a submission; StreamMissing if they are not all here, none if it is known.
    [[nodiscard]] Result<std::vector<Hash>> files_of(const storage::ReadTxn& txn,
                                                     const OperationBody& body, const Hash& about);
    [[nodiscard]] bool named_by_pending(const Hash& root) const;
    [[nodiscard]] Status remove_released(const storage::ReadTxn& txn,
                                         const std::vector<Hash>& roots);
    [[nodiscard]] Status sweep_bodies();

    // service_admin.cpp
    void reply(AdminId to, const schemas::Frame& frame);
    [[nodiscard]] Status answer_admin_ledger(AdminId from, const schemas::LedgerAsk& ask);
    [[nodiscard]] Result<schemas::StatusReport> status() const;

    Parts parts_;
    AdminReply admin_reply_;
    ByteBudget upload_bytes_;  // before the sessions, which hold shares of them
    ByteBudget download_bytes_;
    ByteBudget outbox_bytes_;
    Intake intake_;  // before what holds shares of it
    Sessions sessions_;
    Outlet outlet_;
    Transfers transfers_;
    ProofsService proofs_;
    Unanswered unanswered_;
    Scrubber scrubber_;
    TableScrub table_scrub_;
    std::deque<Pending> pending_;
    DurationMs pending_since_;
    std::map<std::uint64_t, Check> checks_;
    FairQueue<VerifyJob> unverified_;
    std::size_t verifying_ = 0;  // frames that the verifiers have
    struct Question {
        SessionNumber session;
        schemas::Frame frame;
    };
    FairQueue<Question> questions_;
    AnswerPace answer_pace_;
    bool question_answered_ = false;  // since the last look at the socket
    std::uint64_t pushed_back_ = 0;
    std::uint64_t next_check_ = 1;
    std::uint64_t next_batch_ = 1;
    std::optional<TimeMs> deadline_;
    StoreGate gate_;
    bool more_mail_ = false;  // deliver_all() stopped for the sake of others
    DurationMs started_;
    std::optional<DurationMs> swept_;    // empty: not since the start
    std::optional<DurationMs> thinned_;  // the same
    std::optional<DurationMs> offered_;  // the same
    // What the broker proposes itself: not after a refusal until the next second, nor at the end.
    bool proposing_ = true;
    std::set<CertificateHash> passed_;   // of whose mail a Withhold was refused since
    Standing said_ = Standing::Checked;  // the standing that the log knows
    TreeSize stored_;                    // the newest size in `cp`
    std::size_t stored_lines_ = 0;       // cosignatures of that note
    std::vector<Pending> overrides_;     // taken, and waiting for what else stands in the way
    bool quorum_lost_ = false;
    bool witnesses_absent_ = false;
    std::optional<TimeMs> begun_without_;  // witnesses: two persons overrode them at this start
    bool pruning_ = false;
    std::uint64_t accepted_ = 0;
    std::uint64_t rejected_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace chapar::broker
