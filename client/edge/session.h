// One session of a device with its broker, synchronous: the command line's way to the network.
//
// Owns: the order of frames, deadlines, and that everything is committed to the store before it is
// said, and every head accepted (heads.h) before what came with it is used. Does not know JSON or
// terminals. One thread; borrows all it is given. After Unreachable, HelloRefused, HeadMismatch or
// NoteInvalid the session is dead: make a new transport and a new session.
//
// Large streams go before the envelopes that name them, chunk by chunk; what the broker has already
// is not sent again, what is here already is not fetched again, so a transfer goes on where a cut
// line, a restart of the broker or of this process left it. Between two chunks deliveries are taken
// and newer FLASH envelopes of the outbox are handed over.
//
// Every receipt is asked for again against a head that witnesses signed (awaited_proofs.h), every
// head that others' signatures name against our own (gossip.h); PROOFS may come between any other
// answers. What is wrong is kept as an alarm (ledger_alarms.h); after a fork nothing is sent
// (ForkDetected) until a person has confirmed it.
//
// Errors: Unreachable, what the broker names in an ERROR frame, MalformedFrame, NoteInvalid,
// HeadMismatch (kept as evidence), ForkDetected, those of the core, StoreFailed, StoreFull,
// FileFailed.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "client/core/awaited_proofs.h"
#include "client/core/directory_replica.h"
#include "client/core/inbox.h"
#include "client/core/outbox.h"
#include "client/core/statements.h"
#include "client/core/waited_time.h"
#include "client/edge/blob_store.h"
#include "client/edge/clock.h"
#include "client/edge/keystore_home.h"
#include "client/edge/transfer.h"
#include "client/edge/transport.h"
#include "crypto/checkpoint.h"
#include "crypto/random.h"
#include "crypto/witness_policy.h"
#include "schemas/base/result.h"
#include "schemas/frames.h"
#include "storage/store.h"

namespace chapar::client {

struct SessionOptions {
    DurationMs first_patience{4000};    // for the broker's first word
    DurationMs answer_patience{10000};  // for one answer
    std::uint32_t credit = 64;          // envelopes this device is ready to take at a time
    std::uint64_t disk_reserve = 256ULL * 1024 * 1024;  // bytes that no download may take
    TransferWatch watch{};
    // The home's; without one, or if it asks for no witness, *logged* is the last stage.
    std::optional<crypto::WitnessPolicy> witnesses{};
};

struct SessionParts {
    storage::Store& store;
    DeviceHome& home;
    Transport& transport;
    const Clock& clock;
    crypto::Random& random;
    FileBlobStore& blobs;
};

struct SyncReport {
    std::size_t entries = 0;
    std::vector<DirectoryAlarm> alarms;  // also kept until confirmed (directory_alarms.h)
    // The ledger's roots of the own agency are not the pinned ones: a sentence for the person.
    std::optional<std::string> roots_problem;
    // This device has just suspended itself: someone else has its key. The broker ends the session.
    bool suspended_itself = false;
};

enum class BundleOutcome : std::uint8_t { Fresh, Published };

struct SubmitReport {
    std::vector<OutboxNumber> logged;
    std::vector<OutboxNumber> refused;
    std::vector<OutboxNumber> waiting;  // temporary problem; see the item
    std::vector<Error> alarms;          // receipts that did not verify
};

void add(SubmitReport& report, const SubmitReport& more);

struct StatementReport {
    std::size_t logged = 0;
    std::size_t refused = 0;
    std::size_t waiting = 0;
    std::vector<Error> alarms;
};

// A large stream of a received envelope.
struct StreamWish {
    EnvelopeHash envelope;
    std::uint16_t stream = 1;
    crypto::StreamCommitment commitment;  // of E, as the inbox keeps it
};

struct EventReport {
    std::size_t updated = 0;
    std::vector<Error> alarms;
};

class Session {
  public:
    explicit Session(const SessionParts& parts, const SessionOptions& options = {});

    // CONNECT, CHALLENGE, HELLO, WELCOME. HelloRefused if the broker does not take this device;
    // HeadUnknown, HeadMismatch if its ledger does not hold the head that this device presents:
    // then a second session that presents nothing shows the head it has instead, and keeps it as
    // evidence. That one is for nothing else.
    enum class Presenting : std::uint8_t { NewestHead, Nothing };
    [[nodiscard]] Status open(Presenting presenting = Presenting::NewestHead);
    // The broker's time at WELCOME.
    [[nodiscard]] TimeMs broker_time() const { return broker_time_; }

