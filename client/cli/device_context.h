// An open device: its home, its store and, when the broker answers, a session.
//
// Owns all three and the order in which they are opened. Resource type; one thread. The commands
// use it; it prints nothing.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "client/cli/invocation.h"
#include "client/core/compose.h"
#include "client/edge/session.h"

namespace chapar::client {

class DeviceContext {
  public:
    // Passphrase, keystores, store. NotFound, PassphraseWrong, StoreInUse, ..
    [[nodiscard]] static Result<std::unique_ptr<DeviceContext>> open(Invocation& invocation);

    // Opens a session, syncs the directory, renews the bundle if it is due. Unreachable if the
    // broker does not answer; the context stays usable without it.
    [[nodiscard]] Status connect();
    // Seals drafts that wait from earlier, hands over the outbox, owed statements, and fetches what
    // became of sent envelopes. REQUIRES: connected.
    [[nodiscard]] Result<SubmitReport> exchange();
    // Commits drafts, and nothing else.
    [[nodiscard]] Result<std::vector<OutboxNumber>> keep_drafts(std::span<const Draft> drafts);
    [[nodiscard]] Status seal(std::span<const OutboxNumber> drafts);
    [[nodiscard]] Status drop(std::span<const OutboxNumber> drafts);

    [[nodiscard]] storage::Store& store() { return *store_; }
    [[nodiscard]] DeviceHome& home() { return home_; }
    [[nodiscard]] Device device() const { return home_.device(); }
    [[nodiscard]] bool connected() const { return session_.has_value(); }
    // REQUIRES: connected().
    [[nodiscard]] Session& session() { return *session_; }
    [[nodiscard]] TimeMs now() const { return clock_.now(); }
    [[nodiscard]] crypto::Random& random() { return random_; }

  private:
    DeviceContext(DeviceHome home, std::unique_ptr<storage::Store> store, crypto::Random& random)
        : home_(std::move(home)), store_(std::move(store)), random_(random) {}
    void seal_waiting();

    DeviceHome home_;
    std::unique_ptr<storage::Store> store_;
    crypto::Random& random_;
    SystemClock clock_;
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
