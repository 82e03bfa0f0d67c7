// The broker between its sockets and its fold: what happens to each frame, tick and timer.
//
// Owns: the path of a frame (session table, in-flight bounds, verification, the queue before a
// tick), the outcome's way back, deliveries, the refusal of new work when the store is nearly full,
// and the state "rolled back" (a note of our own key that this ledger does not reach: read-only,
// nothing is signed). Does not know Asio (event_loop.h), or what an operation means.
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
#include <variant>

#include "broker/core/directory.h"
#include "broker/edge/admin_socket.h"
#include "broker/edge/certificate_cache.h"
#include "broker/edge/clock.h"
#include "broker/edge/config.h"
#include "broker/edge/log.h"
#include "broker/edge/node_keys.h"
#include "broker/edge/outlet.h"
#include "broker/edge/sequencer.h"
#include "broker/edge/tick.h"
#include "broker/edge/transfers.h"
#include "broker/edge/verifier_pool.h"

namespace chapar::broker {

class BrokerService {
  public:
    struct Parts {
        const Config& config;
        const NodeKeys& node;
        const std::filesystem::path& directory;
        storage::Store& store;
        Tick& tick;
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
    };
    struct Check {
        SessionNumber session;
        std::size_t items;
    };
    enum class After : std::uint8_t { Continue, End };

    // service_frames.cpp
    [[nodiscard]] Status handle(Incoming incoming);
    [[nodiscard]] Status act(Session& session, schemas::Frame frame);
    [[nodiscard]] Status challenge(Session& session);
    [[nodiscard]] Status greet(Session& session, const schemas::Hello& hello);
    [[nodiscard]] Status serve(Session& session, schemas::Frame frame);
    [[nodiscard]] Status take(Session& session, schemas::Submit frame);
    [[nodiscard]] Status take(Session& session, schemas::Statements frame);
    [[nodiscard]] Status publish(Session& session, schemas::Publish frame);
    [[nodiscard]] Status question(Session& session, const schemas::Frame& frame);
    template <typename Answer>
    [[nodiscard]] Status answer(Session& session, const storage::ReadTxn& txn, Result<Answer> made);
    [[nodiscard]] Status refuse_all(Session& session, const std::vector<Hash>& abouts, Errc code);
    void verify(Session& session, std::variant<schemas::Submit, schemas::Statements> frame,
                std::size_t items);
    [[nodiscard]] std::optional<Errc> refuses_new() const;
    void complain(Session& session, const Error& error, After after);
    // Ends the session of a device that is no longer in force; else its certificate, with its
    // office.
    [[nodiscard]] Result<std::optional<InForce>> still_in_force(Session& session,
                                                                const storage::ReadTxn& txn);
    [[nodiscard]] Status keep_evidence(const Error& error, const std::string& note);

    // service_tick.cpp
    void propose(OperationBody body, Source source, const Hash& about);
    [[nodiscard]] Status apply(Batch batch, std::vector<Pending> origins);
    // Takes out what met a ledger key that was not open yet, and proposes it again.
    void propose_again(Batch& batch, std::vector<Pending>& origins, std::vector<Outcome>& outcomes);
    void count(const Batch& batch, const std::vector<Outcome>& outcomes);
    [[nodiscard]] Status refuse_batch(const std::vector<Pending>& origins, Errc code);
    [[nodiscard]] Status speak(const std::vector<Pending>& origins,
                               const std::vector<Outcome>& outcomes);
    [[nodiscard]] Status note_effects(const storage::ReadTxn& txn, const Effects& effects);
    void note_confirmed(const Pending& origin, const Outcome& outcome);
    [[nodiscard]] Status send_items(Session& session, const storage::ReadTxn& txn,
                                    std::vector<schemas::ItemOutcome> items);
    [[nodiscard]] Status deliver_to(SessionNumber number);
    [[nodiscard]] Status deliver_all();
    [[nodiscard]] Status watch_fullness();
    [[nodiscard]] Status watch_deadline();

    [[nodiscard]] Status propose_withholds();

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
    Sessions sessions_;
    Outlet outlet_;
    Transfers transfers_;
    std::deque<Pending> pending_;
    DurationMs pending_since_;
    std::map<std::uint64_t, Check> checks_;
    std::uint64_t next_check_ = 1;
    std::uint64_t next_batch_ = 1;
    std::optional<TimeMs> deadline_;
    bool full_ = false;
    bool rolled_back_ = false;
    bool more_mail_ = false;  // deliver_all() stopped for the sake of others
    DurationMs started_;
    std::optional<DurationMs> swept_;  // empty: not since the start
    TreeSize note_stored_;
    std::uint64_t accepted_ = 0;
    std::uint64_t rejected_ = 0;
    std::uint64_t refused_ = 0;
};

}  // namespace chapar::broker
