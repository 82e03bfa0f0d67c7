// One session of a device with its broker, synchronous: the command line's way to the network.
//
// Owns: the order of frames, deadlines, and that everything is committed to the store before it is
// said, and every head accepted (heads.h) before what came with it is used. Does not know JSON or
// terminals. One thread; borrows all it is given. After Unreachable, HelloRefused, HeadMismatch or
// NoteInvalid the session is dead: make a new transport and a new session.
//
// Errors: Unreachable, what the broker names in an ERROR frame, MalformedFrame, NoteInvalid,
// HeadMismatch (kept as evidence), those of the core, StoreFailed, StoreFull.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/core/directory_replica.h"
#include "client/core/inbox.h"
#include "client/core/outbox.h"
#include "client/core/statements.h"
#include "client/edge/clock.h"
#include "client/edge/keystore_home.h"
#include "client/edge/transport.h"
#include "crypto/checkpoint.h"
#include "crypto/random.h"
#include "schemas/base/result.h"
#include "schemas/frames.h"
#include "storage/store.h"

namespace chapar::client {

struct SessionOptions {
    DurationMs first_patience{4000};    // for the broker's first word
    DurationMs answer_patience{10000};  // for one answer
    std::uint32_t credit = 64;          // envelopes this device is ready to take at a time
};

struct SessionParts {
    storage::Store& store;
    DeviceHome& home;
    Transport& transport;
    const Clock& clock;
    crypto::Random& random;
};

struct SyncReport {
    std::size_t entries = 0;
    std::vector<Hash> foreign_bundles;  // bundles of this device that it did not make: alarm
};

enum class BundleOutcome : std::uint8_t { Fresh, Published };

struct SubmitReport {
    std::vector<OutboxNumber> logged;
    std::vector<OutboxNumber> refused;
    std::vector<OutboxNumber> waiting;  // temporary problem; see the item
    std::vector<Error> alarms;          // receipts that did not verify
};

struct StatementReport {
    std::size_t logged = 0;
    std::size_t refused = 0;
    std::size_t waiting = 0;
    std::vector<Error> alarms;
};

struct EventReport {
    std::size_t updated = 0;
    std::vector<Error> alarms;
};

class Session {
  public:
    explicit Session(const SessionParts& parts, const SessionOptions& options = {});

    // CONNECT, CHALLENGE, HELLO, WELCOME. HelloRefused if the broker does not take this device.
    [[nodiscard]] Status open();
    // The broker's time at WELCOME.
    [[nodiscard]] TimeMs broker_time() const { return broker_time_; }

    // Fetches the directory up to the newest head.
    [[nodiscard]] Result<SyncReport> sync_directory();
    // Publishes a new bundle if there is none or it covers fewer than 7 more days. REQUIRES:
    // synced.
    [[nodiscard]] Result<BundleOutcome> renew_bundle();
    // Hands over everything pending in the outbox, and takes the outcomes.
    [[nodiscard]] Result<SubmitReport> submit();
    // What became of sent envelopes since the last time.
    [[nodiscard]] Result<EventReport> fetch_events();
    // Signs and hands over the statements this device owes.
    [[nodiscard]] Result<StatementReport> push_statements();
    // Grants credit, waits for one DELIVER frame (at most `patience`; 0 for what is here already),
    // receives its envelopes, and pushes their statements. Empty if none came.
    [[nodiscard]] Result<std::vector<ReceptionReport>> take_deliveries(DurationMs patience);
    // Destroys the epoch secrets whose time is over. Call after deliveries have run dry.
    [[nodiscard]] Result<std::size_t> tidy_epochs();

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

    [[nodiscard]] Status send(const schemas::Frame& frame);
    [[nodiscard]] Result<std::optional<Received>> receive_frame(DurationMs patience);
    [[nodiscard]] Status accept(const schemas::Head& head, Received& received);
    // The next frame of this type; DELIVER frames that come first are kept for later.
    template <typename Wanted>
    [[nodiscard]] Result<Received> answer(DurationMs patience);
    [[nodiscard]] Result<std::optional<Received>> next_delivery(DurationMs patience);

    [[nodiscard]] Status submit_items(const std::vector<OutboxItem>& items, SubmitReport& report);
    [[nodiscard]] Status take_outcome(const OutboxItem& item, const schemas::ItemOutcome& outcome,
                                      const Received& frame, SubmitReport& report);
    [[nodiscard]] Status push_items(std::span<const StatementItem> items, StatementReport& report);
    [[nodiscard]] Status take_outcome(const schemas::ItemOutcome& outcome, const Received& frame,
                                      StatementReport& report);
    [[nodiscard]] Result<bool> take_events(const Received& frame, EventReport& report);
    [[nodiscard]] Result<ReceptionReport> take_one(const schemas::Delivery& delivery,
                                                   const crypto::Checkpoint& head);
    [[nodiscard]] Result<BundleOutcome> make_and_publish();

    SessionParts parts_;
    SessionOptions options_;
    TimeMs broker_time_;
    std::deque<Received> deliveries_;
    std::uint32_t credit_out_ = 0;
    bool drained_ = false;
};

}  // namespace chapar::client
