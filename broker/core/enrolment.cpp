#include "broker/core/enrolment.h"

#include <algorithm>

#include "broker/core/agency_records.h"
#include "broker/core/carried.h"
#include "broker/core/device_records.h"
#include "broker/core/ledger_key_index.h"
#include "broker/core/retention_records.h"
#include "crypto/manifest.h"
#include "crypto/succession.h"

namespace chapar::broker {
namespace {

using crypto::LeafKind;
using crypto::RecordType;
using crypto::SignedRecord;

Result<Plan> decide_opened(const RecordCase& in) {
    switch (in.record.type) {
        case RecordType::Agency:
            return decide_agency(in);
        case RecordType::Registrars:
            return decide_registrars(in);
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
        case RecordType::Peers:
            return decide_peers(in);
        case RecordType::Suspend:
            return decide_suspend(in);
        case RecordType::Reinstate:
            return decide_reinstate(in);
        case RecordType::Shred:
            return decide_shred(in);
        case RecordType::Hold:
            return decide_hold(in);
        case RecordType::Prune:
            return decide_prune(in);
        case RecordType::Override:
            return decide_override(in);
        case RecordType::Manifest:
        case RecordType::Succession:
            break;  // only Found brings one
    }
    return Error(Errc::RecordRefused, "founding");
}

// What founds a ledger: a manifest, or the succession of a ledger that was closed. Of the latter
// the agencies' signatures are verified, but this ledger does not know their roots yet: chapard
// asked the old one before it closed it, and every reader asks the directory that follows.
Result<std::pair<Home, crypto::Manifest>> opened_founding(const SignedRecord& record) {
    if (record.type == RecordType::Succession) {
        auto succession = CHAPAR_TRY(crypto::open_succession(record));
        return std::pair{succession.record.new_home(), std::move(succession.new_ledger)};
    }
    auto manifest = CHAPAR_TRY(crypto::open_manifest(record));
    CHAPAR_TRY(crypto::founding_manifest(record));
    return std::pair{crypto::home_of(record.body), std::move(manifest)};
}

// A record with this hash is in the ledger already, whoever has signed this copy of it.
Result<Plan> decide_repeated(const RecordCase& in, EntryIndex entry) {
    if (in.record.type == RecordType::Suspend) return suspended_before(in, entry);
    return duplicate(in.hash, entry, 1);
}

}  // namespace

Result<Plan> decide_found(const storage::ReadTxn& txn, const Moment& moment, const Found& found) {
    const auto record = CHAPAR_TRY(SignedRecord::decode(found.manifest));
    const auto [home, manifest] = CHAPAR_TRY(opened_founding(record));
    if (CHAPAR_TRY(read_centre(txn)) || moment.next.value != 0) return Error(Errc::AlreadyExists);
    const Centre centre{home, manifest.ledger, manifest.centre_root, manifest.centre_auditor,
                        manifest.origin};
    const RecordCase in{txn, centre, moment, record, found.manifest, record.hash()};
    Plan plan = admitted(in, LeafKind::Admin, event_number(crypto::AdminEvent::Founded));
    plan.write = [centre](storage::Txn& out) { return write_centre(out, centre); };
    return plan;
}

Result<Plan> decide_epoch(const storage::ReadTxn& txn, const Centre& centre, const Moment& moment,
                          const OpenEpoch& start) {
    CHAPAR_TRY(check_carried(txn, centre, moment));
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
        if (!agency) return Error(Errc::StoreDamaged, "agency");
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
    const RecordCase in{txn, centre, moment, record, put.record, record.hash()};
    const auto entry = CHAPAR_TRY(entry_of_record(txn, in.hash));
    auto plan = entry ? decide_repeated(in, *entry) : decide_opened(in);
    if (plan || is_failure(plan.error().code)) return plan;
    return refusal(in.hash, plan.error());
}

}  // namespace chapar::broker
