#include "client/core/directory_replica.h"

#include "client/core/carried_over.h"
#include "client/core/directory_ingest.h"
#include "client/core/directory_store.h"
#include "client/core/ledger_alarms.h"
#include "client/core/store_keys.h"
#include "client/core/succession.h"
#include "client/core/tables.h"
#include "crypto/succession.h"

namespace chapar::client {
namespace {

namespace store = directory_store;
using directory_ingest::Acquaintance;
using directory_ingest::Ingestion;
using directory_ingest::Placed;

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

Status take_founding(const Ingestion& in, const Placed& placed) {
    const auto manifest = crypto::founding_manifest(placed.record);
    if (!manifest || *manifest != in.card.record().body) {
        return Error(Errc::RecordRefused, "the ledger was founded for another centre");
    }
    const auto approved = CHAPAR_TRY(approved_succession(in.txn, in.card.home()));
    if (approved && *approved != placed.record.hash()) {
        return Error(Errc::RecordRefused, "another succession than the one that was approved here");
    }
    return CarriedOver(in.txn, tables::kDirectoryState).begin(placed.record);
}

Status raise_not_carried(const Ingestion& in, const crypto::Leaf& leaf, std::uint64_t number,
                         std::string sentence) {
    return raise_alarm(in.txn, {LedgerAlarmKind::NotCarriedOver, number_key(number), leaf.time,
                                std::move(sentence)});
}

// Where the ledger's own time begins.
Status judge_carried(const Ingestion& in, const crypto::Leaf& leaf) {
    auto faults = CHAPAR_TRY(CarriedOver(in.txn, tables::kDirectoryState).faults_before(leaf));
    if (!crypto::can_be_carried(leaf)) {
        if (auto missing = CHAPAR_TRY(what_did_not_come(in.txn))) {
            faults.push_back(*std::move(missing));
        }
    }
    for (std::size_t i = 0; i < faults.size(); ++i) {
        CHAPAR_TRY(raise_not_carried(in, leaf, i, std::move(faults[i])));
    }
    return Done{};
}

Status take_key(Ingestion& in, const crypto::Leaf& leaf, const Placed& placed,
                crypto::KeyEvent event) {
    CHAPAR_TRY(directory_ingest::take_key_record(in, placed, event));
    CHAPAR_TRY(has_come(in.txn, placed.record));
    return CarriedOver(in.txn, tables::kDirectoryState).take(leaf, placed.time, placed.record);
}

Status take_meaning(Ingestion& in, const ProvenEntry& entry) {
    const crypto::EntryBody& body = *entry.body();
    const crypto::LeafKind kind = entry.leaf().kind;
    // TIME, EPOCH and the like, and keys of the ledger: links of the chain, nothing more.
    if (kind != crypto::LeafKind::Admin && kind != crypto::LeafKind::Key &&
        kind != crypto::LeafKind::Ladder) {
        return Done{};
    }
    if (kind == crypto::LeafKind::Key &&
        body.event == crypto::event_number(crypto::KeyEvent::Opened)) {
        return Done{};
    }
    // It lets a stopped ledger go on, and changes nothing in the directory.
    if (kind == crypto::LeafKind::Admin &&
        body.event == crypto::event_number(crypto::AdminEvent::Override)) {
        return Done{};
    }
    const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(*body.record));
    const Placed placed{record, entry.index(), body.time};
    switch (kind) {
        case crypto::LeafKind::Admin:
            return take_founding(in, placed);
        case crypto::LeafKind::Key:
            return take_key(in, entry.leaf(), placed, static_cast<crypto::KeyEvent>(body.event));
        default:
            return directory_ingest::take_bundle(in, placed);
    }
}

Status take_entry(Ingestion& in, const schemas::EntryProof& proof,
                  const crypto::Checkpoint& checkpoint) {
    const auto leaf_only = CHAPAR_TRY(ProvenEntry::verify_leaf(proof, checkpoint));
    const crypto::Leaf& leaf = leaf_only.leaf();
    if (leaf.kind == crypto::LeafKind::Message) return Error(Errc::LeafInvalid, "kind");
    CHAPAR_TRY(check_chain(in, leaf));
    if (crypto::is_directory(leaf.kind)) CHAPAR_TRY(judge_carried(in, leaf));
    if (!crypto::is_sealed(leaf.kind)) {
        const auto entry = CHAPAR_TRY(ProvenEntry::verify(proof, checkpoint));
        CHAPAR_TRY(take_meaning(in, entry));
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
                            const OwnDevice& own) {
    const DirectoryView held(txn);
    const EntryIndex asked = CHAPAR_TRY(held.next());
    const bool first = CHAPAR_TRY(held.synced_at()) == TimeMs(0);
    IngestReport report;
    report.next = next;
    Ingestion in{txn,
                 card,
                 own,
                 report,
                 CHAPAR_TRY(newest_held(txn)),
                 first ? Acquaintance::First : Acquaintance::Known};
    EntryIndex least = asked;
    for (const schemas::EntryProof& proof : entries) {
        if (proof.index < least) return Error(Errc::LeafInvalid, "order");
        CHAPAR_TRY(take_entry(in, proof, checkpoint));
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
