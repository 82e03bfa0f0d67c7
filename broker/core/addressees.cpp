#include "broker/core/addressees.h"

#include <algorithm>

#include "broker/core/directory_view.h"

namespace chapar::broker {
namespace {

Status check_role(const crypto::OfficeRecord& office, crypto::StanzaType type) {
    const std::uint16_t role = type == crypto::StanzaType::Audit ? crypto::office_role::kAuditor
                                                                 : crypto::office_role::kLiaison;
    if ((office.roles & role) == 0) return Error(Errc::NotPermitted, "recipient");
    return Done{};
}

std::size_t index_of(std::vector<AgencyId>& agencies, const AgencyId& agency) {
    const auto found = std::ranges::find(agencies, agency);
    const auto index = static_cast<std::size_t>(found - agencies.begin());
    if (found == agencies.end()) agencies.push_back(agency);
    return index;
}

}  // namespace

Result<Addressees> find_addressees(const DirectoryView& directory,
                                   std::span<const crypto::StanzaDigest> stanzas, TimeMs at) {
    Addressees out;
    for (const crypto::StanzaDigest& stanza : stanzas) {
        const crypto::StanzaLabel& label = stanza.label;
        const auto recipient = CHAPAR_TRY(directory.in_force(label.certificate, at));
        CHAPAR_TRY(check_role(recipient.office, label.type));
        const std::uint8_t keys = label.type == crypto::StanzaType::Audit ? 2 : 1;
        CHAPAR_TRY(check_key_id(directory.txn(), label.certificate, label.key_id, keys, at));
        out.agency_of_stanza.push_back(index_of(out.agencies, recipient.office.agency));
        out.by_hash.emplace(label.certificate, recipient.office.office);
        const auto same = [&](const crypto::OfficeRecord& office) {
            return office.office == recipient.office.office;
        };
        if (std::ranges::none_of(out.offices, same)) {
            out.offices.push_back(recipient.office);
        }
    }
    return out;
}

Status check_approvers(const DirectoryView& directory, const crypto::EnvelopeStatement& statement,
                       const CertificateHash& sender, TimeMs at) {
    for (const crypto::Approval& approval : statement.approvals) {
        if (approval.approver == sender) return Error(Errc::ApprovalSignature, "by the sender");
        CHAPAR_TRY(directory.in_force(approval.approver, at));
    }
    return Done{};
}

}  // namespace chapar::broker
