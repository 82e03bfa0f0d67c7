#include "client/core/directory_replica.h"
#include "client/core/directory_store.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"

namespace chapar::client {
namespace {

namespace store = directory_store;

// Signatures were checked by ingest(); a stored body that does not decode is damage.
template <typename Record>
Result<std::optional<Logged<Record>>> decoded(const std::optional<store::StoredRecord>& stored) {
    if (!stored) return std::optional<Logged<Record>>();
    return std::optional(
        Logged<Record>{stored->index, CHAPAR_TRY(Record::decode(stored->record.body))});
}

}  // namespace

Result<EntryIndex> DirectoryView::next() const {
    const auto next = CHAPAR_TRY(get_number(txn_, tables::kDirectoryState, view(store::kNextAsk)));
    return EntryIndex(next.value_or(0));
}

Result<TimeMs> DirectoryView::synced_at() const {
    const auto time = CHAPAR_TRY(get_number(txn_, tables::kDirectoryState, view(store::kSyncedAt)));
    return TimeMs(time.value_or(0));
}

Result<TimeMs> DirectoryView::ledger_time() const {
    const auto time =
        CHAPAR_TRY(get_number(txn_, tables::kDirectoryState, view(store::kLedgerTime)));
    return TimeMs(time.value_or(0));
}

Result<Completeness> DirectoryView::completeness(EntryIndex index, EntryIndex last_dir) const {
    const auto cursor = txn_.cursor(tables::kDirectoryEntries);
    CHAPAR_TRY(cursor->seek_before(number_key(index.value)));
    if (!cursor->at_record()) return Completeness::Behind;
    const EntryIndex held(number_at_end(cursor->key()));
    if (held < last_dir) return Completeness::Behind;
    return held == last_dir ? Completeness::Complete : Completeness::Contradiction;
}

Result<std::optional<Logged<crypto::AgencyRecord>>> DirectoryView::agency(
    const AgencyId& agency, EntryIndex position) const {
    return decoded<crypto::AgencyRecord>(CHAPAR_TRY(
        store::newest_before(txn_, tables::kAgencies, name_key(agency.text()), position)));
}

Result<std::optional<Logged<crypto::OfficeRecord>>> DirectoryView::office(
    const OfficeId& office, EntryIndex position) const {
    return decoded<crypto::OfficeRecord>(CHAPAR_TRY(
        store::newest_before(txn_, tables::kOffices, name_key(office.text()), position)));
}

Result<std::optional<DeviceEntry>> DirectoryView::device(const CertificateHash& certificate) const {
    const auto stored =
        CHAPAR_TRY(store::newest_before(txn_, tables::kDevices, certificate.view(), store::kNow));
    if (!stored) return std::optional<DeviceEntry>();
    return std::optional(DeviceEntry{
        stored->index, certificate, CHAPAR_TRY(crypto::DeviceRecord::decode(stored->record.body))});
}

Result<std::vector<DeviceEntry>> DirectoryView::devices_of(const OfficeId& office) const {
    std::vector<DeviceEntry> found;
    const Bytes name = name_key(office.text());
    const auto cursor = txn_.cursor(tables::kOfficeDevices);
    CHAPAR_TRY(cursor->seek(name));
    while (cursor->at_record() && starts_with(cursor->key(), name)) {
        const auto certificate = CertificateHash::from(cursor->value());
        if (!certificate) return Error(Errc::StoreDamaged, "office devices");
        auto entry = CHAPAR_TRY(device(*certificate));
        if (!entry) return Error(Errc::StoreDamaged, "devices");
        found.push_back(std::move(*entry));
        CHAPAR_TRY(cursor->next());
    }
    return found;
}

Result<std::optional<Revocation>> DirectoryView::revocation(
    const CertificateHash& certificate) const {
    // The first one counts: it cannot be taken back or moved.
    const auto all = CHAPAR_TRY(store::versions(txn_, tables::kRevocations, certificate.view()));
    if (all.empty()) return std::optional<Revocation>();
    return std::optional(Revocation{
        all.front().index, CHAPAR_TRY(crypto::RevokeRecord::decode(all.front().record.body))});
}

Result<Standing> DirectoryView::standing(const CertificateHash& certificate, EntryIndex position,
                                         TimeMs time) const {
    const auto entry = CHAPAR_TRY(device(certificate));
    if (!entry || entry->index >= position) return Standing::Unknown;
    const auto& request = entry->record.request.request;
    const auto office_then = CHAPAR_TRY(office(request.office, position));
    const auto agency_then = CHAPAR_TRY(agency(request.agency, position));
    if (!entry->record.validity.holds(time) || !office_then || !agency_then ||
        office_then->record.agency != request.agency || !office_then->record.validity.holds(time) ||
        !agency_then->record.validity.holds(time)) {
        return Standing::NotInForce;
    }
    const auto revoked = CHAPAR_TRY(revocation(certificate));
    if (!revoked) return Standing::Valid;
    if (revoked->index < position) return Standing::Revoked;
    const TimeMs since = revoked->record.compromised_since;
    return since != TimeMs(0) && since <= time ? Standing::Disputed : Standing::Valid;
}

Result<std::optional<Logged<crypto::PrekeyBundle>>> DirectoryView::newest_bundle(
    const CertificateHash& certificate) const {
    return decoded<crypto::PrekeyBundle>(
        CHAPAR_TRY(store::newest_before(txn_, tables::kBundles, certificate.view(), store::kNow)));
}

Result<std::optional<Logged<crypto::PrekeyBundle>>> DirectoryView::bundle(
    const CertificateHash& certificate, std::uint32_t sequence) const {
    for (const auto& version :
         CHAPAR_TRY(store::versions(txn_, tables::kBundles, certificate.view()))) {
        auto bundle = CHAPAR_TRY(crypto::PrekeyBundle::decode(version.record.body));
        if (bundle.sequence == sequence) {
            return std::optional(Logged<crypto::PrekeyBundle>{version.index, std::move(bundle)});
        }
    }
    return std::optional<Logged<crypto::PrekeyBundle>>();
}

Result<std::vector<ReachableDevice>> DirectoryView::reachable(const OfficeId& office_id,
                                                              TimeMs now) const {
    const auto in_force = CHAPAR_TRY(office(office_id, store::kNow));
    if (!in_force || !in_force->record.validity.holds(now)) {
        return Error(Errc::OfficeUnknown, office_id.text());
    }
    std::vector<ReachableDevice> found;
    for (const DeviceEntry& entry : CHAPAR_TRY(devices_of(office_id))) {
        if (CHAPAR_TRY(standing(entry.certificate, store::kNow, now)) != Standing::Valid) continue;
        auto bundle = CHAPAR_TRY(newest_bundle(entry.certificate));
        if (!bundle || !bundle->record.covers(day_of(now))) continue;
        found.push_back({entry.certificate, entry.record.request.request.agency, office_id,
                         std::move(bundle->record)});
    }
    return found;
}

}  // namespace chapar::client