    // Fetches the directory up to the newest head; asks whether this device must suspend itself,
    // and does; decides again about provisional mail (what changed comes with the next
    // take_deliveries()).
    [[nodiscard]] Result<SyncReport> sync_directory();
    // Publishes a new bundle if it is due (epochs.h). REQUIRES: synced.
    [[nodiscard]] Result<BundleOutcome> renew_bundle();
    // Hands over everything pending in the outbox, and takes the outcomes. What has no large stream
    // goes first, by urgency; then each of the others after its streams. A stream that cannot be
    // uploaded leaves its envelope waiting, with the reason.
    [[nodiscard]] Result<SubmitReport> submit();
    // Brings a stream into the blob store, whole and verified against R_j; at once if it is there.
    // StreamMissing, NotPermitted, StreamRoot (what the broker has is not what was signed: nothing
    // of it was kept), StoreFull (there is no room for it): the session lives on.
    [[nodiscard]] Status fetch(const StreamWish& wish);
    // What became of sent envelopes since the last time.
    [[nodiscard]] Result<EventReport> fetch_events();
    // Signs and hands over the statements this device owes.
    [[nodiscard]] Result<StatementReport> push_statements();
    // Grants credit, waits for one DELIVER frame (at most `patience`; 0 for what is here already),
    // receives its envelopes, and pushes their statements. Also what was taken or decided
    // meanwhile. Empty if none came.
    [[nodiscard]] Result<std::vector<ReceptionReport>> take_deliveries(DurationMs patience);
    // Destroys the epoch secrets whose time is over. Call after a sync, and again after deliveries
    // have run dry.
    [[nodiscard]] Result<std::size_t> tidy_epochs();
    // Waits until the broker owes no proof any more: every receipt is witnessed, or shown again
    // where the home has no policy. Whether it came to that within `patience`.
    enum class Proven : std::uint8_t { All, NotYet };
    [[nodiscard]] Result<Proven> await_proofs(DurationMs patience);
    // The newest head that the broker has from its witnesses, with their lines; without witnesses
    // its newest published one.
    [[nodiscard]] Result<std::string> witnessed_note();

    // The broker's own decision, asked for without sending anything.
    [[nodiscard]] Result<schemas::Explained> explain(const schemas::ExplainAsk& ask);
    // A stretch of the ledger, for a device of an AUDITOR office. The head has been accepted.
    [[nodiscard]] Result<schemas::Ledger> read_ledger(EntryIndex from);
    // A signed record; its proven entry's index.
    [[nodiscard]] Result<EntryIndex> publish(const crypto::SignedRecord& record);

  private:
    // A broker's frame whose head, if it carries one, has been accepted.
    struct Received {
        schemas::Frame frame;
        std::optional<crypto::Checkpoint> head;
        std::string note;
    };
    using Outcomes = std::map<Hash, schemas::ItemOutcome>;
    // A frame with chunks, or that asks for some, and is not answered yet.
    struct Asked {
        ChunkRange range;
        DurationMs at;  // as Clock::elapsed()
    };

    [[nodiscard]] Status send(const schemas::Frame& frame);
    [[nodiscard]] Result<std::optional<Received>> receive_frame(DurationMs patience);
    [[nodiscard]] Status accept(const schemas::Head& head, Received& received);
    [[nodiscard]] Status heard(const schemas::ErrorFrame& frame);
    // MalformedFrame for more envelopes than this device has said it is ready to take.
    [[nodiscard]] Status within_credit(const schemas::Deliver& frame) const;
    // The next frame of this type; DELIVER frames and answers about chunks that come first are kept
    // for later.
    template <typename Wanted>
    [[nodiscard]] Result<Received> answer(DurationMs patience);
    [[nodiscard]] Result<std::optional<Received>> next_delivery(DurationMs patience);

    // Synchronising.
    [[nodiscard]] Status fetch_directory(SyncReport& report);
    [[nodiscard]] Result<bool> take_directory(SyncReport& report);
    [[nodiscard]] Status after_sync(SyncReport& report);
    [[nodiscard]] Result<BundleOutcome> make_and_publish();

