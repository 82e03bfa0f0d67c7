#include "tests/powercut/contents.h"

#include "broker/check.h"
#include "broker/core/tables.h"
#include "crypto/leaf.h"
#include "crypto/tree.h"

namespace chapar::powercut {
namespace {

storage::Table unchecked(const storage::Table& table) {
    return {table.name, storage::Framing::Raw};
}

bool is_checked(const storage::Table& table) { return table.framing == storage::Framing::Framed; }

}  // namespace

Result<Contents> Contents::of(const Reading& reading) {
    Contents out;
    for (const storage::Table& table : broker::store_tables()) {
        Records records;
        const auto cursor = reading.txn.cursor(table);
        for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
            Bytes key = to_bytes(cursor->key());
            const auto stored = CHAPAR_TRY(reading.txn.get(unchecked(table), key));
            CHAPAR_ASSERT(stored.has_value());
            records[std::move(key)] = {to_bytes(*stored), to_bytes(cursor->value())};
        }
        out.tables_.emplace_back(table, std::move(records));
    }
    out.root_ = reading.frontier.root();
    const TreeSize size = reading.frontier.size();
    for (std::uint64_t i = 0; i < size.value; ++i) {
        out.entries_.push_back(CHAPAR_TRY(
            broker::prove_entry(reading.txn, reading.frontier, reading.keys, EntryIndex(i), size)));
    }
    return out;
}

bool Contents::gives_other(const Reading& reading) const {
    return other_by_key(reading.txn) || other_in_walk(reading.txn) || other_entry(reading);
}

bool Contents::other_by_key(const storage::ReadTxn& txn) const {
    for (const auto& [table, records] : tables_) {
        if (!is_checked(table)) continue;
        for (const auto& [key, record] : records) {
            const auto found = txn.get(table, key);
            if (found && *found && !equal(**found, record.value)) return true;
        }
    }
    return false;
}

bool Contents::other_in_walk(const storage::ReadTxn& txn) const {
    for (const auto& [table, records] : tables_) {
        if (!is_checked(table)) continue;
        const auto cursor = txn.cursor(table);
        Status moved = cursor->seek_first();
        for (; !moved || cursor->at_record(); moved = cursor->next()) {
            if (!moved && !broker::is_damage(moved.error().code)) break;
            if (!moved) continue;  // refused; on past it, as a check goes
            const auto known = records.find(to_bytes(cursor->key()));
            if (known == records.end()) return true;
            if (!equal(cursor->value(), known->second.value)) return true;
        }
    }
    return false;
}

bool Contents::other_entry(const Reading& reading) const {
    const TreeSize size(entries_.size());
    if (reading.frontier.size() < size) return false;
    for (const broker::ProvenEntry& original : entries_) {
        const auto proven =
            broker::prove_entry(reading.txn, reading.frontier, reading.keys, original.index, size);
        if (!proven) continue;
        const bool taken =
            crypto::check_inclusion(crypto::leaf_hash(proven->leaf), original.index.value,
                                    size.value, proven->path, root_)
                .has_value();
        if (!taken) continue;
        if (!equal(proven->leaf, original.leaf) || proven->opened != original.opened) return true;
    }
    return false;
}

bool Contents::gives_other_unchecked(const storage::ReadTxn& txn) const {
    for (const auto& [table, records] : tables_) {
        for (const auto& [key, record] : records) {
            const auto found = txn.get(unchecked(table), key);
            if (found && *found && !equal(**found, record.stored)) return true;
        }
    }
    return false;
}

bool Contents::same(const storage::ReadTxn& txn) const {
    for (const auto& [table, records] : tables_) {
        for (const auto& [key, record] : records) {
            const auto found = txn.get(table, key);
            if (!found || !*found || !equal(**found, record.value)) return false;
        }
        const auto cursor = txn.cursor(table);
        auto expected = records.begin();
        Status moved = cursor->seek_first();
        for (; moved && cursor->at_record(); moved = cursor->next(), ++expected) {
            if (expected == records.end() || !equal(cursor->key(), expected->first) ||
                !equal(cursor->value(), expected->second.value)) {
                return false;
            }
        }
        if (!moved || expected != records.end()) return false;
    }
    return true;
}

}  // namespace chapar::powercut
