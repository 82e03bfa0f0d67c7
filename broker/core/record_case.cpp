#include "broker/core/record_case.h"

namespace chapar::broker {

Plan admitted(const RecordCase& in, crypto::LeafKind kind, std::uint8_t event) {
    Plan plan;
    plan.outcome.about = in.hash;
    EntryDraft draft = draft_at(in.moment, kind, event);
    draft.body.record = in.bytes;
    add_draft(plan, in.moment, std::move(draft));
    return plan;
}

Plan admitted(const RecordCase& in, crypto::KeyEvent event) {
    return admitted(in, crypto::LeafKind::Key, event_number(event));
}

Status must_follow(const std::optional<Hash>& last, const Hash& previous) {
    if (previous != last.value_or(Hash{})) return Error(Errc::RecordSequence);
    return Done{};
}

Result<crypto::AgencyRecord> agency_in_force(const RecordCase& in) {
    const AgencyId name = CHAPAR_TRY(crypto::agency_named_by(in.record));
    auto agency = CHAPAR_TRY(read_agency(in.txn, name));
    if (!agency) return Error(Errc::RecordRefused, "agency");
    if (!agency->record.validity.holds(in.moment.time)) {
        return Error(Errc::CertificateExpired, "agency");
    }
    return std::move(agency->record);
}

Result<crypto::RegistrarsRecord> registrars_in_force(const RecordCase& in) {
    const auto agency = CHAPAR_TRY(agency_in_force(in));
    auto registrars = CHAPAR_TRY(read_registrars(in.txn, agency.agency));
    if (!registrars) return Error(Errc::RecordRefused, "registrars");
    if (!registrars->record.validity.holds(in.moment.time)) {
        return Error(Errc::CertificateExpired, "registrars");
    }
    return std::move(registrars->record);
}

}  // namespace chapar::broker
