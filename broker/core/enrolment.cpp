#include "broker/core/enrolment.h"

#include <algorithm>

#include "broker/core/directory.h"
#include "broker/core/ledger_key_index.h"
#include "crypto/manifest.h"

namespace chapar::broker {
namespace {

using crypto::LeafKind;
using crypto::RecordType;
using crypto::SignedRecord;

// Everything a record's decision looks at. Borrows.
struct Case {
    const storage::ReadTxn& txn;
    const Centre& centre;
    const Moment& moment;
    const SignedRecord& record;
    const Bytes& bytes;
    Hash hash;
};

// The plan of a record that is admitted: one entry that carries it.
Plan admitted(const Case& in, LeafKind kind, std::uint8_t event) {
    Plan plan;
    plan.outcome.about = in.hash;
    EntryDraft draft = draft_at(in.moment, kind, event);
    draft.body.record = in.bytes;
    add_draft(plan, in.moment, std::move(draft));
    return plan;
}

Status must_follow(const std::optional<Hash>& last, const Hash& previous) {
    if (previous != last.value_or(Hash{})) return Error(Errc::RecordSequence);
    return Done{};
}

enum class Need : std::uint8_t { Existing, InForce };

Result<crypto::AgencyRecord> signing_agency(const Case& in, Need need) {
    const AgencyId name = CHAPAR_TRY(crypto::agency_named_by(in.record));
    auto agency = CHAPAR_TRY(read_agency(in.txn, name));
    if (!agency) return Error(Errc::RecordRefused, "agency");
    if (need == Need::InForce && !agency->record.validity.holds(in.moment.time)) {
        return Error(Errc::CertificateExpired, "agency");
    }
    return std::move(agency->record);
}

Result<Plan> decide_agency(const Case& in) {
    auto record = CHAPAR_TRY(crypto::open_agency(in.record, in.centre.root));
    const auto last = CHAPAR_TRY(read_agency(in.txn, record.agency));
    CHAPAR_TRY(must_follow(last ? std::optional(last->hash) : std::nullopt, record.previous));
    Plan plan = admitted(in, LeafKind::Key, event_number(crypto::KeyEvent::Agency));
    plan.write = [entry = AgencyEntry{in.hash, std::move(record)}, index = in.moment.next](
                     storage::Txn& txn) { return put_agency(txn, entry, index); };
    return plan;
}

Result<Plan> decide_office(const Case& in) {
    const auto agency = CHAPAR_TRY(signing_agency(in, Need::InForce));
    auto record = CHAPAR_TRY(crypto::open_office(in.record, agency));
    const auto last = CHAPAR_TRY(read_office(in.txn, record.office));
    // An office's name is one name for everybody: no other agency may take it over.
    if (last && last->record.agency != record.agency) return Error(Errc::RecordRefused, "office");
    CHAPAR_TRY(must_follow(last ? std::optional(last->hash) : std::nullopt, record.previous));
    Plan plan = admitted(in, LeafKind::Key, event_number(crypto::KeyEvent::Office));
    plan.write = [entry = OfficeEntry{in.hash, std::move(record)}, index = in.moment.next](
                     storage::Txn& txn) { return put_office(txn, entry, index); };
    return plan;
}

Status keys_are_new(const storage::ReadTxn& txn, const crypto::DeviceRequest& request) {
    if (equal(request.sign_key.view(), request.curve_key.view())) return Error(Errc::KeyReused);
    if (CHAPAR_TRY(key_was_used(txn, request.sign_key.view())) ||
        CHAPAR_TRY(key_was_used(txn, request.curve_key.view()))) {
        return Error(Errc::KeyReused);
    }
    return Done{};
}

Result<Plan> decide_device(const Case& in) {
    const auto agency = CHAPAR_TRY(signing_agency(in, Need::InForce));
    auto record = CHAPAR_TRY(crypto::open_device(in.record, agency));
    const auto& request = record.request.request;
    const auto office = CHAPAR_TRY(read_office(in.txn, request.office));
    if (!office || office->record.agency != request.agency) {
        return Error(Errc::RecordRefused, "office");
    }
    if (record.validity.to <= in.moment.time) return Error(Errc::CertificateExpired, "device");
    if (!record.previous.is_zero()) {
        const auto last = CHAPAR_TRY(read_device(in.txn, CertificateHash{record.previous.bytes}));
        if (!last || last->record.request.request.agency != request.agency) {
            return Error(Errc::RecordSequence);
        }
    }
    CHAPAR_TRY(keys_are_new(in.txn, request));
    const CertificateHash hash{in.hash.bytes};
    Plan plan = admitted(in, LeafKind::Key, event_number(crypto::KeyEvent::Device));
    plan.outcome.effects.enrolled.push_back(hash);
    plan.write = [hash, entry = DeviceEntry{in.moment.next, std::nullopt, std::move(record)}](
                     storage::Txn& txn) { return put_device(txn, hash, entry); };
    return plan;
}

Result<Plan> decide_revoke(const Case& in) {
    // An agency out of its validity can still take its own keys back.
    const auto agency = CHAPAR_TRY(signing_agency(in, Need::Existing));
    const auto record = CHAPAR_TRY(crypto::open_revoke(in.record, agency));
    auto device = CHAPAR_TRY(read_device(in.txn, record.certificate));
    if (!device || device->record.request.request.agency != record.agency) {
        return Error(Errc::RecordRefused, "certificate");
    }
    if (device->revoked) return Error(Errc::AlreadyExists, "revocation");
    device->revoked = Revocation{record.reason, record.compromised_since, in.moment.next};
    Plan plan = admitted(in, LeafKind::Key, event_number(crypto::KeyEvent::Revoke));
    plan.outcome.effects.ended.push_back(record.certificate);
    plan.write = [entry = std::move(*device), name = record.certificate, hash = in.hash](
                     storage::Txn& txn) { return put_revocation(txn, name, entry, hash); };
    return plan;
}

// The device a bundle speaks for, before its signature is known to be right.
Result<CertificateHash> device_named_by(const SignedRecord& record) {
    return CHAPAR_TRY(crypto::PrekeyBundle::decode(record.body)).certificate;
}

Result<Plan> decide_bundle(const Case& in) {
    const auto name = CHAPAR_TRY(device_named_by(in.record));
    const auto owner = CHAPAR_TRY(in_force(in.txn, name, in.moment.time));
    const auto bundle =
        CHAPAR_TRY(crypto::open_bundle(in.record, owner.device.request.request.sign_key));
    const auto last = CHAPAR_TRY(newest_bundle(in.txn, name));
    const std::uint32_t due = last ? last->sequence + 1 : 1;
    if (bundle.sequence != due || bundle.previous != (last ? last->hash : Hash{})) {
        return Error(Errc::BundleSequence);
    }
    const std::uint64_t end = std::uint64_t{bundle.first_epoch.value} + bundle.epochs;
    if (end <= day_of(in.moment.time).value) return Error(Errc::BundleStale);
    const bool auditor = (owner.office.roles & crypto::office_role::kAuditor) != 0;
    if (bundle.keys_per_epoch > 1 && !auditor) return Error(Errc::RecordRefused, "keys per epoch");
    Plan plan = admitted(in, LeafKind::Ladder, crypto::kNoEvent);
    plan.write = [name, index = in.moment.next,
                  entry = BundleEntry{in.moment.time, in.hash, bundle.sequence, bundle.first_epoch,
                                      bundle.epochs, bundle.keep_days, bundle.keys_per_epoch}](
                     storage::Txn& txn) { return put_bundle(txn, name, entry, index); };
    return plan;
}

Result<Plan> decide_policy_record(const Case& in) {
    const auto agency = CHAPAR_TRY(signing_agency(in, Need::InForce));
    auto record = CHAPAR_TRY(crypto::open_policy(in.record, agency));
    const auto last = CHAPAR_TRY(read_policy(in.txn, record.agency));
    const std::uint32_t due = last ? last->record.version + 1 : 1;
    if (record.version != due || record.previous != (last ? last->hash : PolicyHash{})) {
        return Error(Errc::RecordSequence);
    }
    Plan plan = admitted(in, LeafKind::Policy, crypto::kNoEvent);
    plan.drafts.front().readers = EntryReaders{record.agency, record.agency};
    plan.write = [entry = PolicyEntry{PolicyHash{in.hash.bytes}, std::move(record)},
                  index = in.moment.next](storage::Txn& txn) {
        return put_policy(txn, entry, index);
    };
    return plan;
}

Result<Plan> decide_opened(const Case& in) {
    switch (in.record.type) {
        case RecordType::Agency:
            return decide_agency(in);
        case RecordType::Office:
            return decide_office(in);
        case RecordType::Device:
            return decide_device(in);
        case RecordType::Bundle:
            return decide_bundle(in);
        case RecordType::Revoke:
            return decide_revoke(in);
        case RecordType::Policy:
            return decide_policy_record(in);
        case RecordType::Manifest:
            break;  // only Found brings one
    }
    return Error(Errc::RecordRefused, "manifest");
}

}  // namespace

Result<Plan> decide_found(const storage::ReadTxn& txn, const Moment& moment, const Found& found) {
    const auto record = CHAPAR_TRY(SignedRecord::decode(found.manifest));
    const auto manifest = CHAPAR_TRY(crypto::open_manifest(record));
    if (CHAPAR_TRY(read_centre(txn)) || moment.next.value != 0) return Error(Errc::AlreadyExists);
    const Centre centre{crypto::home_of(record.body), manifest.ledger, manifest.centre_root,
                        manifest.centre_auditor, manifest.origin};
    const Case in{txn, centre, moment, record, found.manifest, record.hash()};
    Plan plan = admitted(in, LeafKind::Admin, event_number(crypto::AdminEvent::Founded));
    plan.write = [centre](storage::Txn& out) { return write_centre(out, centre); };
    return plan;
}

Result<Plan> decide_epoch(const Moment& moment, const OpenEpoch& start) {
    if (start.build.size() > limits::kBuildText) return Error(Errc::TooLarge, "build");
    Plan plan;
    EntryDraft draft = draft_at(moment, LeafKind::Epoch, crypto::kNoEvent);
    draft.epoch = moment.epoch.next();
    draft.body.nonce = start.nonce;
    draft.body.build = start.build;
    add_draft(plan, moment, std::move(draft));
    return plan;
}

Result<std::vector<PublicKey>> key_readers(const storage::ReadTxn& txn, const Centre& centre,
                                           const crypto::LedgerKeyScope& scope) {
    std::vector<PublicKey> readers{centre.auditor};
    for (const auto& name : {scope.first(), scope.second()}) {
        if (!name) continue;
        const auto agency = CHAPAR_TRY(read_agency(txn, *name));
        if (!agency) return Error(Errc::RecordRefused, "agency");
        if (std::ranges::find(readers, agency->record.audit_key) == readers.end()) {
            readers.push_back(agency->record.audit_key);
        }
    }
    return readers;
}

Result<Plan> decide_key(const storage::ReadTxn& txn, const Centre& centre, const Moment& moment,
                        const OpenKey& key) {
    const auto record = CHAPAR_TRY(crypto::LedgerKeyRecord::decode(key.record));
    const BucketId name = record.scope.name();
    if (const auto entry = CHAPAR_TRY(key_entry(txn, name))) {
        return duplicate(as_hash(name), *entry, 1);
    }
    const auto readers = CHAPAR_TRY(key_readers(txn, centre, record.scope));
    const auto same = [](const crypto::SealedKeyCopy& copy, const PublicKey& reader) {
        return copy.reader == reader;
    };
    if (!std::ranges::equal(record.copies, readers, same)) {
        return Error(Errc::RecordRefused, "copies");
    }
    Plan plan;
    plan.outcome.about = as_hash(name);
    EntryDraft draft = draft_at(moment, LeafKind::Key, event_number(crypto::KeyEvent::Opened));
    draft.body.record = key.record;
    add_draft(plan, moment, std::move(draft));
    return plan;
}

Result<Plan> decide_record(const storage::ReadTxn& txn, const Centre& centre, const Moment& moment,
                           const PutRecord& put) {
    const auto record = CHAPAR_TRY(SignedRecord::decode(put.record));
    const Case in{txn, centre, moment, record, put.record, record.hash()};
    if (const auto entry = CHAPAR_TRY(entry_of_record(txn, in.hash))) {
        return duplicate(in.hash, *entry, 1);
    }
    auto plan = decide_opened(in);
    if (plan || is_failure(plan.error().code)) return plan;
    return refusal(in.hash, plan.error());
}

}  // namespace chapar::broker
