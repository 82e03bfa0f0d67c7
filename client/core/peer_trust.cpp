#include "client/core/peer_trust.h"

#include <algorithm>
#include <variant>

#include "client/core/directory_store.h"

namespace chapar::client {
namespace {

using AgencyVersions = std::vector<Logged<crypto::AgencyRecord>>;

// Where the oldest version stands that these roots are the roots of.
std::optional<EntryIndex> first_like(const AgencyVersions& versions, const AgencyRoots& roots) {
    const auto found = std::ranges::find_if(
        versions, [&](const auto& version) { return roots.agrees_with(version.record); });
    if (found == versions.end()) return std::nullopt;
    return found->index;
}

// The version of the agency's record under which those registrars were appointed who were in office
// at `index`: what they signed there is worth what that version is worth.
Result<std::optional<EntryIndex>> appointed_under(const DirectoryView& directory,
                                                  const AgencyId& agency, EntryIndex index) {
    const auto registrars = CHAPAR_TRY(directory.registrars(agency, index));
    if (!registrars) return std::optional<EntryIndex>();
    const auto version = CHAPAR_TRY(directory.agency(agency, registrars->index));
    return version ? std::optional(version->index) : std::nullopt;
}

// From which version on an agency is the one it says, or why it is not.
using Confirmed = std::variant<EntryIndex, Trust>;

Result<Confirmed> confirmed_own(const DirectoryView& directory, const AgencyRoots& own) {
    const auto versions = CHAPAR_TRY(directory.agency_versions(own.agency));
    if (versions.empty()) return Confirmed(Trust::Unconfirmed);
    const auto first = first_like(versions, own);
    return first ? Confirmed(*first) : Confirmed(Trust::KeyChanged);
}

Result<Confirmed> confirmed_peer(const DirectoryView& directory, const AgencyRoots& own,
                                 const AgencyId& agency) {
    const Confirmed home = CHAPAR_TRY(confirmed_own(directory, own));
    const EntryIndex* own_from = std::get_if<EntryIndex>(&home);
    if (own_from == nullptr) return Confirmed(Trust::Unconfirmed);
    const auto versions = CHAPAR_TRY(directory.agency_versions(agency));
    Confirmed found = Trust::Unconfirmed;
    std::optional<EntryIndex> earliest;
    for (const auto& peers : CHAPAR_TRY(directory.peers_versions(own.agency))) {
        const auto under = CHAPAR_TRY(appointed_under(directory, own.agency, peers.index));
        if (!under || *under < *own_from) continue;
        // The newest statement decides whether the agency is confirmed; older ones only since when.
        const AgencyRoots* said = peers.record.find(agency);
        if (said == nullptr) {
            found = Trust::Unconfirmed;
            continue;
        }
        const auto first = first_like(versions, *said);
        if (first) earliest = std::min(earliest.value_or(*first), *first);
        found = first ? Confirmed(*first) : Confirmed(Trust::KeyChanged);
    }
    if (std::holds_alternative<EntryIndex>(found)) found = *earliest;
    return found;
}

Result<Confirmed> confirmed(const DirectoryView& directory, const AgencyRoots& own,
                            const AgencyId& agency) {
    if (agency == own.agency) return confirmed_own(directory, own);
    return confirmed_peer(directory, own, agency);
}

// Whether what the registrars of the agency signed at `index` was signed under a confirmed version.
Result<Trust> trust_of_signed(const DirectoryView& directory, const Confirmed& since,
                              const AgencyId& agency, EntryIndex index) {
    if (const Trust* why = std::get_if<Trust>(&since)) return *why;
    const auto under = CHAPAR_TRY(appointed_under(directory, agency, index));
    return under && *under >= std::get<EntryIndex>(since) ? Trust::Verified : Trust::Unconfirmed;
}

}  // namespace

std::string_view text_of(Trust trust) {
    switch (trust) {
        case Trust::Verified:
            return "verified";
        case Trust::KeyChanged:
            return "key-changed";
        case Trust::Unconfirmed:
            return "unconfirmed";
        case Trust::Expired:
            return "expired";
    }
    return "unconfirmed";
}

Result<Trust> agency_trust(const DirectoryView& directory, const AgencyRoots& own,
                           const AgencyId& agency, EntryIndex position, TimeMs time) {
    const auto record = CHAPAR_TRY(directory.agency(agency, position));
    if (!record) return Trust::Unconfirmed;
    const Confirmed since = CHAPAR_TRY(confirmed(directory, own, agency));
    if (const Trust* why = std::get_if<Trust>(&since)) return *why;
    if (record->index < std::get<EntryIndex>(since)) return Trust::Unconfirmed;
    return record->record.validity.holds(time) ? Trust::Verified : Trust::Expired;
}

Result<Trust> office_trust(const DirectoryView& directory, const AgencyRoots& own,
                           const OfficeId& office, EntryIndex position, TimeMs time) {
    const auto record = CHAPAR_TRY(directory.office(office, position));
    if (!record) return Trust::Unconfirmed;
    const AgencyId& agency = record->record.agency;
    const Confirmed since = CHAPAR_TRY(confirmed(directory, own, agency));
    const Trust chain = CHAPAR_TRY(trust_of_signed(directory, since, agency, record->index));
    if (chain != Trust::Verified) return chain;
    if (!record->record.validity.holds(time)) return Trust::Expired;
    return agency_trust(directory, own, agency, position, time);
}

Result<Trust> certificate_trust(const DirectoryView& directory, const AgencyRoots& own,
                                const CertificateHash& certificate, EntryIndex position,
                                TimeMs time) {
    const auto device = CHAPAR_TRY(directory.device(certificate));
    if (!device || device->index >= position) return Trust::Unconfirmed;
    const auto& request = device->record.request.request;
    const auto office = CHAPAR_TRY(directory.office(request.office, position));
    if (!office || office->record.agency != request.agency) return Trust::Unconfirmed;
    const Confirmed since = CHAPAR_TRY(confirmed(directory, own, request.agency));
    const Trust chain =
        CHAPAR_TRY(trust_of_signed(directory, since, request.agency, device->index));
    if (chain != Trust::Verified) return chain;
    const Trust whole = CHAPAR_TRY(office_trust(directory, own, request.office, position, time));
    if (whole != Trust::Verified) return whole;
    return device->record.validity.holds(time) ? Trust::Verified : Trust::Expired;
}

Status may_send_to(const DirectoryView& directory, const AgencyRoots& own, const OfficeId& office,
                   TimeMs now) {
    if (!CHAPAR_TRY(directory.office(office, directory_store::kNow))) {
        return Error(Errc::OfficeUnknown, office.text());
    }
    switch (CHAPAR_TRY(office_trust(directory, own, office, directory_store::kNow, now))) {
        case Trust::Verified:
        case Trust::Expired:
            return Done{};
        case Trust::KeyChanged:
            return Error(Errc::PeerKeyChanged, office.text());
        case Trust::Unconfirmed:
            break;
    }
    return Error(Errc::PeerUnconfirmed, office.text());
}

Result<std::vector<ReachableDevice>> devices_to_seal_to(const DirectoryView& directory,
                                                        const AgencyRoots& own,
                                                        const OfficeId& office, TimeMs now) {
    std::vector<ReachableDevice> found;
    auto reachable = CHAPAR_TRY(directory.reachable(office, now));
    CHAPAR_TRY(may_send_to(directory, own, office, now));
    for (ReachableDevice& one : reachable) {
        const Trust trust = CHAPAR_TRY(
            certificate_trust(directory, own, one.certificate, directory_store::kNow, now));
        if (trust == Trust::Verified) found.push_back(std::move(one));
    }
    return found;
}

Result<Believable> may_believe(const DirectoryView& directory, const AgencyRoots& own,
                               const CertificateHash& signer, const LedgerPosition& at) {
    const Completeness completeness = CHAPAR_TRY(directory.completeness(at.index, at.last_dir));
    if (completeness == Completeness::Contradiction) return Error(Errc::LeafInvalid, "last_dir");
    const bool behind = completeness == Completeness::Behind;
    Believable found;
    found.standing = CHAPAR_TRY(directory.standing(signer, at.index, at.time));
    // What is missing may hold the certificate, a renewal or a reinstatement, but nothing takes a
    // revocation back.
    const auto missing_may_tell = [&](Errc code) -> Result<Believable> {
        if (!behind) return Error(code);
        return Believable{Doubt::SignerNotHeld, found.standing, std::nullopt};
    };
    switch (found.standing) {
        case Standing::Revoked:
            return Error(Errc::CertificateRevoked);
        case Standing::Unknown:
            return missing_may_tell(Errc::CertificateUnknown);
        case Standing::NotInForce:
            return missing_may_tell(Errc::CertificateExpired);
        case Standing::Suspended:
            return missing_may_tell(Errc::CertificateSuspended);
        case Standing::Valid:
        case Standing::Disputed:
            break;
    }
    found.signer = CHAPAR_TRY(directory.device(signer));
    const Trust trust = CHAPAR_TRY(certificate_trust(directory, own, signer, at.index, at.time));
    if (trust == Trust::KeyChanged) {
        found.doubt = Doubt::KeyChanged;
    } else if (behind) {
        found.doubt = Doubt::DirectoryBehind;
    } else if (trust != Trust::Verified) {
        found.doubt = Doubt::Unconfirmed;
    }
    return found;
}

}  // namespace chapar::client
