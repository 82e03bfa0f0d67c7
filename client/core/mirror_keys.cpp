#include "client/core/mirror_keys.h"

#include "client/core/directory_replica.h"
#include "client/core/ledger_mirror.h"
#include "client/core/mirror_tables.h"
#include "client/core/store_keys.h"
#include "crypto/certificate.h"

namespace chapar::client {
namespace {

using crypto::KeyEvent;
using crypto::LeafKind;

Result<std::optional<crypto::EntryBody>> clear_body(const storage::ReadTxn& txn, EntryIndex index,
                                                    LeafKind kind) {
    const ByteView stored = CHAPAR_TRY(mirror_body(txn, index));
    if (stored.empty()) return std::optional<crypto::EntryBody>();
    return std::optional(CHAPAR_TRY(crypto::EntryBody::decode(kind, stored)));
}

Result<std::optional<crypto::LedgerKeyRecord>> key_record(const storage::ReadTxn& txn,
                                                          EntryIndex entry) {
    const auto nothing = std::optional<crypto::LedgerKeyRecord>();
    const ByteView row = CHAPAR_TRY(mirror_leaf(txn, entry));
    if (crypto::is_tombstone(row)) return nothing;
    const auto leaf = CHAPAR_TRY(crypto::Leaf::decode(row));
    if (leaf.kind != LeafKind::Key) return nothing;
    const auto body = CHAPAR_TRY(clear_body(txn, entry, leaf.kind));
    if (!body || body->event != crypto::event_number(KeyEvent::Opened)) return nothing;
    return std::optional(CHAPAR_TRY(crypto::LedgerKeyRecord::decode(*body->record)));
}

Result<std::optional<EntryIndex>> entry_of(const storage::ReadTxn& txn, const storage::Table& table,
                                           const BucketId& name) {
    const auto row = CHAPAR_TRY(txn.get(table, name.view()));
    if (!row) return std::optional<EntryIndex>();
    return std::optional(EntryIndex(number_at_end(*row)));
}

}  // namespace

Result<MirrorReader> find_reader(const storage::ReadTxn& txn, const TrustCard& card,
                                 const PublicKey& key) {
    if (card.manifest().centre_auditor == key) return MirrorReader{};
    const std::uint64_t size = CHAPAR_TRY(mirror_state(txn)).proven.size;
    if (size == 0) return Error(Errc::NotFound, "an empty mirror: chapar ledger sync");
    std::optional<Logged<crypto::AgencyRecord>> newest;
    const auto cursor = txn.cursor(tables::kAgencies);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const EntryIndex index(number_at_end(cursor->key()));
        const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(cursor->value()));
        auto agency = CHAPAR_TRY(crypto::AgencyRecord::decode(record.body));
        if (agency.audit_key != key) continue;
        // No broker admits such a record: one of the two is made up, and which is not to be seen.
        if (newest && newest->record.agency != agency.agency) {
            return Error(Errc::RecordRefused, "two agencies with one audit key");
        }
        if (newest && index < newest->index) continue;
        newest = {index, std::move(agency)};
    }
    if (newest) return MirrorReader{std::move(newest->record.agency)};
    return Error(Errc::NotFound, "an agency of this ledger with this audit key");
}

Status note_ledger_key(storage::Txn& txn, EntryIndex index, const crypto::LedgerKeyRecord& record) {
    const Bytes entry = number_key(index.value);
    const BucketId name = record.scope.name();
    if (CHAPAR_TRY(opened_by(txn, name))) {
        return Error(Errc::RecordSequence, "a ledger key that was opened before");
    }
    CHAPAR_TRY(txn.put(tables::kMirrorKeys, entry, record.scope.encode()));
    return txn.put(tables::kMirrorKeyNames, name.view(), entry);
}

Status note_shredded(storage::Txn& txn, EntryIndex index, const BucketId& bucket) {
    return txn.put(tables::kMirrorShredded, bucket.view(), number_key(index.value));
}

Result<std::optional<EntryIndex>> opened_by(const storage::ReadTxn& txn, const BucketId& name) {
    return entry_of(txn, tables::kMirrorKeyNames, name);
}

Result<std::optional<EntryIndex>> shredded_at(const storage::ReadTxn& txn, const BucketId& bucket) {
    return entry_of(txn, tables::kMirrorShredded, bucket);
}

Result<std::optional<crypto::LedgerKeyScope>> key_scope(const storage::ReadTxn& txn,
                                                        EntryIndex entry) {
    const auto row = CHAPAR_TRY(txn.get(tables::kMirrorKeys, number_key(entry.value)));
    if (!row) return std::optional<crypto::LedgerKeyScope>();
    return std::optional(CHAPAR_TRY(crypto::LedgerKeyScope::decode(*row)));
}

Result<bool> is_shredded(const storage::ReadTxn& txn, EntryIndex key_entry, EntryIndex after) {
    const auto scope = CHAPAR_TRY(key_scope(txn, key_entry));
    if (!scope || scope->purpose() != crypto::LedgerKeyPurpose::Bucket) return false;
    const auto shredded = CHAPAR_TRY(shredded_at(txn, scope->name()));
    return shredded && *shredded > after;
}

Result<const crypto::Secret32*> MirrorSecrets::of_entry(const storage::ReadTxn& txn,
                                                        EntryIndex entry) {
    auto held = secrets_.find(entry);
    if (held == secrets_.end()) {
        std::optional<crypto::Secret32> secret;
        if (const auto record = CHAPAR_TRY(key_record(txn, entry))) {
            CHAPAR_TRY(crypto::reserve_secrets(1));
            auto opened = crypto::open_ledger_key(*record, audit_key_);
            if (opened) secret.emplace(std::move(opened).value());
        }
        held = secrets_.emplace(entry, std::move(secret)).first;
    }
    return held->second ? &*held->second : nullptr;
}

Result<const crypto::Secret32*> MirrorSecrets::of_scope(const storage::ReadTxn& txn,
                                                        const crypto::LedgerKeyScope& scope) {
    const auto entry = CHAPAR_TRY(opened_by(txn, scope.name()));
    if (!entry) return nullptr;
    return of_entry(txn, *entry);
}

Result<std::vector<OpenedKey>> MirrorSecrets::opened(const storage::ReadTxn& txn, EntryIndex from,
                                                     std::size_t most) {
    std::vector<OpenedKey> out;
    const auto cursor = txn.cursor(tables::kMirrorKeys);
    CHAPAR_TRY(cursor->seek(number_key(from.value)));
    for (; cursor->at_record() && out.size() < most; CHAPAR_TRY(cursor->next())) {
        const EntryIndex entry(number_at_end(cursor->key()));
        const crypto::Secret32* secret = CHAPAR_TRY(of_entry(txn, entry));
        if (secret == nullptr) continue;
        const auto record = CHAPAR_TRY(key_record(txn, entry));
        if (record) out.push_back({entry, record->scope, secret});
    }
    return out;
}

}  // namespace chapar::client
