#include "broker/core/replay_given.h"

#include <algorithm>

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

// A sealed entry that does not open. Which KEY entry its body names is
// committed to nowhere, so the leaf must bear it out.
class Unopened {
  public:
    Unopened(const crypto::Leaf& leaf, EntryIndex index, const RecordedKeys& keys)
        : leaf_(leaf), index_(index), month_(crypto::month_of(leaf.time)), keys_(keys) {}

    [[nodiscard]] bool is_own() const {
        return keys_.agency && (tagged(0, *keys_.agency) || tagged(1, *keys_.agency));
    }

    // Whether the bucket that this KEY entry opened was shredded, and could hold
    // the entry.
    [[nodiscard]] bool is_shredded(EntryIndex opened_by) const {
        if (opened_by >= index_) return false;
        const auto name = keys_.by_entry.find(opened_by);
        return name != keys_.by_entry.end() && accounted(name->second);
    }

  private:
    [[nodiscard]] bool accounted(const BucketId& name) const {
        const auto shred = keys_.shredded.find(name);
        const auto scope = keys_.scopes.find(name);
        return shred != keys_.shredded.end() && index_ < shred->second &&
               scope != keys_.scopes.end() && could_hold(scope->second);
    }

    [[nodiscard]] bool could_hold(const crypto::LedgerKeyScope& scope) const {
        if (scope.purpose() != crypto::LedgerKeyPurpose::Bucket || scope.month() != month_) {
            return false;
        }
        const bool one = scope.first() == scope.second();
        if (keys_.holder == KeyHolder::Centre) {
            return tagged(0, *scope.first()) && (one ? padded() : tagged(1, *scope.second()));
        }
        if (!keys_.agency) return true;
        const AgencyId& own = *keys_.agency;
        return tagged(0, own) == (scope.first() == own) &&
               tagged(1, own) == (!one && scope.second() == own);
    }

    [[nodiscard]] bool tagged(std::size_t slot, const AgencyId& agency) const {
        const auto* key = keys_.keys.find(crypto::LedgerKeyScope::tag(agency, month_));
        return key != nullptr && keys_.origin && slot < leaf_.tags.size() &&
               leaf_.tags[slot] == crypto::view_tag(*key, *keys_.origin, index_);
    }

    [[nodiscard]] bool padded() const {
        const auto* key = keys_.keys.find(crypto::LedgerKeyScope::pad());
        return key != nullptr && leaf_.tags.size() > 1 &&
               leaf_.tags[1] == crypto::pad_tag(*key, index_);
    }

    const crypto::Leaf& leaf_;
    EntryIndex index_;
    crypto::YearMonth month_;
    const RecordedKeys& keys_;
};

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
    // A KEY entry keeps its body, whatever becomes of its bucket.
    if (why == Errc::EntryShredded) return Closed::Unaccounted;
    if (entry.body.empty()) return Closed::Unaccounted;
    const auto opened_by = crypto::key_entry_of(entry.body);
    const auto leaf = crypto::Leaf::decode(entry.leaf);
    if (!opened_by || !leaf) return Closed::Unaccounted;
    const Unopened unopened(*leaf, index, keys);
    if (unopened.is_shredded(*opened_by)) return Closed::Shredded;
    const bool readable = keys.holder == KeyHolder::Centre || unopened.is_own();
    return readable ? Closed::Unaccounted : Closed::Foreign;
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
