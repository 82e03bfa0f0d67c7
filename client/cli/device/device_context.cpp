#include "client/cli/device/device_context.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>

#include "client/cli/device/key_expiry.h"
#include "client/core/approval.h"
#include "client/core/inbox_index.h"
#include "client/core/ledger_alarms.h"
#include "client/core/reseal.h"
#include "client/core/vault_sweep.h"
#include "client/edge/policy_home.h"
#include "client/edge/store_home.h"

namespace chapar::client {
namespace {

// How often a cut line is tried again before the rest is left for later; each attempt waits for
// the broker as long as any first word.
constexpr int kReconnects = 8;

void to_stderr(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

// What an older program left without rows, once; all texts are read for it.
Status index_inbox(const Invocation& invocation, storage::Store& store, const Device& device) {
    {
        const auto txn = CHAPAR_TRY(store.begin_read());
        if (CHAPAR_TRY(inbox_index::is_whole(*txn))) return Done{};
    }
    invocation.output.warning("the inbox of this home gets its index; that happens once");
    CHAPAR_TRY(in_transaction(store, [&](storage::Txn& txn) {
        return inbox_index::make_again(txn, device, invocation.random);
    }));
    return Done{};
}

}  // namespace

bool is_cut(Errc code) { return code == Errc::Unreachable || code == Errc::NotGreeted; }

DeviceContext::DeviceContext(DeviceHome home, std::unique_ptr<storage::Store> store,
                             std::unique_ptr<FileBlobStore> blobs, Invocation& invocation)
    : home_(std::move(home)),
      store_(std::move(store)),
      blobs_(std::move(blobs)),
      output_(invocation.output),
      random_(invocation.random),
      progress_(
          progress_form(invocation.output.form() == Output::Form::Json ? JsonWanted::Yes
                                                                       : JsonWanted::No),
          [this] { return clock_.now(); }, to_stderr) {}

Result<std::unique_ptr<DeviceContext>> DeviceContext::open(Invocation& invocation) {
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Open));
    return open(invocation, passphrase);
}

Result<std::unique_ptr<DeviceContext>> DeviceContext::open(Invocation& invocation,
                                                           const crypto::SecretBuffer& passphrase) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    auto home = CHAPAR_TRY(DeviceHome::open(paths, passphrase));
    auto store = CHAPAR_TRY(open_store(paths.store()));
    {
        const auto txn = CHAPAR_TRY(store->begin_read());
        CHAPAR_TRY(sweep_vault(*txn, home.device().vault));
    }
    CHAPAR_TRY(index_inbox(invocation, *store, home.device()));
    if (const auto ends = expiry_warning(invocation.now(), home.certificate())) {
        invocation.output.warning(*ends);
    }
    // Behind the lock of the store: one process has the blobs.
    auto blobs = CHAPAR_TRY(FileBlobStore::open(paths.blobs()));
    return std::unique_ptr<DeviceContext>(
        new DeviceContext(std::move(home), std::move(store), std::move(blobs), invocation));
}

void DeviceContext::warn(std::string_view text) {
    progress_.interrupt();
    output_.warning(text);
}

Status DeviceContext::connect() {
    CHAPAR_TRY(make_session());
    Status ready = prepare();
    if (!ready &&
        (ready.error().code == Errc::HeadUnknown || ready.error().code == Errc::HeadMismatch)) {
        // Which history it shows instead is evidence; the session is good for nothing else.
        CHAPAR_TRY(make_session());
        [[maybe_unused]] const Status seen = session_->open(Session::Presenting::Nothing);
    }
    if (ready) pace_.connected();
    const Status told = tell_ledger_alarms();
    if (ready) ready = told;
    if (!ready) {
        session_.reset();
        transport_.reset();
    }
    return ready;
}