    // Sending.
    [[nodiscard]] Status submit_all(const std::vector<OutboxItem>& items, SubmitReport& report);
    [[nodiscard]] Status submit_items(const std::vector<OutboxItem>& items, SubmitReport& report);
    [[nodiscard]] Status submit_with_files(OutboxItem item, SubmitReport& report);
    [[nodiscard]] Result<bool> upload_files(const OutboxItem& item, SubmitReport& report);
    [[nodiscard]] Status take_outcome(const OutboxItem& item, const schemas::ItemOutcome& outcome,
                                      const Received& frame, SubmitReport& report);
    [[nodiscard]] Status push_items(std::span<const StatementItem> items, StatementReport& report);
    [[nodiscard]] Status take_outcome(const schemas::ItemOutcome& outcome, const Received& frame,
                                      StatementReport& report);
    [[nodiscard]] Result<bool> take_events(const Received& frame, EventReport& report);
    [[nodiscard]] Status heed_event(storage::Txn& txn, const ProvenEntry& entry);
    // Entries where only what was taken over may stand (carried_over.h). Its alarm is in `txn`:
    // commit it.
    [[nodiscard]] Result<bool> are_misplaced(storage::Txn& txn,
                                             std::span<const schemas::EntryProof> proofs,
                                             const Received& frame) const;

    // Receiving.
    [[nodiscard]] Status grant_credit();
    [[nodiscard]] Status take_frame(const Received& received,
                                    std::vector<ReceptionReport>& reports);
    [[nodiscard]] Result<ReceptionReport> take_one(const schemas::Delivery& delivery,
                                                   const Received& frame);

    // Large streams (session_transfer.cpp).
    template <typename Answer>
    [[nodiscard]] Result<Answer> transfer_answer();
    template <typename Answer>
    [[nodiscard]] Status drop_answers();
    [[nodiscard]] Status upload(const crypto::StreamCommitment& stream, SubmitReport& report);
    [[nodiscard]] Status send_chunks(const BlobSource& source, Download& there,
                                     SubmitReport& report);
    [[nodiscard]] Result<PartialBlob> begin_fetch(const StreamWish& wish);
    [[nodiscard]] Status fetch_chunks(const StreamWish& wish, PartialBlob& here);
    // What must not wait for the end of a transfer.
    [[nodiscard]] Status let_pass(SubmitReport& report);
    void watch(TransferWay way, TransferPhase phase, const Download& state) const;

    // Proofs against later heads (session_proofs.cpp).
    [[nodiscard]] bool under_policy() const;
    // Asks for everything that is owed and was not asked for in this session.
    [[nodiscard]] Status ask_proofs();
    [[nodiscard]] Status ask_proofs(const std::set<EntryIndex>& entries,
                                    schemas::Witnessing witnessing);
    [[nodiscard]] Status take_proofs(const schemas::Proofs& frame);
    [[nodiscard]] Status ask_frame(schemas::ProofsAsk ask);
    // An ERROR that answers a question for proofs, and not the session: what it was asked with is
    // asked for alone, and an entry that is not found alone is told as missing.
    [[nodiscard]] bool answers_proofs(const schemas::ErrorFrame& frame) const;
    [[nodiscard]] Status take_no_proofs();
    [[nodiscard]] Result<ShownHead> shown_head(storage::Txn& txn, const schemas::Head& head,
                                               crypto::Checkpoint& checkpoint);
    [[nodiscard]] Status take_proof(storage::Txn& txn, const schemas::EntryProof& proof,
                                    const ShownHead& head);
    // What has not come by now. REQUIRES: a question that was sent after the last ask_proofs() has
    // been answered, so all asks are.
    [[nodiscard]] Status judge_proofs();
    [[nodiscard]] Status judge_statements(storage::Txn& txn, TimeMs waited);
    [[nodiscard]] ClockReading reading() const;

    SessionParts parts_;
    SessionOptions options_;
    TimeMs broker_time_;
    DurationMs welcomed_;  // as Clock::elapsed()
    std::deque<Received> deliveries_;
    std::deque<Received> transfer_answers_;
    std::size_t transfers_open_ = 0;        // frames about chunks that are not answered yet
    std::vector<ReceptionReport> taken_;    // for the next take_deliveries()
    SubmitReport passed_;                   // what passed a download; for the next submit()
    std::uint64_t outbox_seen_ = 0;         // newest number when the outbox was last looked at
    std::uint32_t credit_out_ = 0;          // granted, and not taken yet; deliveries_ lie within it
    std::set<EntryIndex> asked_any_;        // not answered yet
    std::set<EntryIndex> asked_witnessed_;  // the broker keeps these until a quorum has signed
    std::set<EntryIndex> asked_ever_;       // in this session
    std::size_t empty_answers_ = 0;         // PROOFS without news that may still come
    std::deque<schemas::ProofsAsk> proofs_asks_;  // sent and not answered, in their order
    bool statements_pushed_ = false;              // in this session
    // Ledger time before the last sync, while no delivery has come since.
    std::optional<TimeMs> quiet_since_;
};

}  // namespace chapar::client
