#include "client/core/directory_replica.h"

#include "client/core/directory_store.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"

namespace chapar::client {
namespace {

namespace store = directory_store;

// Everything that the check of one entry may need. Borrows.
struct Ingestion {
    storage::Txn& txn;
    const TrustCard& card;
    const OwnBundles& own;
    IngestReport& report;
    std::optional<EntryIndex> newest;  // directory entry held
};

Result<std::optional<EntryIndex>> newest_held(const storage::ReadTxn& txn) {
    const auto cursor = txn.cursor(tables::kDirectoryEntries);
    CHAPAR_TRY(cursor->seek_last());
    if (!cursor->at_record()) return std::optional<EntryIndex>();
    return std::optional(EntryIndex(number_at_end(cursor->key())));
}

// The entry stands next in the chain that last_dir makes.
Status check_chain(const Ingestion& in, const crypto::Leaf& leaf) {
    const EntryIndex expected = in.newest.value_or(EntryIndex(0));
    if (leaf.last_dir != expected) return Error(Errc::LeafInvalid, "last_dir");
    if (!in.newest && leaf.index != EntryIndex(0)) return Error(Errc::LeafInvalid, "first entry");
    if (in.newest && leaf.index <= *in.newest) return Error(Errc::LeafInvalid, "order");
    return Done{};
}

Result<crypto::AgencyRecord> agency_in_force(const Ingestion& in,
                                             const crypto::SignedRecord& record,
                                             EntryIndex position) {
    const AgencyId name = CHAPAR_TRY(crypto::agency_named_by(record));
    const auto found = CHAPAR_TRY(DirectoryView(in.txn).agency(name, position));
    if (!found) return Error(Errc::RecordRefused, name.text());
    return found->record;
}

Status ingest_device(Ingestion& in, const crypto::SignedRecord& record, EntryIndex index) {
    const auto agency = CHAPAR_TRY(agency_in_force(in, record, index));
    const auto device = CHAPAR_TRY(crypto::open_device(record, agency));
    const CertificateHash certificate = crypto::certificate_hash(record.body);
    CHAPAR_TRY(store::put(in.txn, tables::kDevices, certificate.view(), index, record));
    const Bytes office = name_key(device.request.request.office.text());
    return in.txn.put(tables::kOfficeDevices, numbered_key(office, index.value),
                      certificate.view());
}

Status ingest_key(Ingestion& in, const crypto::EntryBody& body, EntryIndex index) {
    if (body.event == crypto::event_number(crypto::KeyEvent::Opened)) return Done{};
    const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(*body.record));
    switch (static_cast<crypto::KeyEvent>(body.event)) {
        case crypto::KeyEvent::Agency: {
            const auto agency =
                CHAPAR_TRY(crypto::open_agency(record, in.card.manifest().centre_root));
            return store::put(in.txn, tables::kAgencies, name_key(agency.agency.text()), index,
                              record);
        }
        case crypto::KeyEvent::Office: {
            const auto agency = CHAPAR_TRY(agency_in_force(in, record, index));
            const auto office = CHAPAR_TRY(crypto::open_office(record, agency));
            return store::put(in.txn, tables::kOffices, name_key(office.office.text()), index,
                              record);
        }
        case crypto::KeyEvent::Device:
            return ingest_device(in, record, index);
        case crypto::KeyEvent::Revoke: {
            const auto agency = CHAPAR_TRY(agency_in_force(in, record, index));
            const auto revoke = CHAPAR_TRY(crypto::open_revoke(record, agency));
            return store::put(in.txn, tables::kRevocations, revoke.certificate.view(), index,
                              record);
        }
        case crypto::KeyEvent::Opened:
            break;
    }
    return Error(Errc::RecordRefused, "event");
}

Status ingest_founding(const Ingestion& in, const crypto::EntryBody& body) {
    const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(*body.record));
    if (record.type != crypto::RecordType::Manifest || record.body != in.card.record().body) {
        return Error(Errc::RecordRefused, "the ledger was founded for another centre");
    }
    return Done{};
}

