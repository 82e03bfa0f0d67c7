#include "client/core/trust_list.h"

#include "client/core/directory_store.h"

namespace chapar::client {
namespace {

constexpr DurationMs kShownAfterEnd = kDay * 30;

// Everything that the rows need in common. Borrows.
struct Listing {
    const DirectoryView& directory;
    const AgencyRoots& own;
    TimeMs now;
    std::vector<TrustRow>& rows;
};

std::string sentence_about(const TrustRow& row) {
    switch (row.trust) {
        case Trust::KeyChanged:
            return "STOP AND CALL: the ledger shows other root keys for " + row.agency.text() +
                   " than your agency confirmed.";
        case Trust::Unconfirmed:
            return "Your agency has not confirmed the root keys of " + row.agency.text() +
                   "; nothing can be sent to it.";
        case Trust::Expired:
            return row.name + " is outside its times; it must be renewed.";
        case Trust::Verified:
            break;
    }
    switch (row.state) {
        case DeviceState::Revoked:
            return "Revoked.";
        case DeviceState::Suspended:
            return "Suspended; its registrars can reinstate it.";
        case DeviceState::Superseded:
            return "Replaced by a newer certificate.";
        case DeviceState::InForce:
            break;
    }
    if (row.warning == 0) return {};
    return row.name + " ends in " + std::to_string(row.days_left) + " days; renew it.";
}

void add(Listing& in, TrustRow row, const crypto::Validity& validity) {
    row.days_left = days_left(validity.to, in.now);
    row.warning = due_warning(row.days_left);
    row.sentence = sentence_about(row);
    in.rows.push_back(std::move(row));
}

Result<DeviceState> state_of(const DirectoryView& directory, const CertificateHash& certificate) {
    if (CHAPAR_TRY(directory.revocation(certificate))) return DeviceState::Revoked;
    const auto suspensions = CHAPAR_TRY(directory.suspensions(certificate));
    if (!suspensions.empty() && !suspensions.back().reinstated) return DeviceState::Suspended;
    if (CHAPAR_TRY(directory.successor(certificate))) return DeviceState::Superseded;
    return DeviceState::InForce;
}

Status list_devices(Listing& in, const OfficeId& office) {
    for (const DeviceEntry& device : CHAPAR_TRY(in.directory.devices_of(office))) {
        if (device.record.validity.to + kShownAfterEnd < in.now) continue;
        const auto& request = device.record.request.request;
        TrustRow row{TrustSubject::Device, request.agency, office, device.certificate,
                     request.device + " (" + request.officer + ")"};
        row.trust = CHAPAR_TRY(certificate_trust(in.directory, in.own, device.certificate,
                                                 directory_store::kNow, in.now));
        row.state = CHAPAR_TRY(state_of(in.directory, device.certificate));
        add(in, std::move(row), device.record.validity);
    }
    return Done{};
}

Status list_registrars(Listing& in, const AgencyId& agency, Trust trust) {
    const auto registrars = CHAPAR_TRY(in.directory.registrars(agency, directory_store::kNow));
    if (!registrars) return Done{};
    const crypto::RegistrarsRecord& record = registrars->record;
    TrustRow row{TrustSubject::Registrars, agency, std::nullopt, std::nullopt, {}};
    for (const crypto::Registrar& registrar : record.registrars) {
        row.name += (row.name.empty() ? "" : ", ") + registrar.name;
    }
    const bool ended = trust == Trust::Verified && !record.validity.holds(in.now);
    row.trust = ended ? Trust::Expired : trust;
    row.threshold =
        std::to_string(record.threshold) + " of " + std::to_string(record.registrars.size());
    add(in, std::move(row), record.validity);
    return Done{};
}

}  // namespace

Result<std::vector<TrustRow>> trust_rows(const DirectoryView& directory, const AgencyRoots& own,
                                         TimeMs now) {
    std::vector<TrustRow> rows;
    Listing in{directory, own, now, rows};
    for (const auto& agency : CHAPAR_TRY(directory.agencies())) {
        const AgencyId& name = agency.record.agency;
        const Trust trust =
            CHAPAR_TRY(agency_trust(directory, own, name, directory_store::kNow, now));
        TrustRow row{TrustSubject::Agency, name, std::nullopt, std::nullopt, name.text()};
        row.trust = trust;
        row.threshold = threshold_text(crypto::PeerRoots::of(agency.record));
        add(in, std::move(row), agency.record.validity);
        CHAPAR_TRY(list_registrars(in, name, trust));
        for (const auto& office : CHAPAR_TRY(directory.offices_of(name))) {
            TrustRow office_row{TrustSubject::Office, name, office.record.office, std::nullopt,
                                office.record.office.text()};
            office_row.trust = CHAPAR_TRY(
                office_trust(directory, own, office.record.office, directory_store::kNow, now));
            add(in, std::move(office_row), office.record.validity);
            CHAPAR_TRY(list_devices(in, office.record.office));
        }
    }
    return rows;
}

std::uint64_t days_left(TimeMs until, TimeMs now) {
    return until > now ? (until.value - now.value) / kDay.value : 0;
}

std::uint64_t due_warning(std::uint64_t days) {
    for (const std::uint64_t step : {1, 7, 30}) {
        if (days <= step) return step;
    }
    return 0;
}

}  // namespace chapar::client
