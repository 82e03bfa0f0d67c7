#include <algorithm>

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

template <typename Record>
Result<std::vector<Logged<Record>>> all_decoded(Result<std::vector<store::StoredRecord>> stored) {
    std::vector<Logged<Record>> out;
    for (const store::StoredRecord& one : CHAPAR_TRY(std::move(stored))) {
        out.push_back({one.index, CHAPAR_TRY(Record::decode(one.record.body))});
    }
    return out;
}

// Suspended at s < position, and not reinstated at r with s < r < position.
bool suspended_at(const std::vector<Suspension>& suspensions, EntryIndex position) {
    return std::ranges::any_of(suspensions, [&](const Suspension& one) {
        return one.index < position && !(one.reinstated && *one.reinstated < position);
    });
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

Result<std::optional<Logged<crypto::RegistrarsRecord>>> DirectoryView::registrars(
    const AgencyId& agency, EntryIndex position) const {
    return decoded<crypto::RegistrarsRecord>(CHAPAR_TRY(
        store::newest_before(txn_, tables::kRegistrars, name_key(agency.text()), position)));
}

Result<std::vector<Logged<crypto::AgencyRecord>>> DirectoryView::agency_versions(
    const AgencyId& agency) const {
    return all_decoded<crypto::AgencyRecord>(
        store::versions(txn_, tables::kAgencies, name_key(agency.text())));
}

Result<std::vector<Logged<crypto::PeersRecord>>> DirectoryView::peers_versions(
    const AgencyId& agency) const {
    return all_decoded<crypto::PeersRecord>(
        store::versions(txn_, tables::kPeers, name_key(agency.text())));
}

Result<std::vector<Logged<crypto::AgencyRecord>>> DirectoryView::agencies() const {
    return all_decoded<crypto::AgencyRecord>(store::newest_of_all(txn_, tables::kAgencies));
}

Result<std::vector<Logged<crypto::OfficeRecord>>> DirectoryView::offices_of(
    const AgencyId& agency) const {
    auto all =
        CHAPAR_TRY(all_decoded<crypto::OfficeRecord>(store::newest_of_all(txn_, tables::kOffices)));
    std::erase_if(all, [&](const auto& office) { return office.record.agency != agency; });
    return all;
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

Result<std::vector<Suspension>> DirectoryView::suspensions(
    const CertificateHash& certificate) const {
    const auto reinstatements = CHAPAR_TRY(all_decoded<crypto::ReinstateRecord>(
        store::versions(txn_, tables::kReinstatements, certificate.view())));
    std::vector<Suspension> found;
    for (const store::StoredRecord& stored :
         CHAPAR_TRY(store::versions(txn_, tables::kSuspensions, certificate.view()))) {
        Suspension suspension{stored.index, stored.record.hash(),
                              CHAPAR_TRY(crypto::SuspendRecord::decode(stored.record.body)),
                              std::nullopt};
        for (const auto& end : reinstatements) {
            if (end.record.suspension == suspension.record && end.index > suspension.index) {
                suspension.reinstated = end.index;
                break;
            }
        }
        found.push_back(std::move(suspension));
    }
    return found;
}

Result<std::optional<CertificateHash>> DirectoryView::successor(
    const CertificateHash& certificate) const {
    std::optional<CertificateHash> newest;
    const auto cursor = txn_.cursor(tables::kSuccessors);
    CHAPAR_TRY(cursor->seek(certificate.view()));
    while (cursor->at_record() && starts_with(cursor->key(), certificate.view())) {
        const auto named = CertificateHash::from(cursor->value());
        if (!named) return Error(Errc::StoreDamaged, "successors");
        if (CHAPAR_TRY(newest_bundle(*named))) newest = *named;
        CHAPAR_TRY(cursor->next());
    }
    return newest;
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
    if (revoked && revoked->index < position) return Standing::Revoked;
    const auto suspended = CHAPAR_TRY(suspensions(certificate));
    if (suspended_at(suspended, position)) return Standing::Suspended;
    if (!revoked) return Standing::Valid;
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
        if (CHAPAR_TRY(successor(entry.certificate))) continue;
        auto bundle = CHAPAR_TRY(newest_bundle(entry.certificate));
        if (!bundle || !bundle->record.covers(day_of(now))) continue;
        found.push_back({entry.certificate, entry.record.request.request.agency, office_id,
                         std::move(bundle->record)});
    }
    return found;
}

}  // namespace chapar::client
