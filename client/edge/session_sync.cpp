#include <algorithm>
#include <utility>

#include "client/core/epochs.h"
#include "client/core/kept_entries.h"
#include "client/core/ledger_alarms.h"
#include "client/core/own_audit.h"
#include "client/edge/session_frames.h"

namespace chapar::client {
namespace {

// What a sync of a whole directory may ask at most: an answer that never ends is a broken broker.
constexpr int kSyncFrames = 100000;
// An own clock further ahead than this is broken rather than blocked from the ledger; it must not
// outlive the moment in which it is wrong.
constexpr DurationMs kClockTrusted = kDay;

}  // namespace

Result<bool> Session::take_directory(SyncReport& report) {
    const Device device = parts_.home.device();
    const OwnDevice own{device.certificate, device.agency, device.office,
                        parts_.home.bundles_made(), parts_.home.memory()};
    EntryIndex from;
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        from = CHAPAR_TRY(DirectoryView(*txn).next());
    }
    CHAPAR_TRY(send(schemas::DirectoryAsk{from}));
    const Received received = CHAPAR_TRY(answer<schemas::Directory>(options_.answer_patience));
    const auto& directory = std::get<schemas::Directory>(received.frame);
    if (directory.next.value > received.head->size.value) {
        return Error(Errc::MalformedFrame, "directory beyond the signed head");
    }
    auto txn = CHAPAR_TRY(parts_.store.begin_write());
    const auto taken = CHAPAR_TRY(
        ingest(*txn, parts_.home.card(), *received.head, directory.entries, directory.next, own));
    for (const auto& entry : directory.entries) CHAPAR_TRY(keep_entry(*txn, entry, received.note));
    report.entries += taken.entries;
    report.alarms.insert(report.alarms.end(), taken.alarms.begin(), taken.alarms.end());
    if (directory.done) CHAPAR_TRY(mark_synced(*txn, broker_time_));
    CHAPAR_TRY(std::move(*txn).commit());
    if (!directory.done && taken.next == from) {
        return Error(Errc::MalformedFrame, "directory without progress");
    }
    return directory.done;
}

Status Session::fetch_directory(SyncReport& report) {
    for (int frames = 0; frames < kSyncFrames; ++frames) {
        if (CHAPAR_TRY(take_directory(report))) return Done{};
    }
    return Error(Errc::MalformedFrame, "directory without end");
}

Result<SyncReport> Session::sync_directory() {
    SyncReport report;
    TimeMs before;
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        before = CHAPAR_TRY(DirectoryView(*txn).ledger_time());
    }
    const bool may_be_quiet = credit_out_ > 0;
    CHAPAR_TRY(ask_proofs());
    CHAPAR_TRY(fetch_directory(report));
    CHAPAR_TRY(judge_proofs());
    // The broker delivers within the credit before it answers: if nothing came, nothing waits.
    if (may_be_quiet && deliveries_.empty()) quiet_since_ = before;
    CHAPAR_TRY(after_sync(report));
    return report;
}

Status Session::after_sync(SyncReport& report) {
    const Device device = parts_.home.device();
    std::optional<crypto::SignedRecord> suspension;
    {
        auto txn = CHAPAR_TRY(parts_.store.begin_write());
        const DirectoryView directory(*txn);
        const TimeMs own = parts_.clock.now();
        const TimeMs ledger_time = CHAPAR_TRY(directory.ledger_time());
        CHAPAR_TRY(advance_latest_time(*txn, ledger_time));
        if (own <= broker_time_ + kClockTrusted) CHAPAR_TRY(advance_latest_time(*txn, own));
        report.roots_problem = CHAPAR_TRY(own_roots_problem(directory, device.roots));
        suspension = CHAPAR_TRY(due_suspension(*txn, device, broker_time_));
        auto decided = CHAPAR_TRY(
            decide_again(*txn, device, parts_.home.epochs(), parts_.clock.now(), parts_.random));
        CHAPAR_TRY(std::move(*txn).commit());
        std::ranges::move(decided, std::back_inserter(taken_));
    }
    if (!suspension) return Done{};
    // At once: until the fold refuses this certificate, mail is sealed to whoever has its key.
    CHAPAR_TRY(publish(*suspension));
    report.suspended_itself = true;
    return Done{};
}

Result<BundleOutcome> Session::make_and_publish() {
    const Device device = parts_.home.device();
    crypto::BundlePlan plan;
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        plan = CHAPAR_TRY(
            next_bundle(DirectoryView(*txn), device.certificate, device.office, broker_time_));
    }
    crypto::NewBundle made = crypto::make_bundle(plan, parts_.random);
    crypto::SignedRecord record{crypto::RecordType::Bundle, made.bundle.encode(), {}};
    record.sign(device.signing_key);
    // The secrets are on disk before anyone can seal to them.
    CHAPAR_TRY(parts_.home.keep_bundle(record, std::move(made.secrets), parts_.random));
    CHAPAR_TRY(publish(record));
    CHAPAR_TRY(parts_.home.bundle_published(parts_.random));
    return BundleOutcome::Published;
}

Result<BundleOutcome> Session::renew_bundle() {
    std::optional<crypto::PrekeyBundle> newest;
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        const Status allowed = may_send(*txn);
        if (!allowed && allowed.error().code == Errc::ForkDetected) return BundleOutcome::Fresh;
        CHAPAR_TRY(Status(allowed));
        const DirectoryView directory(*txn);
        if (auto held = CHAPAR_TRY(directory.newest_bundle(parts_.home.certificate_hash()))) {
            newest = std::move(held->record);
        }
    }
    if (const auto& pending = parts_.home.unpublished()) {
        // A crash between keeping and hearing: the same bytes again, unless they came through or
        // another one did.
        const auto bundle = CHAPAR_TRY(crypto::PrekeyBundle::decode(pending->body));
        const bool passed = newest && newest->sequence >= bundle.sequence;
        const bool covers = bundle.covers(day_of(broker_time_));
        if (!passed && covers) CHAPAR_TRY(publish(crypto::SignedRecord(*pending)));
        CHAPAR_TRY(parts_.home.bundle_published(parts_.random));
        if (!passed && covers) return BundleOutcome::Published;
    }
    if (!bundle_is_due(newest, parts_.home.epochs(), broker_time_)) return BundleOutcome::Fresh;
    return make_and_publish();
}

Result<std::size_t> Session::tidy_epochs() {
    std::set<KeyId> over;
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        over = CHAPAR_TRY(epochs_over(*txn, parts_.home.certificate_hash(), parts_.home.epochs(),
                                      parts_.clock.now()));
    }
    if (!over.empty()) CHAPAR_TRY(parts_.home.destroy_epochs(over, parts_.random));
    return over.size();
}

}  // namespace chapar::client
