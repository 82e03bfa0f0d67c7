#include "broker/core/replay_given.h"

#include "broker/core/core_state.h"
#include "broker/core/ledger_key_index.h"
#include "broker/core/ledger_tables.h"
#include "crypto/body_seal.h"

namespace chapar::broker {
namespace {

Status put_tile(storage::Txn& txn, const ClosedTile& tile) {
    Bytes bytes;
    bytes.reserve(kTileBytes);
    for (const Hash& node : tile.nodes) append(bytes, node.view());
    return txn.append(kTileTable, tile.name.key(), bytes);
}

// The name of a ledger key enters the table by which later entries find it.
Status index_key(storage::Txn& txn, EntryIndex index, const crypto::Leaf& leaf, ByteView stored) {
    if (leaf.kind != crypto::LeafKind::Key || stored.empty()) return Done{};
    const auto body = CHAPAR_TRY(crypto::EntryBody::decode(leaf.kind, stored));
    if (body.event != event_number(crypto::KeyEvent::Opened)) return Done{};
    const auto record = CHAPAR_TRY(crypto::LedgerKeyRecord::decode(*body.record));
    return put_key_entry(txn, record.scope.name(), index);
}

// Only messages are pruned, so a tombstone changes nothing that its successor takes over.
Result<Tip> tip_over(const Frontier& frontier, const RecordedEntry& entry) {
    if (crypto::is_tombstone(entry.leaf)) return frontier.tip();
    const auto leaf = CHAPAR_TRY(crypto::Leaf::decode(entry.leaf));
    const bool first = frontier.size().value == 0;
    if (leaf.index != frontier.next_index()) return Error(Errc::LeafInvalid, "index");
    if (!first && (leaf.time < frontier.tip().time || leaf.epoch < frontier.tip().epoch)) {
        return Error(Errc::LeafInvalid, "time or epoch before the newest leaf");
    }
    if (!first && leaf.last_dir != frontier.tip().last_directory) {
        return Error(Errc::LeafInvalid, "last_dir");
    }
    return tip_after(leaf);
}

Status append_one(storage::Txn& txn, Frontier& frontier, CompactRange& sealed,
                  const RecordedEntry& entry) {
    const EntryIndex index = frontier.next_index();
    const Tip tip = CHAPAR_TRY(tip_over(frontier, entry));
    const auto key = number_key(index.value);
    CHAPAR_TRY(txn.append(kLeafTable, key, entry.leaf));
    CHAPAR_TRY(txn.append(kBodyTable, key, entry.body));
    if (!crypto::is_tombstone(entry.leaf)) {
        const auto leaf = CHAPAR_TRY(crypto::Leaf::decode(entry.leaf));
        CHAPAR_TRY(index_key(txn, index, leaf, entry.body));
    }
    const Hash hash = crypto::stored_leaf_hash(entry.leaf);
    sealed.push(hash);
    for (const ClosedTile& tile : frontier.push(hash, tip)) CHAPAR_TRY(put_tile(txn, tile));
    return Done{};
}

}  // namespace

bool is_closed(Errc code) {
    return code == Errc::EntryPruned || code == Errc::EntryShredded ||
           code == Errc::LedgerKeyMissing;
}

Closed why_closed(const RecordedEntry& entry, EntryIndex index, Errc why,
                  const RecordedKeys& keys) {
    if (why == Errc::EntryPruned) {
        return index < keys.minimum ? Closed::Pruned : Closed::Unaccounted;
    }
    if (why == Errc::EntryShredded) {
        return keys.emptied.contains(index) ? Closed::Shredded : Closed::Unaccounted;
    }
    if (entry.body.empty()) return Closed::Unaccounted;
    const auto opened_by = crypto::key_entry_of(entry.body);
    if (!opened_by) return Closed::Unaccounted;
    const auto name = keys.by_entry.find(*opened_by);
    if (name != keys.by_entry.end()) {
        if (keys.shredded.contains(name->second)) return Closed::Shredded;
        return keys.holder != KeyHolder::Centre ? Closed::Foreign : Closed::Unaccounted;
    }
    // The KEY entry's own body is gone with the name in it.
    if (keys.emptied.contains(*opened_by)) return Closed::Shredded;
    return keys.holder != KeyHolder::Centre ? Closed::Foreign : Closed::Unaccounted;
}

Status append_given(storage::Txn& txn, Frontier& frontier, std::span<const RecordedEntry> entries,
                    std::optional<TimeMs> newest) {
    CompactRange sealed = frontier.sealed();
    for (const RecordedEntry& entry : entries) {
        CHAPAR_TRY(append_one(txn, frontier, sealed, entry));
    }
    const TimeMs held = CHAPAR_TRY(read_time(txn));
    const TimeMs time = newest.value_or(frontier.tip().time);
    if (time > held) CHAPAR_TRY(write_time(txn, time));
    CHAPAR_TRY(write_head(txn, {frontier.size(), frontier.root(), frontier.tip().epoch}));
    frontier.set_sealed(std::move(sealed));
    return Done{};
}

}  // namespace chapar::broker
