#include "client/core/mirror_keys.h"

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

// The agency that an AGENCY entry says has this audit key; empty if it is another entry.
Result<std::optional<AgencyId>> agency_with(const storage::ReadTxn& txn, EntryIndex index,
                                            const PublicKey& key) {
    const auto nothing = std::optional<AgencyId>();
    const ByteView row = CHAPAR_TRY(mirror_leaf(txn, index));
    const auto leaf = CHAPAR_TRY(crypto::Leaf::decode(row));
    if (leaf.kind != LeafKind::Key) return nothing;
    const auto body = CHAPAR_TRY(clear_body(txn, index, leaf.kind));
    if (!body || body->event != crypto::event_number(KeyEvent::Agency)) return nothing;
    const auto record = CHAPAR_TRY(crypto::SignedRecord::decode(*body->record));
    auto agency = CHAPAR_TRY(crypto::AgencyRecord::decode(record.body));
    return agency.audit_key == key ? std::optional(std::move(agency.agency)) : nothing;
}

// SHRED entries that name a bucket which no KEY entry with a body opened.
Result<bool> some_shred_is_unresolved(const storage::ReadTxn& txn) {
    const auto cursor = txn.cursor(tables::kMirrorShredded);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        if (!CHAPAR_TRY(txn.get(tables::kMirrorKeyNames, cursor->key()))) return true;
    }
    return false;
}

}  // namespace

Result<MirrorReader> find_reader(const storage::ReadTxn& txn, const TrustCard& card,
                                 const PublicKey& key) {
    if (card.manifest().centre_auditor == key) return MirrorReader{};
    const std::uint64_t size = CHAPAR_TRY(mirror_state(txn)).proven.size;
    if (size == 0) return Error(Errc::NotFound, "an empty mirror: chapar ledger sync");
    // The chain of directory entries, newest first.
    for (EntryIndex at(size - 1);;) {
        const ByteView row = CHAPAR_TRY(mirror_leaf(txn, at));
        if (crypto::is_tombstone(row)) {
            if (at.value == 0) break;
            at = EntryIndex(at.value - 1);
            continue;
        }
        if (auto agency = CHAPAR_TRY(agency_with(txn, at, key))) return MirrorReader{*agency};
        if (at.value == 0) break;
        at = CHAPAR_TRY(crypto::Leaf::decode(row)).last_dir;
    }
    return Error(Errc::NotFound, "an agency of this ledger with this audit key");
}

Status note_ledger_key(storage::Txn& txn, EntryIndex index, const crypto::LedgerKeyRecord& record) {
    const Bytes entry = number_key(index.value);
    CHAPAR_TRY(txn.put(tables::kMirrorKeys, entry, record.scope.encode()));
    const BucketId name = record.scope.name();
    if (CHAPAR_TRY(txn.get(tables::kMirrorKeyNames, name.view()))) return Done{};
    return txn.put(tables::kMirrorKeyNames, name.view(), entry);
}

Status note_shredded(storage::Txn& txn, EntryIndex index, const BucketId& bucket) {
    return txn.put(tables::kMirrorShredded, bucket.view(), number_key(index.value));
}

Result<bool> is_shredded(const storage::ReadTxn& txn, EntryIndex entry) {
    const auto record = CHAPAR_TRY(key_record(txn, entry));
    if (!record) return some_shred_is_unresolved(txn);
    const BucketId name = record->scope.name();
    return CHAPAR_TRY(txn.get(tables::kMirrorShredded, name.view())).has_value();
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
    const auto row = CHAPAR_TRY(txn.get(tables::kMirrorKeyNames, scope.name().view()));
    if (!row) return nullptr;
    return of_entry(txn, EntryIndex(number_at_end(*row)));
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
