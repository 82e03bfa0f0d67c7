// An open device: its home, its store and, when the broker answers, a session.
//
// Owns all three, the order in which they are opened, and what every command does with them: what
// is handed over in which order, and that a transfer goes on when the line was cut. The commands
// use it; of its own it prints only warnings and the progress of transfers, on stderr. Resource
// type; one thread.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/cli/terminal/invocation.h"
#include "client/cli/terminal/progress.h"
#include "client/core/compose.h"
#include "client/edge/blob_store.h"
#include "client/edge/reconnect_pace.h"
#include "client/edge/session.h"

namespace chapar::client {

// The line or the broker went away, not this device's right to speak: a new session may help.
[[nodiscard]] bool is_cut(Errc code);

class DeviceContext {
  public:
    // Passphrase, keystores, store; warns of a certificate that ends. NotFound, PassphraseWrong,
    // StoreInUse, ..
    [[nodiscard]] static Result<std::unique_ptr<DeviceContext>> open(Invocation& invocation);
    // For a command that opens its home twice: the passphrase is asked for once.
    [[nodiscard]] static Result<std::unique_ptr<DeviceContext>> open(
        Invocation& invocation, const crypto::SecretBuffer& passphrase);

    // Opens a session, syncs the directory, renews the bundle if it is due; warns of every alarm.
    // Unreachable if the broker does not answer; the context stays usable without it.
    // CertificateSuspended if this device had to suspend itself.
    [[nodiscard]] Status connect();
    // Some time, by chance and longer each time, so that not all come back at one moment. Call it
    // before connect() is tried again.
    void wait_to_reconnect();
    // What a long session does between deliveries: the directory with its alarms, epochs, bundle;
    // once a day it greets anew, because it knows the broker's time from its greeting only.
    // REQUIRES: connected.
    [[nodiscard]] Status keep_current();
    // Takes approvals that came, seals drafts that wait from earlier and those that must be sealed
    // again, hands over the outbox with its large streams, owed statements, and fetches what became
    // of sent envelopes. REQUIRES: connected.
    [[nodiscard]] Result<SubmitReport> exchange();
    // Waits until every receipt is witnessed (or shown again, without a policy), and tells what is
    // wrong. REQUIRES: connected.
    [[nodiscard]] Result<Session::Proven> await_proofs(DurationMs patience);
    // Brings all large streams of an item into the blob store. REQUIRES: connected.
    [[nodiscard]] Status fetch_attachments(InboxNumber number);
    // Writes the attachments of an item into `folder`, each whole and verified: their paths, in the
    // order of the manifest. NotFound if one was not fetched; why it is provisional, for an item
    // that is.
    [[nodiscard]] Result<std::vector<std::filesystem::path>> release_attachments(
        InboxNumber number, const std::filesystem::path& folder);

    // Commits drafts, and nothing else.
    [[nodiscard]] Result<std::vector<OutboxNumber>> keep_drafts(std::span<const Draft> drafts);
    [[nodiscard]] Status seal(std::span<const OutboxNumber> drafts);
    [[nodiscard]] Status drop(std::span<const OutboxNumber> drafts);

    [[nodiscard]] storage::Store& store() { return *store_; }
    [[nodiscard]] FileBlobStore& blobs() { return *blobs_; }
    [[nodiscard]] PlainFiles& files() { return files_; }
    [[nodiscard]] DeviceHome& home() { return home_; }
    [[nodiscard]] const DeviceHome& home() const { return home_; }
    [[nodiscard]] Device device() const { return home_.device(); }
    [[nodiscard]] bool connected() const { return session_.has_value(); }
    // REQUIRES: connected().
    [[nodiscard]] Session& session() { return *session_; }
    [[nodiscard]] TimeMs now() const { return clock_.now(); }
    [[nodiscard]] crypto::Random& random() { return random_; }

  private:
    DeviceContext(DeviceHome home, std::unique_ptr<storage::Store> store,
                  std::unique_ptr<FileBlobStore> blobs, Invocation& invocation);
    [[nodiscard]] Status prepare();
    [[nodiscard]] Status tell_alarms(const SyncReport& report);
    [[nodiscard]] Status make_session();
    // Alarms about the ledger that this process has not told yet.
    [[nodiscard]] Status tell_ledger_alarms();
    [[nodiscard]] bool reconnect();
    [[nodiscard]] Status ready_drafts();
    void seal_waiting();
    void keep_problem(const OutboxItem& item, const Error& error);
    [[nodiscard]] Result<std::size_t> reseal_waiting();
    [[nodiscard]] Result<SubmitReport> submit();
    [[nodiscard]] Status tidy_blobs();
    void warn(std::string_view text);
    // Again, in a new session, as long as each attempt moved something of a large stream.
    template <typename Work>
    [[nodiscard]] auto resuming(Work work) -> decltype(work());

    DeviceHome home_;
    std::unique_ptr<storage::Store> store_;
    std::unique_ptr<FileBlobStore> blobs_;
    Output& output_;
    crypto::Random& random_;
    SystemClock clock_;
    DiskFiles files_;
    Progress progress_;
    ReconnectPace pace_;
    bool moved_ = false;          // something of a large stream, in this session
    bool warned_ = false;         // of alarms that nobody has confirmed yet
    std::set<std::string> told_;  // sentences of alarms about the ledger
    TimeMs greeted_;              // by this device's clock
    std::unique_ptr<Transport> transport_;
    std::optional<Session> session_;
};

// Runs `body` in one write transaction of the store and commits it if it succeeds.
template <typename Body>
auto in_transaction(storage::Store& store, Body body)
    -> decltype(body(std::declval<storage::Txn&>())) {
    auto txn = CHAPAR_TRY(store.begin_write());
    auto outcome = body(*txn);
    if (!outcome) return outcome.error();
    CHAPAR_TRY(std::move(*txn).commit());
    return outcome;
}

}  // namespace chapar::client
