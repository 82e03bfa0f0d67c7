#include <algorithm>
#include <utility>

#include "client/core/directory_store.h"
#include "client/core/events.h"
#include "client/edge/session_frames.h"

namespace chapar::client {
namespace {

constexpr DurationMs kRenewBefore = kDay * 7;
// Held this long past its keep days, a secret goes whatever the broker shows.
constexpr DurationMs kAtMostLonger = kDay * 30;
// What a sync of a whole directory may ask at most: an answer that never ends is a broken broker.
constexpr int kSyncFrames = 100000;

}  // namespace

Result<SyncReport> Session::sync_directory() {
    SyncReport report;
    const Device device = parts_.home.device();
    const OwnDevice own{device.certificate, device.agency, device.office,
                        parts_.home.bundles_made(), parts_.home.memory()};
    for (int frames = 0; frames < kSyncFrames; ++frames) {
        EntryIndex from;
        {
            const auto txn = CHAPAR_TRY(parts_.store.begin_read());
            from = CHAPAR_TRY(DirectoryView(*txn).next());
        }
        CHAPAR_TRY(send(schemas::DirectoryAsk{from}));
        const Received received = CHAPAR_TRY(answer<schemas::Directory>(options_.answer_patience));
        const auto& directory = std::get<schemas::Directory>(received.frame);
        auto txn = CHAPAR_TRY(parts_.store.begin_write());
        const auto taken = CHAPAR_TRY(ingest(*txn, parts_.home.card(), *received.head,
                                             directory.entries, directory.next, own));
        report.entries += taken.entries;
        report.alarms.insert(report.alarms.end(), taken.alarms.begin(), taken.alarms.end());
        if (directory.done) CHAPAR_TRY(mark_synced(*txn, broker_time_));
        CHAPAR_TRY(std::move(*txn).commit());
        if (directory.done) return report;
        if (taken.next == from) return Error(Errc::MalformedFrame, "directory without progress");
    }
    return Error(Errc::MalformedFrame, "directory without end");
}

Result<BundleOutcome> Session::make_and_publish() {
    const CertificateHash own = parts_.home.certificate_hash();
    const Device device = parts_.home.device();
    crypto::BundlePlan plan;
    plan.certificate = own;
    // From yesterday, so that a sender whose clock is up to a day behind finds its day covered.
    plan.first_epoch = EpochDay(day_of(broker_time_).value - 1);
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        const DirectoryView directory(*txn);
        if (const auto newest = CHAPAR_TRY(directory.newest_bundle(own))) {
            plan.sequence = newest->record.sequence + 1;
            plan.previous =
                crypto::record_hash(crypto::RecordType::Bundle, newest->record.encode());
        }
        const auto office = CHAPAR_TRY(directory.office(device.office, directory_store::kNow));
        const bool auditor = office && (office->record.roles & crypto::office_role::kAuditor) != 0;
        plan.keys_per_epoch = auditor ? 2 : 1;
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
    // The secrets must be here too: a home set back from a copy has lost them.
    const auto covered = [&](EpochDay day) {
        return newest && newest->covers(day) &&
               parts_.home.epochs().contains(crypto::key_id_of(newest->sequence, day));
    };
    if (covered(day_of(broker_time_)) && covered(day_of(broker_time_ + kRenewBefore))) {
        return BundleOutcome::Fresh;
    }
    return make_and_publish();
}

Result<bool> Session::take_events(const Received& received, EventReport& report) {
    const auto& receipts = std::get<schemas::Receipts>(received.frame);
    auto txn = CHAPAR_TRY(parts_.store.begin_write());
    EntryIndex next = receipts.next;
    bool go_on = !receipts.done;
    for (const schemas::EntryProof& proof : receipts.proofs) {
        const auto entry = ProvenEntry::verify(proof, *received.head);
        const auto effect = entry ? apply_event(*txn, parts_.home.device().roots, *entry)
                                  : Result<EventEffect>(entry.error());
        if (effect) {
            if (*effect == EventEffect::Updated) ++report.updated;
            continue;
        }
        if (effect.error().code == Errc::Conflict || effect.error().code == Errc::Provisional) {
            // Its receipt, or the directory before it, has not come yet: it is asked for again.
            next = std::min(next, proof.index);
            go_on = false;
            break;
        }
        report.alarms.push_back(effect.error());
    }
    CHAPAR_TRY(set_next_event(*txn, next));
    CHAPAR_TRY(std::move(*txn).commit());
    return go_on;
}

Result<EventReport> Session::fetch_events() {
    EventReport report;
    for (int frames = 0; frames < kSyncFrames; ++frames) {
        EntryIndex from;
        {
            const auto txn = CHAPAR_TRY(parts_.store.begin_read());
            from = CHAPAR_TRY(next_event(*txn));
        }
        CHAPAR_TRY(send(schemas::ReceiptsAsk{from}));
        const Received received = CHAPAR_TRY(answer<schemas::Receipts>(options_.answer_patience));
        const bool go_on = CHAPAR_TRY(take_events(received, report));
        if (!go_on) return report;
        if (std::get<schemas::Receipts>(received.frame).next <= from) break;
    }
    return Error(Errc::MalformedFrame, "receipts without progress");
}

Result<std::optional<Session::Received>> Session::next_delivery(DurationMs patience) {
    if (!deliveries_.empty()) {
        std::optional<Received> first(std::move(deliveries_.front()));
        deliveries_.pop_front();
        return first;
    }
    auto received = CHAPAR_TRY(receive_frame(patience));
    if (received && !std::holds_alternative<schemas::Deliver>(received->frame)) {
        return Error(Errc::MalformedFrame, "an answer that was not asked for");
    }
    return received;
}

Result<ReceptionReport> Session::take_one(const schemas::Delivery& delivery,
                                          const crypto::Checkpoint& head) {
    for (int attempt = 0;; ++attempt) {
        const Device device = parts_.home.device();
        auto txn = CHAPAR_TRY(parts_.store.begin_write());
        ReceptionReport report = CHAPAR_TRY(
            receive(*txn, device, {delivery, head, parts_.home.epochs(), parts_.clock.now()},
                    parts_.random));
        CHAPAR_TRY(std::move(*txn).commit());
        if (report.reception != Reception::Provisional || attempt > 0) return report;
        // The directory is behind the envelope: fetch it, and decide again.
        CHAPAR_TRY(sync_directory());
    }
}

Result<std::vector<ReceptionReport>> Session::take_deliveries(DurationMs patience) {
    std::vector<ReceptionReport> reports;
    if (credit_out_ < options_.credit / 2 || credit_out_ == 0) {
        const std::uint32_t more = options_.credit - credit_out_;
        CHAPAR_TRY(send(schemas::Credit{more}));
        credit_out_ += more;
    }
    const auto received = CHAPAR_TRY(next_delivery(patience));
    drained_ = !received;
    if (!received) return reports;
    for (const auto& delivery : std::get<schemas::Deliver>(received->frame).deliveries) {
        credit_out_ -= std::min<std::uint32_t>(credit_out_, 1);
        reports.push_back(CHAPAR_TRY(take_one(delivery, *received->head)));
    }
    CHAPAR_TRY(push_statements());
    return reports;
}

Result<std::size_t> Session::tidy_epochs() {
    const auto txn = CHAPAR_TRY(parts_.store.begin_read());
    const DirectoryView directory(*txn);
    const TimeMs ledger_time = CHAPAR_TRY(directory.ledger_time());
    const TimeMs latest = std::max(ledger_time, parts_.clock.now());
    std::set<KeyId> over;
    for (const auto& [id, secret] : parts_.home.epochs()) {
        const auto bundle = CHAPAR_TRY(
            directory.bundle(parts_.home.certificate_hash(), crypto::bundle_sequence_of(id)));
        if (!bundle) continue;
        const TimeMs end = start_of(EpochDay(crypto::epoch_day_of(id).value + 1));
        const TimeMs keep_until = end + kDay * bundle->record.keep_days;
        const bool fetched_past = drained_ && ledger_time > keep_until;
        if (fetched_past || latest > keep_until + kAtMostLonger) over.insert(id);
    }
    if (!over.empty()) CHAPAR_TRY(parts_.home.destroy_epochs(over, parts_.random));
    return over.size();
}

}  // namespace chapar::client
