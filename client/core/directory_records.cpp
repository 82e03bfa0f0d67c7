#include "client/core/directory_ingest.h"
#include "client/core/directory_store.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"

namespace chapar::client::directory_ingest {
namespace {

namespace store = directory_store;
using crypto::KeyEvent;
using crypto::RecordType;
using crypto::SignedRecord;

// The record before, as `previous` must name it.
template <typename Record>
Status must_follow(RecordType type, const std::optional<Logged<Record>>& last,
                   const Hash& previous) {
    const Hash expected = last ? crypto::record_hash(type, last->record.encode()) : Hash{};
    if (previous != expected) return Error(Errc::RecordSequence);
    return Done{};
}

Result<crypto::AgencyRecord> signing_agency(const Ingestion& in, const Placed& placed) {
    const AgencyId name = CHAPAR_TRY(crypto::agency_named_by(placed.record));
    auto agency = CHAPAR_TRY(DirectoryView(in.txn).agency(name, placed.index));
    if (!agency) return Error(Errc::RecordRefused, name.text());
    if (!agency->record.validity.holds(placed.time)) {
        return Error(Errc::CertificateExpired, name.text());
    }
    return std::move(agency->record);
}

Status take_agency(Ingestion& in, const Placed& placed) {
    const AgencyId name = CHAPAR_TRY(crypto::agency_named_by(placed.record));
    const auto last = CHAPAR_TRY(DirectoryView(in.txn).agency(name, placed.index));
    const auto fresh = CHAPAR_TRY(crypto::open_agency(placed.record, in.card.manifest().centre_root,
                                                      last ? &last->record : nullptr));
    CHAPAR_TRY(must_follow(RecordType::Agency, last, fresh.previous));
    CHAPAR_TRY(audit_agency(in, placed, fresh));
    return store::put(in.txn, tables::kAgencies, name_key(name.text()), placed.index,
                      placed.record);
}

Status take_registrars(Ingestion& in, const Placed& placed) {
    const auto agency = CHAPAR_TRY(signing_agency(in, placed));
    const auto fresh = CHAPAR_TRY(crypto::open_registrars(placed.record, agency));
    const auto last = CHAPAR_TRY(DirectoryView(in.txn).registrars(agency.agency, placed.index));
    CHAPAR_TRY(must_follow(RecordType::Registrars, last, fresh.previous));
    CHAPAR_TRY(audit_registrars(in, placed, fresh));
    return store::put(in.txn, tables::kRegistrars, name_key(agency.agency.text()), placed.index,
                      placed.record);
}

Status take_office(Ingestion& in, const Placed& placed) {
    const auto registrars = CHAPAR_TRY(signing_registrars(in, placed));
    const auto fresh = CHAPAR_TRY(crypto::open_office(placed.record, registrars));
    const auto last = CHAPAR_TRY(DirectoryView(in.txn).office(fresh.office, placed.index));
    // An office's name is one name for everybody: no other agency may take it over.
    if (last && last->record.agency != fresh.agency) return Error(Errc::RecordRefused, "office");
    CHAPAR_TRY(must_follow(RecordType::Office, last, fresh.previous));
    return store::put(in.txn, tables::kOffices, name_key(fresh.office.text()), placed.index,
                      placed.record);
}

// The device that a record names, of the record's own agency.
Result<DeviceEntry> device_of(const Ingestion& in, const CertificateHash& certificate,
                              const AgencyId& agency) {
    auto device = CHAPAR_TRY(DirectoryView(in.txn).device(certificate));
    if (!device || device->record.request.request.agency != agency) {
        return Error(Errc::RecordRefused, "certificate");
    }
    return *std::move(device);
}

Status take_device(Ingestion& in, const Placed& placed) {
    const auto registrars = CHAPAR_TRY(signing_registrars(in, placed));
    const auto fresh = CHAPAR_TRY(crypto::open_device(placed.record, registrars));
    const auto& request = fresh.request.request;
    const DirectoryView directory(in.txn);
    const auto office = CHAPAR_TRY(directory.office(request.office, placed.index));
    if (!office || office->record.agency != request.agency) {
        return Error(Errc::RecordRefused, "office");
    }
    const CertificateHash certificate = crypto::certificate_hash(placed.record.body);
    if (CHAPAR_TRY(directory.device(certificate))) return Error(Errc::RecordSequence, "twice");
    if (!fresh.previous.is_zero()) {
        const CertificateHash replaced{fresh.previous.bytes};
        const auto before = CHAPAR_TRY(device_of(in, replaced, request.agency));
        if (before.record.request.request.office != request.office) {
            return Error(Errc::RecordSequence, "office");
        }
        CHAPAR_TRY(in.txn.put(tables::kSuccessors,
                              numbered_key(replaced.view(), placed.index.value),
                              certificate.view()));
    }
    CHAPAR_TRY(audit_device(in, placed, fresh));
    CHAPAR_TRY(
        store::put(in.txn, tables::kDevices, certificate.view(), placed.index, placed.record));
    return in.txn.put(tables::kOfficeDevices,
                      numbered_key(name_key(request.office.text()), placed.index.value),
                      certificate.view());
}

Status take_revocation(Ingestion& in, const Placed& placed) {
    const auto registrars = CHAPAR_TRY(signing_registrars(in, placed));
    const auto fresh = CHAPAR_TRY(crypto::open_revoke(placed.record, registrars));
    CHAPAR_TRY(device_of(in, fresh.certificate, fresh.agency));
    CHAPAR_TRY(audit_revocation(in, placed, fresh.certificate));
    return store::put(in.txn, tables::kRevocations, fresh.certificate.view(), placed.index,
                      placed.record);
}

Status take_peers(Ingestion& in, const Placed& placed) {
    const auto registrars = CHAPAR_TRY(signing_registrars(in, placed));
    const auto fresh = CHAPAR_TRY(crypto::open_peers(placed.record, registrars));
    const auto versions = CHAPAR_TRY(DirectoryView(in.txn).peers_versions(fresh.agency));
    const auto last = versions.empty() ? std::optional<Logged<crypto::PeersRecord>>()
                                       : std::optional(versions.back());
    CHAPAR_TRY(must_follow(RecordType::Peers, last, fresh.previous));
    if (fresh.version != (last ? last->record.version + 1 : 1)) return Error(Errc::RecordSequence);
    return store::put(in.txn, tables::kPeers, name_key(fresh.agency.text()), placed.index,
                      placed.record);
}

Status take_suspension(Ingestion& in, const Placed& placed) {
    // Who must sign depends on the device that the body names.
    const auto said = CHAPAR_TRY(crypto::SuspendRecord::decode(placed.record.body));
    if (!said.validity.holds(placed.time)) return Error(Errc::SlipTimes);
    const auto device = CHAPAR_TRY(device_of(in, said.certificate, said.agency));
    if (crypto::is_signed_by_device(placed.record, device.record.request.request.sign_key)) {
        CHAPAR_TRY(crypto::open_own_suspend(placed.record, device.record));
    } else {
        const auto registrars = CHAPAR_TRY(signing_registrars(in, placed));
        CHAPAR_TRY(crypto::open_suspend(placed.record, registrars));
    }
    CHAPAR_TRY(audit_suspension(in, placed, said.certificate));
    return store::put(in.txn, tables::kSuspensions, said.certificate.view(), placed.index,
                      placed.record);
}

Status take_reinstatement(Ingestion& in, const Placed& placed) {
    const auto registrars = CHAPAR_TRY(signing_registrars(in, placed));
    const auto fresh = CHAPAR_TRY(crypto::open_reinstate(placed.record, registrars));
    CHAPAR_TRY(device_of(in, fresh.certificate, fresh.agency));
    const auto suspensions = CHAPAR_TRY(DirectoryView(in.txn).suspensions(fresh.certificate));
    if (suspensions.empty() || suspensions.back().reinstated ||
        suspensions.back().record != fresh.suspension) {
        return Error(Errc::RecordRefused, "suspension");
    }
    return store::put(in.txn, tables::kReinstatements, fresh.certificate.view(), placed.index,
                      placed.record);
}

}  // namespace

Result<crypto::RegistrarsRecord> signing_registrars(const Ingestion& in, const Placed& placed) {
    const auto agency = CHAPAR_TRY(signing_agency(in, placed));
    auto registrars = CHAPAR_TRY(DirectoryView(in.txn).registrars(agency.agency, placed.index));
    const std::string name = agency.agency.text() + ": registrars";
    if (!registrars) return Error(Errc::RecordRefused, name);
    if (!registrars->record.validity.holds(placed.time)) {
        return Error(Errc::CertificateExpired, name);
    }
    return std::move(registrars->record);
}

Status take_key_record(Ingestion& in, const Placed& placed, KeyEvent event) {
    switch (event) {
        case KeyEvent::Agency:
            return take_agency(in, placed);
        case KeyEvent::Registrars:
            return take_registrars(in, placed);
        case KeyEvent::Office:
            return take_office(in, placed);
        case KeyEvent::Device:
            return take_device(in, placed);
        case KeyEvent::Revoke:
            return take_revocation(in, placed);
        case KeyEvent::Peers:
            return take_peers(in, placed);
        case KeyEvent::Suspend:
            return take_suspension(in, placed);
        case KeyEvent::Reinstate:
            return take_reinstatement(in, placed);
        case KeyEvent::Opened:
            break;  // a key of the ledger, not a record
    }
    return Error(Errc::RecordRefused, "event");
}

Status take_bundle(Ingestion& in, const Placed& placed) {
    if (placed.record.type != RecordType::Bundle) return Error(Errc::RecordRefused, "type");
    const auto unverified = CHAPAR_TRY(crypto::PrekeyBundle::decode(placed.record.body));
    const DirectoryView directory(in.txn);
    const auto device = CHAPAR_TRY(directory.device(unverified.certificate));
    if (!device) return Error(Errc::RecordRefused, "bundle of an unknown device");
    const auto bundle =
        CHAPAR_TRY(crypto::open_bundle(placed.record, device->record.request.request.sign_key));
    const auto newest = CHAPAR_TRY(directory.newest_bundle(bundle.certificate));
    if (newest && newest->record.sequence >= bundle.sequence) return Error(Errc::BundleSequence);
    CHAPAR_TRY(audit_bundle(in, placed, bundle));
    return store::put(in.txn, tables::kBundles, bundle.certificate.view(), placed.index,
                      placed.record);
}

}  // namespace chapar::client::directory_ingest
