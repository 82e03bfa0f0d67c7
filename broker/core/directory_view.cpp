#include "broker/core/directory_view.h"

#include <utility>

namespace chapar::broker {
namespace {

template <typename Name, typename Entry, typename Read>
Result<const Entry*> remembered(std::map<Name, std::optional<Entry>>& known,
                                const storage::ReadTxn& txn, const Name& name, Read read) {
    auto found = known.find(name);
    if (found == known.end()) {
        found = known.emplace(name, CHAPAR_TRY(read(txn, name))).first;
    }
    return found->second ? &*found->second : nullptr;
}

}  // namespace

Result<const AgencyEntry*> DirectoryView::agency(const AgencyId& name) const {
    return remembered(agencies_, txn_, name, read_agency);
}

Result<const OfficeEntry*> DirectoryView::office(const OfficeId& name) const {
    return remembered(offices_, txn_, name, read_office);
}

Result<const DeviceEntry*> DirectoryView::device(const CertificateHash& name) const {
    return remembered(devices_, txn_, name, read_device);
}

Result<const PolicyEntry*> DirectoryView::policy(const AgencyId& name) const {
    return remembered(policies_, txn_, name, read_policy);
}

Result<InForceView> DirectoryView::in_force(const CertificateHash& name, TimeMs at) const {
    const DeviceEntry* entry = CHAPAR_TRY(device(name));
    if (entry == nullptr) return Error(Errc::CertificateUnknown);
    if (entry->revoked) return Error(Errc::CertificateRevoked);
    if (entry->suspended) return Error(Errc::CertificateSuspended);
    if (!entry->record.validity.holds(at)) return Error(Errc::CertificateExpired, "device");
    const auto& request = entry->record.request.request;
    const OfficeEntry* of = CHAPAR_TRY(office(request.office));
    const AgencyEntry* under = CHAPAR_TRY(agency(request.agency));
    // Both existed when the certificate was enrolled, and neither is ever removed.
    if (of == nullptr || under == nullptr) {
        return Error(Errc::StoreDamaged, of == nullptr ? "office" : "agency");
    }
    if (!of->record.validity.holds(at)) return Error(Errc::CertificateExpired, "office");
    if (!under->record.validity.holds(at)) return Error(Errc::CertificateExpired, "agency");
    return InForceView{entry->record, of->record};
}

void DirectoryView::forget() {
    agencies_.clear();
    offices_.clear();
    devices_.clear();
    policies_.clear();
}

Result<InForce> in_force(const storage::ReadTxn& txn, const CertificateHash& device, TimeMs at) {
    const DirectoryView directory(txn);
    const InForceView valid = CHAPAR_TRY(directory.in_force(device, at));
    return InForce{valid.device, valid.office};
}

}  // namespace chapar::broker
