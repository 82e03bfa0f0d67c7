#include "client/core/mirror_buckets.h"

#include "client/core/ledger_mirror.h"
#include "client/core/mirror_judge.h"
#include "client/core/mirror_keys.h"
#include "client/core/mirror_retention.h"
#include "client/core/mirror_tables.h"
#include "client/core/mirror_view.h"
#include "client/core/store_keys.h"
#include "schemas/base/layout.h"

namespace chapar::client {
namespace {

Result<std::uint64_t> entries_of(const storage::ReadTxn& txn, EntryIndex key_entry) {
    const auto row = CHAPAR_TRY(txn.get(tables::kMirrorBuckets, number_key(key_entry.value)));
    if (!row) return std::uint64_t{0};
    LayoutReader in(*row);
    const std::uint64_t count = in.u64();
    if (!in.finish("mirror.bucket")) return Error(Errc::StoreDamaged, "mirror.bucket");
    return count;
}

// One list's tools. Borrows all.
class Lister {
  public:
    Lister(const storage::ReadTxn& txn, const BucketQuery& query) : txn_(txn), query_(query) {}

    Result<BucketPage> list() {
        reader_ = CHAPAR_TRY(viewed_by(txn_));
        const Judged clear = CHAPAR_TRY(judged(txn_));
        minimum_ = clear.minimum;
        next_ = EntryIndex(clear.entries);
        BucketPage page;
        const auto cursor = txn_.cursor(tables::kMirrorKeys);
        CHAPAR_TRY(cursor->seek(number_key(query_.after ? query_.after->value + 1 : 0)));
        for (; cursor->at_record(); CHAPAR_TRY(cursor->next())) {
            const EntryIndex opened(number_at_end(cursor->key()));
            const auto scope = CHAPAR_TRY(crypto::LedgerKeyScope::decode(cursor->value()));
            if (scope.purpose() != crypto::LedgerKeyPurpose::Bucket) continue;
            auto row = CHAPAR_TRY(row_of(scope, opened));
            if (!row || (query_.choice == BucketChoice::Due && !row->is_due(query_.now))) continue;
            if (page.rows.size() == query_.limit) {
                page.after = page.rows.back().opened;
                break;
            }
            page.rows.push_back(std::move(*row));
        }
        return page;
    }

  private:
    // Empty for a bucket of others.
    Result<std::optional<BucketRow>> row_of(const crypto::LedgerKeyScope& scope,
                                            EntryIndex opened) {
        BucketRow row{{*scope.first(), *scope.second(), *scope.retention(), scope.month()},
                      opened,
                      std::nullopt,
                      {},
                      std::nullopt,
                      std::nullopt,
                      {}};
        const bool everybody = reader_.empty() || reader_ == "*";
        const bool own =
            row.bucket.sender.text() == reader_ || row.bucket.recipient.text() == reader_;
        if (!everybody && !own) return std::optional<BucketRow>();
        if (!reader_.empty()) row.viewed = CHAPAR_TRY(entries_of(txn_, opened));
        row.shreddable = crypto::shreddable_from(row.bucket);
        row.due = crypto::due_at(row.bucket);
        row.shredded = CHAPAR_TRY(shredded_at(txn_, scope.name()));
        if (!row.shredded) {
            row.holds = CHAPAR_TRY(holds_on(txn_, row.bucket, {opened, minimum_, next_}));
        }
        return std::optional(std::move(row));
    }

    const storage::ReadTxn& txn_;
    const BucketQuery& query_;
    std::string reader_;
    EntryIndex minimum_, next_;
};

}  // namespace

Status count_in_bucket(storage::Txn& txn, EntryIndex key_entry) {
    const std::uint64_t count = CHAPAR_TRY(entries_of(txn, key_entry));
    return txn.put(tables::kMirrorBuckets, number_key(key_entry.value), number_key(count + 1));
}

Result<BucketPage> list_buckets(const storage::ReadTxn& txn, const BucketQuery& query) {
    return Lister(txn, query).list();
}

}  // namespace chapar::client
