#include "client/core/epochs.h"

#include <algorithm>

#include "client/core/directory_store.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"

namespace chapar::client {
namespace {

constexpr std::uint32_t kRenewAfterDays = 7;
constexpr DurationMs kCoverAtLeast = kDay * 7;
// A secret is kept this much longer than its keep days at most, whatever the broker shows.
constexpr DurationMs kAtMostLonger = kDay * 30;
// The most that a bundle may say: for a secret whose bundle the replica does not hold.
constexpr std::uint16_t kMostKeepDays = 30;

Result<TimeMs> stored_time(const storage::ReadTxn& txn, std::string_view name) {
    const auto time = CHAPAR_TRY(get_number(txn, tables::kDirectoryState, view(name)));
    return TimeMs(time.value_or(0));
}

Status advance(storage::Txn& txn, std::string_view name, TimeMs time) {
    if (time <= CHAPAR_TRY(stored_time(txn, name))) return Done{};
    return put_number(txn, tables::kDirectoryState, view(name), time.value);
}

}  // namespace

EpochDay first_epoch_at(TimeMs now) {
    const EpochDay today = day_of(now);
    return EpochDay(today.value == 0 ? 0 : today.value - 1);
}

bool bundle_is_due(const std::optional<crypto::PrekeyBundle>& newest, const EpochSecrets& held,
                   TimeMs now) {
    const EpochDay today = day_of(now);
    if (!newest || !newest->covers(today) || !newest->covers(day_of(now + kCoverAtLeast))) {
        return true;
    }
    const auto secret = held.find(crypto::key_id_of(newest->sequence, today));
    if (secret == held.end() || secret->second.destroyed()) return true;
    const std::uint64_t made = std::uint64_t{newest->first_epoch.value} + 1;
    return today.value >= made + kRenewAfterDays;
}

Result<crypto::BundlePlan> next_bundle(const DirectoryView& directory,
                                       const CertificateHash& certificate, const OfficeId& office,
                                       TimeMs now) {
    crypto::BundlePlan plan;
    plan.certificate = certificate;
    plan.first_epoch = first_epoch_at(now);
    if (const auto newest = CHAPAR_TRY(directory.newest_bundle(certificate))) {
        plan.sequence = newest->record.sequence + 1;
        plan.previous = crypto::record_hash(crypto::RecordType::Bundle, newest->record.encode());
    }
    const auto record = CHAPAR_TRY(directory.office(office, directory_store::kNow));
    const bool auditor = record && (record->record.roles & crypto::office_role::kAuditor) != 0;
    plan.keys_per_epoch = auditor ? 2 : 1;
    return plan;
}

Result<TimeMs> latest_time(const storage::ReadTxn& txn) {
    return stored_time(txn, directory_store::kLatestTime);
}

Status advance_latest_time(storage::Txn& txn, TimeMs time) {
    return advance(txn, directory_store::kLatestTime, time);
}

Status mark_fetched(storage::Txn& txn, TimeMs ledger_time) {
    return advance(txn, directory_store::kFetchedTo, ledger_time);
}

Result<TimeMs> fetched_to(const storage::ReadTxn& txn) {
    return stored_time(txn, directory_store::kFetchedTo);
}

Result<std::set<KeyId>> epochs_over(const storage::ReadTxn& txn, const CertificateHash& certificate,
                                    const EpochSecrets& held, TimeMs own_clock) {
    const DirectoryView directory(txn);
    const TimeMs ledger_time = CHAPAR_TRY(directory.ledger_time());
    const TimeMs latest = std::max({own_clock, ledger_time, CHAPAR_TRY(latest_time(txn))});
    const TimeMs fetched = CHAPAR_TRY(fetched_to(txn));
    std::map<std::uint32_t, std::uint16_t> keep_days;  // by sequence
    std::set<KeyId> over;
    for (const auto& [id, secret] : held) {
        const std::uint32_t sequence = crypto::bundle_sequence_of(id);
        if (!keep_days.contains(sequence)) {
            const auto bundle = CHAPAR_TRY(directory.bundle(certificate, sequence));
            keep_days.emplace(sequence, bundle ? bundle->record.keep_days : kMostKeepDays);
        }
        const std::uint64_t end_day = std::uint64_t{crypto::epoch_day_of(id).value} + 1;
        const TimeMs keep_until(kDay.value * (end_day + keep_days.at(sequence)));
        if (fetched > keep_until || latest > keep_until + kAtMostLonger) over.insert(id);
    }
    return over;
}

}  // namespace chapar::client
