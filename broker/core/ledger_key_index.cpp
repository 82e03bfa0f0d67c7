#include "broker/core/ledger_key_index.h"

#include <set>

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

Result<std::vector<LedgerKeyScope>> missing_keys(const storage::ReadTxn& txn,
                                                 const crypto::LedgerKeys& keys,
                                                 std::span<const EntryDraft> drafts) {
    std::set<LedgerKeyScope> missing;
    for (const EntryDraft& draft : drafts) {
        if (!draft.readers) continue;
        const EntryKeys needed = keys_of(*draft.readers, draft.body.time);
        for (const LedgerKeyScope* scope :
             {&needed.bucket, &needed.first_tag, &needed.second_tag}) {
            const BucketId name = scope->name();
            if (keys.find(name) == nullptr || !CHAPAR_TRY(key_entry(txn, name))) {
                missing.insert(*scope);
            }
        }
    }
    return std::vector<LedgerKeyScope>(missing.begin(), missing.end());
}

}  // namespace chapar::broker