// Bundles stand outside the chain: a missing one is possible, an older one is not.
Status ingest_bundle(Ingestion& in, const crypto::EntryBody& body, EntryIndex index) {
    const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(*body.record));
    if (record.type != crypto::RecordType::Bundle) return Error(Errc::RecordRefused, "type");
    const auto unverified = CHAPAR_TRY(crypto::PrekeyBundle::decode(record.body));
    const DirectoryView directory(in.txn);
    const auto device = CHAPAR_TRY(directory.device(unverified.certificate));
    if (!device) return Error(Errc::RecordRefused, "bundle of an unknown device");
    const auto bundle =
        CHAPAR_TRY(crypto::open_bundle(record, device->record.request.request.sign_key));
    const auto newest = CHAPAR_TRY(directory.newest_bundle(bundle.certificate));
    if (newest && newest->record.sequence >= bundle.sequence) return Error(Errc::BundleSequence);
    if (bundle.certificate == in.own.certificate && !in.own.made.contains(record.hash())) {
        in.report.foreign_bundles.push_back(record.hash());
    }
    return store::put(in.txn, tables::kBundles, bundle.certificate.view(), index, record);
}

Status ingest_meaning(Ingestion& in, const ProvenEntry& entry) {
    const crypto::EntryBody& body = *entry.body();
    switch (entry.leaf().kind) {
        case crypto::LeafKind::Admin:
            return ingest_founding(in, body);
        case crypto::LeafKind::Key:
            return ingest_key(in, body, entry.index());
        case crypto::LeafKind::Ladder:
            return ingest_bundle(in, body, entry.index());
        default:
            return Done{};  // TIME, EPOCH and the like: links of the chain, nothing more
    }
}

Status ingest_entry(Ingestion& in, const schemas::EntryProof& proof,
                    const crypto::Checkpoint& checkpoint) {
    const auto leaf_only = CHAPAR_TRY(ProvenEntry::verify_leaf(proof, checkpoint));
    const crypto::Leaf& leaf = leaf_only.leaf();
    if (leaf.kind == crypto::LeafKind::Message) return Error(Errc::LeafInvalid, "kind");
    CHAPAR_TRY(check_chain(in, leaf));
    if (!crypto::is_sealed(leaf.kind)) {
        const auto entry = CHAPAR_TRY(ProvenEntry::verify(proof, checkpoint));
        CHAPAR_TRY(ingest_meaning(in, entry));
    }
    if (crypto::is_directory(leaf.kind)) {
        CHAPAR_TRY(in.txn.put(tables::kDirectoryEntries, number_key(leaf.index.value), proof.leaf));
        in.newest = leaf.index;
    }
    ++in.report.entries;
    return put_number(in.txn, tables::kDirectoryState, view(store::kLedgerTime), leaf.time.value);
}

}  // namespace

Result<IngestReport> ingest(storage::Txn& txn, const TrustCard& card,
                            const crypto::Checkpoint& checkpoint,
                            std::span<const schemas::EntryProof> entries, EntryIndex next,
                            const OwnBundles& own) {
    const EntryIndex asked = CHAPAR_TRY(DirectoryView(txn).next());
    IngestReport report;
    report.next = next;
    Ingestion in{txn, card, own, report, CHAPAR_TRY(newest_held(txn))};
    EntryIndex least = asked;
    for (const schemas::EntryProof& proof : entries) {
        if (proof.index < least) return Error(Errc::LeafInvalid, "order");
        CHAPAR_TRY(ingest_entry(in, proof, checkpoint));
        least = proof.index.next();
    }
    if (next < least) return Error(Errc::LeafInvalid, "next");
    CHAPAR_TRY(put_number(txn, tables::kDirectoryState, view(store::kNextAsk), next.value));
    return report;
}

Status mark_synced(storage::Txn& txn, TimeMs time) {
    const TimeMs before = CHAPAR_TRY(DirectoryView(txn).synced_at());
    if (time <= before) return Done{};
    return put_number(txn, tables::kDirectoryState, view(store::kSyncedAt), time.value);
}

}  // namespace chapar::client
