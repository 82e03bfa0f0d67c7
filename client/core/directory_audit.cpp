#include <string>

#include "client/core/agency_roots.h"
#include "client/core/directory_ingest.h"
#include "client/core/directory_store.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"

namespace chapar::client::directory_ingest {
namespace {

Status raise(Ingestion& in, const Placed& placed, AlarmKind kind, std::string sentence) {
    DirectoryAlarm alarm{placed.index, kind, placed.record.hash(), std::move(sentence)};
    CHAPAR_TRY(keep_alarm(in.txn, alarm));
    in.report.alarms.push_back(std::move(alarm));
    return Done{};
}

std::string at_entry(const Placed& placed) {
    return " (ledger entry " + std::to_string(placed.index.value) + ")";
}

// In the first sync of all everything appears; nothing of it is news.
bool is_news(const Ingestion& in) { return in.acquaintance == Acquaintance::Known; }

}  // namespace

Status audit_agency(Ingestion& in, const Placed& placed, const crypto::AgencyRecord& fresh) {
    if (!is_news(in) || fresh.agency != in.own.agency) return Done{};
    const auto last = CHAPAR_TRY(DirectoryView(in.txn).agency(fresh.agency, placed.index));
    if (last && crypto::PeerRoots::of(last->record).agrees_with(fresh)) return Done{};
    const auto roots = crypto::PeerRoots::of(fresh);
    return raise(in, placed, AlarmKind::RootsChanged,
                 "The root keys of your agency " + fresh.agency.text() + " are other ones now, " +
                     threshold_text(roots) + at_entry(placed) +
                     ". If nobody told you, call the head of your agency.");
}

Status audit_registrars(Ingestion& in, const Placed& placed,
                        const crypto::RegistrarsRecord& fresh) {
    if (!is_news(in) || fresh.agency != in.own.agency) return Done{};
    std::string names;
    for (const crypto::Registrar& registrar : fresh.registrars) {
        names += (names.empty() ? "" : ", ") + registrar.name;
    }
    return raise(in, placed, AlarmKind::RegistrarsChanged,
                 "The registrars of your agency " + fresh.agency.text() + " are now " + names +
                     at_entry(placed) + ". If nobody told you, call the head of your agency.");
}

Status audit_device(Ingestion& in, const Placed& placed, const crypto::DeviceRecord& fresh) {
    const auto& request = fresh.request.request;
    const CertificateHash certificate = crypto::certificate_hash(placed.record.body);
    if (!is_news(in) || request.office != in.own.office || certificate == in.own.certificate) {
        return Done{};
    }
    const bool replaces = fresh.previous == Hash{in.own.certificate.bytes};
    return raise(in, placed, AlarmKind::DeviceAppeared,
                 std::string(replaces ? "A certificate that replaces this device's own was issued"
                                      : "A new device was certified for your office") +
                     ": " + request.device + " of " + request.officer + at_entry(placed) +
                     ". If you do not know it, call your registrars: it can read what is sent to " +
                     request.office.text() + ".");
}

Status audit_revocation(Ingestion& in, const Placed& placed, const CertificateHash& certificate) {
    if (certificate != in.own.certificate) return Done{};
    return raise(in, placed, AlarmKind::OwnDeviceRevoked,
                 "The certificate of this device was revoked" + at_entry(placed) +
                     ". It can neither send nor receive any more. Call your registrars.");
}

Status audit_suspension(Ingestion& in, const Placed& placed, const CertificateHash& certificate) {
    if (certificate != in.own.certificate) return Done{};
    return raise(in, placed, AlarmKind::OwnDeviceSuspended,
                 "The certificate of this device was suspended" + at_entry(placed) +
                     ". It can neither send nor receive until your registrars reinstate it.");
}

Status audit_bundle(Ingestion& in, const Placed& placed, const crypto::PrekeyBundle& fresh) {
    if (fresh.certificate != in.own.certificate ||
        in.own.bundles_made.contains(placed.record.hash())) {
        return Done{};
    }
    if (in.own.memory == BundleMemory::SetBack) {
        return raise(
            in, placed, AlarmKind::BundleFromBefore,
            "This computer was set back to an older copy: it has published keys" +
                at_entry(placed) +
                " that it no longer holds. Mail sealed to them will be asked for again. If "
                "nobody restored a backup, call your registrars at once.");
    }
    CHAPAR_TRY(put_number(in.txn, tables::kDirectoryState, view(directory_store::kForeignBundle),
                          placed.index.value));
    return raise(in, placed, AlarmKind::ForeignBundle,
                 "Keys were published in this device's name that it did not make" +
                     at_entry(placed) +
                     ": someone else has its secret key and can read what is sealed to them. This "
                     "device suspends itself. Call your registrars at once.");
}

}  // namespace chapar::client::directory_ingest
