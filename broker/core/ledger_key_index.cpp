#include "broker/core/ledger_key_index.h"

#include "broker/core/ledger_tables.h"
#include "schemas/base/layout.h"

namespace chapar::broker {

using crypto::LedgerKeyScope;

EntryKeys keys_of(const EntryReaders& readers, TimeMs time) {
    const crypto::YearMonth month = crypto::month_of(time);
    const bool one_reader = readers.first == readers.second;
    return {LedgerKeyScope::bucket(readers.first, readers.second, readers.retention, month),
            LedgerKeyScope::tag(readers.first, month),
            one_reader ? LedgerKeyScope::pad() : LedgerKeyScope::tag(readers.second, month)};
}

namespace {

Result<std::optional<EntryIndex>> read_index(const storage::ReadTxn& txn,
                                             const storage::Table& table, const BucketId& name) {
    const auto row = CHAPAR_TRY(txn.get(table, name.view()));
    if (!row) return std::optional<EntryIndex>();
    LayoutReader reader(*row);
    const EntryIndex index(reader.u64());
    if (!reader.finish("bucket row")) {
        return Error(Errc::LedgerDamaged, std::string(table.name) + " row");
    }
    return std::optional(index);
}

}  // namespace

Result<std::optional<EntryIndex>> key_entry(const storage::ReadTxn& txn, const BucketId& name) {
    return read_index(txn, kBucketTable, name);
}

Result<std::optional<EntryIndex>> shred_entry(const storage::ReadTxn& txn, const BucketId& name) {
    return read_index(txn, kShreddedTable, name);
}

Status put_shred_entry(storage::Txn& txn, const BucketId& name, EntryIndex index) {
    return txn.put(kShreddedTable, name.view(), number_key(index.value));
}

Result<std::vector<BucketId>> shredded_keys(const storage::ReadTxn& txn) {
    std::vector<BucketId> all;
    const auto cursor = txn.cursor(kShreddedTable);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const auto name = BucketId::from(cursor->key());
        if (!name) return Error(Errc::LedgerDamaged, "shredded row");
        all.push_back(*name);
    }
    return all;
}

Result<std::optional<EntryIndex>> key_without_secret(const storage::ReadTxn& txn,
                                                     const crypto::LedgerKeys& keys) {
    std::optional<EntryIndex> first;
    const auto cursor = txn.cursor(kBucketTable);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const auto name = BucketId::from(cursor->key());
        if (!name) return Error(Errc::LedgerDamaged, "bucket row");
        if (keys.find(*name) != nullptr || CHAPAR_TRY(shred_entry(txn, *name))) continue;
        const auto index = CHAPAR_TRY(key_entry(txn, *name));
        if (!first || *index < *first) first = index;
    }
    return first;
}

Status put_key_entry(storage::Txn& txn, const BucketId& name, EntryIndex index) {
    if (CHAPAR_TRY(key_entry(txn, name))) return Error(Errc::AlreadyExists, "ledger key");
    return txn.put(kBucketTable, name.view(), number_key(index.value));
}

Result<const TickKeys::Opened*> TickKeys::find(const storage::ReadTxn& txn,
                                               const crypto::LedgerKeys& keys,
                                               const EntryReaders& readers, TimeMs time) {
    std::pair place(crypto::month_of(time), readers);
    if (const auto known = opened_.find(place); known != opened_.end()) return &known->second;
    const EntryKeys needed = keys_of(readers, time);
    Opened opened;
    opened.padded = needed.second_tag.purpose() == crypto::LedgerKeyPurpose::Pad;
    const auto open = [&](const LedgerKeyScope& scope, const crypto::Secret32*& secret) {
        const BucketId name = scope.name();
        secret = keys.find(name);
        return key_entry(txn, name);
    };
    const auto bucket = CHAPAR_TRY(open(needed.bucket, opened.bucket));
    const auto first = CHAPAR_TRY(open(needed.first_tag, opened.first_tag));
    const auto second = CHAPAR_TRY(open(needed.second_tag, opened.second_tag));
    // Both are needed: the secret, and the entry that commits to its copies.
    if (!bucket || !first || !second) return nullptr;
    if (!opened.bucket || !opened.first_tag || !opened.second_tag) return nullptr;
    opened.opened_by = *bucket;
    return &opened_.emplace(std::move(place), opened).first->second;
}

}  // namespace chapar::broker
