#include "broker/core/agency_records.h"

namespace chapar::broker {
namespace {

using crypto::KeyEvent;

template <typename Entry>
std::optional<Hash> hash_of(const std::optional<Entry>& last) {
    return last ? std::optional(as_hash(last->hash)) : std::nullopt;
}

}  // namespace

Result<Plan> decide_agency(const RecordCase& in) {
    const AgencyId name = CHAPAR_TRY(crypto::agency_named_by(in.record));
    const auto last = CHAPAR_TRY(read_agency(in.txn, name));
    auto record =
        CHAPAR_TRY(crypto::open_agency(in.record, in.centre.root, last ? &last->record : nullptr));
    CHAPAR_TRY(must_follow(hash_of(last), record.previous));
    // Else who reads with this key could be led to another agency's entries.
    const auto owner = CHAPAR_TRY(owner_of_audit_key(in.txn, record.audit_key));
    if (owner && *owner != record.agency) return Error(Errc::RecordRefused, "audit key");
    Plan plan = admitted(in, KeyEvent::Agency);
    plan.write = [entry = AgencyEntry{in.hash, std::move(record)}, index = in.moment.next](
                     storage::Txn& txn) { return put_agency(txn, entry, index); };
    return plan;
}

Result<Plan> decide_registrars(const RecordCase& in) {
    const auto agency = CHAPAR_TRY(agency_in_force(in));
    auto record = CHAPAR_TRY(crypto::open_registrars(in.record, agency));
    const auto last = CHAPAR_TRY(read_registrars(in.txn, record.agency));
    CHAPAR_TRY(must_follow(hash_of(last), record.previous));
    // They take over at once: registrars of a later time would leave the agency without any until
    // then, unable even to revoke.
    if (!record.validity.holds(in.moment.time)) {
        return Error(Errc::CertificateExpired, "registrars");
    }
    Plan plan = admitted(in, KeyEvent::Registrars);
    plan.write = [entry = RegistrarsEntry{in.hash, std::move(record)}, index = in.moment.next](
                     storage::Txn& txn) { return put_registrars(txn, entry, index); };
    return plan;
}

Result<Plan> decide_office(const RecordCase& in) {
    const auto registrars = CHAPAR_TRY(registrars_in_force(in));
    auto record = CHAPAR_TRY(crypto::open_office(in.record, registrars));
    const auto last = CHAPAR_TRY(read_office(in.txn, record.office));
    // An office's name is one name for everybody: no other agency may take it over.
    if (last && last->record.agency != record.agency) return Error(Errc::RecordRefused, "office");
    CHAPAR_TRY(must_follow(hash_of(last), record.previous));
    Plan plan = admitted(in, KeyEvent::Office);
    plan.write = [entry = OfficeEntry{in.hash, std::move(record)}, index = in.moment.next](
                     storage::Txn& txn) { return put_office(txn, entry, index); };
    return plan;
}

Result<Plan> decide_policy_record(const RecordCase& in) {
    const auto registrars = CHAPAR_TRY(registrars_in_force(in));
    auto record = CHAPAR_TRY(crypto::open_policy(in.record, registrars));
    const auto last = CHAPAR_TRY(read_policy(in.txn, record.agency));
    const std::uint32_t due = last ? last->record.version + 1 : 1;
    if (record.version != due) return Error(Errc::RecordSequence);
    CHAPAR_TRY(must_follow(hash_of(last), as_hash(record.previous)));
    Plan plan = admitted(in, crypto::LeafKind::Policy, crypto::kNoEvent);
    plan.drafts.front().readers =
        EntryReaders{record.agency, record.agency, crypto::RetentionClass::Longer};
    plan.write = [entry = PolicyEntry{PolicyHash{in.hash.bytes}, std::move(record)},
                  index = in.moment.next](storage::Txn& txn) {
        return put_policy(txn, entry, index);
    };
    return plan;
}

// The agencies it names need not be in the directory: fingerprints may be exchanged before they
// join.
Result<Plan> decide_peers(const RecordCase& in) {
    const auto registrars = CHAPAR_TRY(registrars_in_force(in));
    auto record = CHAPAR_TRY(crypto::open_peers(in.record, registrars));
    const auto last = CHAPAR_TRY(read_peers(in.txn, record.agency));
    const std::uint32_t due = last ? last->record.version + 1 : 1;
    if (record.version != due) return Error(Errc::RecordSequence);
    CHAPAR_TRY(must_follow(hash_of(last), record.previous));
    Plan plan = admitted(in, KeyEvent::Peers);
    plan.write = [entry = PeersEntry{in.hash, std::move(record)}, index = in.moment.next](
                     storage::Txn& txn) { return put_peers(txn, entry, index); };
    return plan;
}

}  // namespace chapar::broker
