#include "client/core/mirror_search.h"

#include <algorithm>

#include "client/core/mirror_tables.h"
#include "client/core/store_keys.h"

namespace chapar::client {
namespace {

Bytes kind_key(std::uint16_t kind) { return LayoutWriter().u16(kind).take(); }

// The narrowest index that the query allows, and the prefix of its rows.
struct Walk {
    const storage::Table* table = &tables::kMirrorEntries;
    Bytes prefix;
};

Walk walk_of(const MirrorQuery& query) {
    if (query.case_id) return {&tables::kMirrorByCase, to_bytes(query.case_id->view())};
    if (query.refused) return {&tables::kMirrorRefused, {}};
    if (query.office) return {&tables::kMirrorByOffice, name_key(query.office->text())};
    if (query.kind) return {&tables::kMirrorByKind, kind_key(*query.kind)};
    return {};
}

bool fits(const MirrorQuery& query, const EntrySummary& entry) {
    if (query.case_id && entry.case_id != query.case_id) return false;
    if (query.kind && entry.message_kind != *query.kind) return false;
    if (query.refused && !entry.refused()) return false;
    return !query.office || std::ranges::find(entry.offices, *query.office) != entry.offices.end();
}

// The first index whose entry is not before `from`: times never fall from one entry to the next.
Result<std::uint64_t> first_at(const storage::ReadTxn& txn, TimeMs from) {
    const auto cursor = txn.cursor(tables::kMirrorEntries);
    CHAPAR_TRY(cursor->seek_last());
    if (!cursor->at_record()) return std::uint64_t{0};
    std::uint64_t low = 0;
    std::uint64_t high = number_at_end(cursor->key()) + 1;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        CHAPAR_TRY(cursor->seek(number_key(middle)));
        if (!cursor->at_record()) {
            high = middle;
            continue;
        }
        const EntryIndex index(number_at_end(cursor->key()));
        if (CHAPAR_TRY(EntrySummary::decode(index, cursor->value())).time < from) {
            low = index.value + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

}  // namespace

Result<MirrorPage> search_mirror(const storage::ReadTxn& txn, const MirrorQuery& query) {
    CHAPAR_ASSERT(query.limit >= 1);
    std::uint64_t start = query.after ? query.after->value + 1 : 0;
    if (query.from) start = std::max(start, CHAPAR_TRY(first_at(txn, *query.from)));
    const Walk walk = walk_of(query);
    MirrorPage page;
    const auto cursor = txn.cursor(*walk.table);
    CHAPAR_TRY(cursor->seek(numbered_key(walk.prefix, start)));
    for (; cursor->at_record() && starts_with(cursor->key(), walk.prefix);
         CHAPAR_TRY(cursor->next())) {
        const EntryIndex index(number_at_end(cursor->key()));
        auto entry = CHAPAR_TRY(mirror_entry(txn, index));
        if (!entry) return Error(Errc::StoreDamaged, "mirror.entry");
        if (query.to && entry->time >= *query.to) break;
        if (!fits(query, *entry)) continue;
        if (page.entries.size() == query.limit) {
            page.after = page.entries.back().index;
            break;
        }
        page.entries.push_back(std::move(*entry));
    }
    return page;
}

Status index_entry(storage::Txn& txn, const EntrySummary& summary) {
    const std::uint64_t index = summary.index.value;
    CHAPAR_TRY(txn.put(tables::kMirrorEntries, number_key(index), summary.encode()));
    for (const OfficeId& office : summary.offices) {
        CHAPAR_TRY(
            txn.put(tables::kMirrorByOffice, numbered_key(name_key(office.text()), index), {}));
    }
    if (summary.case_id) {
        CHAPAR_TRY(
            txn.put(tables::kMirrorByCase, numbered_key(summary.case_id->view(), index), {}));
    }
    if (summary.message_kind != 0) {
        CHAPAR_TRY(txn.put(tables::kMirrorByKind,
                           numbered_key(kind_key(summary.message_kind), index), {}));
    }
    if (!summary.refused()) return Done{};
    return txn.put(tables::kMirrorRefused, number_key(index), {});
}

}  // namespace chapar::client
