#include "broker/core/conditions.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "broker/core/directory_view.h"
#include "broker/core/stream_files.h"

namespace chapar::broker {
namespace {

using Officer = std::pair<AgencyId, std::string>;

struct Known {
    Officer officer;
    std::uint16_t roles = 0;  // of the office as it is now
};

Result<Known> known(const DirectoryView& directory, const CertificateHash& certificate) {
    const DeviceEntry* device = CHAPAR_TRY(directory.device(certificate));
    if (device == nullptr) return Error(Errc::CertificateUnknown);
    const crypto::DeviceRequest& request = device->record.request.request;
    const OfficeEntry* office = CHAPAR_TRY(directory.office(request.office));
    if (office == nullptr) return Error(Errc::StoreDamaged, "office");
    return Known{{request.agency, request.officer}, office->record.roles};
}

}  // namespace

void Conditions::encode(LayoutWriter& out) const {
    out.u64(size).u8(static_cast<std::uint8_t>(approvers.size()));
    for (const Approver& one : approvers) out.counted8(view(one.agency.text())).u16(one.roles);
}

Result<Conditions> Conditions::decode(LayoutReader& in) {
    Conditions out;
    out.size = in.u64();
    const std::size_t count = in.u8();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        auto agency = CHAPAR_TRY(AgencyId::parse(to_string(in.counted8())));
        out.approvers.push_back({std::move(agency), in.u16()});
    }
    return out;
}

Result<Conditions> conditions_of(const DirectoryView& directory,
                                 const crypto::EnvelopeStatement& statement,
                                 const CertificateHash& sender) {
    const Known drafter = CHAPAR_TRY(known(directory, sender));
    std::map<Officer, std::uint16_t> officers;
    for (const crypto::Approval& approval : statement.approvals) {
        const Known approver = CHAPAR_TRY(known(directory, approval.approver));
        if (approver.officer == drafter.officer) continue;
        officers[approver.officer] |= approver.roles;
    }
    Conditions out{stream_bytes(statement), {}};
    for (const auto& [officer, roles] : officers) out.approvers.push_back({officer.first, roles});
    return out;
}

std::optional<Errc> unmet_condition(const crypto::PolicyRule& rule, const AgencyId& agency,
                                    const Conditions& conditions) {
    if (rule.size_max != 0 && conditions.size > rule.size_max) return Errc::PolicySize;
    const auto counts = [&](const Approver& one) {
        return one.agency == agency && (one.roles & rule.approver_role) != 0;
    };
    const auto approvals = std::ranges::count_if(conditions.approvers, counts);
    if (approvals < rule.approvals) return Errc::ApprovalMissing;
    return std::nullopt;
}

}  // namespace chapar::broker