Status DeviceContext::make_session() {
    session_.reset();
    transport_.reset();
    const TrustCard& card = home_.card();
    transport_ = CHAPAR_TRY(ZmqTransport::connect(
        {card.endpoint(), card.manifest().curve_key, home_.certificate().request.request.curve_key,
         home_.curve_secret(), DurationMs(5'000), ReconnectPace::first_of_transport(random_)}));
    SessionOptions options;
    options.watch.step = [this](const TransferStep& step) {
        moved_ = moved_ || step.phase != TransferPhase::Started;
        progress_.step(step);
    };
    options.watch.arrived = [this](const ReceptionReport& report) {
        if (report.number) warn("meanwhile #" + std::to_string(report.number->value) + " came");
    };
    options.witnesses = CHAPAR_TRY(held_policy(home_.paths(), card));
    session_.emplace(SessionParts{*store_, home_, *transport_, clock_, random_, *blobs_}, options);
    return Done{};
}

Status DeviceContext::prepare() {
    CHAPAR_TRY(session_->open());
    greeted_ = now();
    const SyncReport synced = CHAPAR_TRY(session_->sync_directory());
    CHAPAR_TRY(tell_alarms(synced));
    CHAPAR_TRY(session_->tidy_epochs());
    CHAPAR_TRY(session_->renew_bundle());
    return Done{};
}

Status DeviceContext::keep_current() {
    if (now() < greeted_ || now() >= greeted_ + kDay) return connect();
    const SyncReport synced = CHAPAR_TRY(session_->sync_directory());
    CHAPAR_TRY(tell_alarms(synced));
    CHAPAR_TRY(session_->tidy_epochs());
    CHAPAR_TRY(session_->renew_bundle());
    return Done{};
}

Status DeviceContext::tell_ledger_alarms() {
    const auto txn = CHAPAR_TRY(store_->begin_read());
    for (const LedgerAlarm& alarm : CHAPAR_TRY(ledger_alarms(*txn))) {
        if (told_.insert(alarm.sentence).second) warn(alarm.sentence);
    }
    return Done{};
}

Result<Session::Proven> DeviceContext::await_proofs(DurationMs patience) {
    CHAPAR_ASSERT(connected());
    const auto proven = CHAPAR_TRY(session_->await_proofs(patience));
    CHAPAR_TRY(session_->sync_directory());
    CHAPAR_TRY(tell_ledger_alarms());
    return proven;
}

Status DeviceContext::tell_alarms(const SyncReport& report) {
    if (!warned_) {
        const auto txn = CHAPAR_TRY(store_->begin_read());
        // All that nobody has confirmed yet, those of this sync among them.
        const auto alarms = CHAPAR_TRY(open_alarms(*txn));
        for (const DirectoryAlarm& alarm : alarms) warn(alarm.sentence);
        warned_ = true;
    } else {
        for (const DirectoryAlarm& alarm : report.alarms) warn(alarm.sentence);
    }
    if (report.roots_problem) warn(*report.roots_problem);
    if (report.suspended_itself) {
        return Error(Errc::CertificateSuspended,
                     "this device has suspended itself: someone else has its key");
    }
    return Done{};
}

void DeviceContext::wait_to_reconnect() {
    std::this_thread::sleep_for(std::chrono::milliseconds(pace_.next(random_).value));
}

bool DeviceContext::reconnect() {
    warn("the line was cut; going on where it stopped");
    for (int attempt = 0; attempt < kReconnects; ++attempt) {
        wait_to_reconnect();
        const Status connected = connect();
        if (connected) return true;
        if (!is_cut(connected.error().code)) return false;
    }
    return false;
}

template <typename Work>
auto DeviceContext::resuming(Work work) -> decltype(work()) {
    for (;;) {
        moved_ = false;
        auto outcome = work();
        if (outcome || !is_cut(outcome.error().code) || !moved_) return outcome;
        if (!reconnect()) return outcome;
    }
}

// A draft that cannot be sealed yet keeps waiting, and says why; to a person once.
void DeviceContext::seal_waiting() {
    std::vector<OutboxItem> waiting;
    {
        const auto txn = store_->begin_read();
        auto items = txn ? outbox_items(**txn) : Error(Errc::StoreFailed);
        if (!items) return;
        waiting = std::move(items).value();
    }
    for (const OutboxItem& item : waiting) {
        if (item.stage != schemas::Stage::Drafted) continue;
        const Status sealed = seal({&item.number, 1});
        if (!sealed) keep_problem(item, sealed.error());
    }
}

void DeviceContext::keep_problem(const OutboxItem& item, const Error& error) {
    const std::string code(text_of(error.code).code);
    if (item.problem.code == code && item.problem.context == error.context) return;
    // Where it cannot be kept it is told again.
    (void)in_transaction(*store_, [&](storage::Txn& txn) {
        return outbox_problem(txn, item.number, {code, error.context, "", {}});
    });
    std::string name = "#" + std::to_string(item.number.value);
    if (item.reseal.first) name += ", which repeats #" + std::to_string(item.reseal.first->value);
    warn(name + " cannot be sealed: " + std::string(text_of(error.code).sentence) +
         (error.context.empty() ? "" : " (" + error.context + ")"));
}

// What goes again by itself: how many envelopes.
Result<std::size_t> DeviceContext::reseal_waiting() {
    const auto added = CHAPAR_TRY(in_transaction(*store_, [&](storage::Txn& txn) {
        return add_reseals(txn, device(), ResealVerdict::Automatic, std::nullopt, now(), random_);
    }));
    if (!added.empty()) seal_waiting();
    return added.size();
}

// Drafts whose approvals came, and what was sealed to keys that are over.
Status DeviceContext::ready_drafts() {
    auto txn = CHAPAR_TRY(store_->begin_write());
    const auto approvals = CHAPAR_TRY(collect_approvals(*txn, device(), now()));
    const auto lost = CHAPAR_TRY(renew_approvals(*txn, device(), now(), random_));
    CHAPAR_TRY(unseal_outdated(*txn, now()));
    CHAPAR_TRY(std::move(*txn).commit());
    for (const Error& alarm : approvals.alarms) {
        warn("an approval does not fit its draft: " + std::string(text_of(alarm.code).sentence));
    }
    for (const LostApproval& one : lost) {
        warn("#" + std::to_string(one.number.value) + ": " + one.why.context + " (" +
             std::string(text_of(one.why.code).code) + ")");
    }
    return Done{};
}

Result<SubmitReport> DeviceContext::submit() {
    return resuming([this] { return session_->submit(); });
}

Result<SubmitReport> DeviceContext::exchange() {
    CHAPAR_ASSERT(connected());
    CHAPAR_TRY(ready_drafts());
    seal_waiting();
    SubmitReport report = CHAPAR_TRY(submit());
    CHAPAR_TRY(session_->push_statements());
    CHAPAR_TRY(session_->fetch_events());
    // Events and outcomes may say that something must be sealed again.
    if (CHAPAR_TRY(reseal_waiting()) > 0) {
        const SubmitReport again = CHAPAR_TRY(submit());
        add(report, again);
    }
    CHAPAR_TRY(tidy_blobs());
    CHAPAR_TRY(tell_ledger_alarms());
    return report;
}

Status DeviceContext::fetch_attachments(InboxNumber number) {
    CHAPAR_ASSERT(connected());
    InboxText text;
    EnvelopeHash envelope;
    {
        const auto txn = CHAPAR_TRY(store_->begin_read());
        envelope = CHAPAR_TRY(inbox_item(*txn, number)).hash;
        text = CHAPAR_TRY(inbox_text(*txn, device(), number));
    }
    for (const InboxAttachment& attachment : text.attachments) {
        if (attachment.text) continue;
        const StreamWish wish{envelope, attachment.stream, attachment.commitment};
        CHAPAR_TRY(resuming([&] { return session_->fetch(wish); }));
    }
    return Done{};
}

Result<std::vector<OutboxNumber>> DeviceContext::keep_drafts(std::span<const Draft> drafts) {
    return in_transaction(*store_, [&](storage::Txn& txn) {
        return add_drafts(txn, device(), drafts, now(), random_);
    });
}

Status DeviceContext::seal(std::span<const OutboxNumber> drafts) {
    SealPorts ports;
    ports.files = &files_;
    ports.blobs = blobs_.get();
    std::uint64_t last = 0;
    ports.step = [this, &last](const SealStep& step) {
        const auto phase =
            last == 0 ? TransferPhase::Started
                      : (step.done == step.total ? TransferPhase::Finished : TransferPhase::Moving);
        last = step.done == step.total ? 0 : std::max<std::uint64_t>(step.done, 1);
        progress_.step({TransferWay::Seal, phase, Hash{}, step.done, step.total});
    };
    CHAPAR_TRY(in_transaction(*store_, [&](storage::Txn& txn) {
        return seal_drafts(txn, device(), drafts, now(), random_, ports);
    }));
    return Done{};
}

Status DeviceContext::drop(std::span<const OutboxNumber> drafts) {
    return in_transaction(*store_, [&](storage::Txn& txn) -> Status {
        for (const OutboxNumber number : drafts) {
            CHAPAR_TRY(outbox_drop(txn, number, device().vault));
        }
        return Done{};
    });
}

}  // namespace chapar::client
