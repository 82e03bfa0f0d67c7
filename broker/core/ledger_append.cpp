#include "broker/core/ledger_append.h"

#include "crypto/body_seal.h"
#include "crypto/tree.h"
#include "schemas/base/limits.h"

namespace chapar::broker {

namespace {

// What the seal of an entry adds to it.
struct Seal {
    Bytes stored;
    crypto::BodySalt salt;
    std::vector<ViewTag> tags;
};

Result<Seal> seal_entry(const storage::ReadTxn& txn, const EntryDraft& draft, EntryIndex index,
                        ByteView body, const LedgerContext& context) {
    const TickKeys::Opened* keys =
        CHAPAR_TRY(context.open.find(txn, context.keys, *draft.readers, draft.body.time));
    if (keys == nullptr) return Error(Errc::LedgerKeyMissing);
    const auto nonce = crypto::random_value<crypto::WideNonce>(context.nonces);
    return Seal{crypto::seal_body(*keys->bucket, keys->opened_by, index, nonce, body),
                crypto::body_salt(*keys->bucket, index),
                {crypto::view_tag(*keys->first_tag, context.origin, index),
                 keys->padded ? crypto::pad_tag(*keys->second_tag, index)
                              : crypto::view_tag(*keys->second_tag, context.origin, index)}};
}

Status check_succession(const Frontier& frontier, const EntryDraft& draft) {
    if (frontier.size().value >= limits::kLedgerEntries) {
        return Error(Errc::LeafInvalid, "the ledger is full");
    }
    if (frontier.size().value == 0) return Done{};
    if (crypto::leaf_time(draft.body.time) < frontier.tip().time) {
        return Error(Errc::LeafInvalid, "time before the newest leaf");
    }
    if (draft.epoch < frontier.tip().epoch) {
        return Error(Errc::LeafInvalid, "epoch before the newest leaf");
    }
    return Done{};
}

Status put_tile(storage::Txn& txn, const ClosedTile& tile) {
    Bytes bytes;
    bytes.reserve(kTileBytes);
    for (const Hash& node : tile.nodes) append(bytes, node.view());
    return txn.append(kTileTable, tile.name.key(), bytes);
}

// REQUIRES: the draft is a KEY entry.
Status index_opened_key(storage::Txn& txn, const EntryDraft& draft, EntryIndex index) {
    if (draft.body.event != crypto::event_number(crypto::KeyEvent::Opened)) return Done{};
    if (!draft.body.record) return Error(Errc::MalformedLayout, "KEY record");
    const auto record = CHAPAR_TRY(crypto::LedgerKeyRecord::decode(*draft.body.record));
    return put_key_entry(txn, record.scope.name(), index);
}

Result<MadeEntry> append_one(storage::Txn& txn, Frontier& frontier, const EntryDraft& draft,
                             const LedgerContext& context) {
    CHAPAR_ASSERT(draft.readers.has_value() == crypto::is_sealed(draft.kind));
    CHAPAR_TRY(check_succession(frontier, draft));
    CHAPAR_TRY(draft.body.check(draft.kind));
    const EntryIndex index = frontier.next_index();
    Bytes body = CHAPAR_TRY(draft.body.encode());

    Seal seal;
    if (draft.readers) seal = CHAPAR_TRY(seal_entry(txn, draft, index, body, context));
    const crypto::Leaf leaf{.kind = draft.kind,
                            .clock = draft.clock,
                            .epoch = draft.epoch,
                            .index = index,
                            .time = crypto::leaf_time(draft.body.time),
                            .last_dir = frontier.tip().last_directory,
                            .body_commit = crypto::body_commit(seal.salt, body),
                            .tags = std::move(seal.tags)};
    Bytes bytes = leaf.encode();
    const auto key = number_key(index.value);
    CHAPAR_TRY(txn.append(kLeafTable, key, bytes));
    CHAPAR_TRY(txn.append(kBodyTable, key, draft.readers ? seal.stored : body));
    if (draft.kind == crypto::LeafKind::Key) CHAPAR_TRY(index_opened_key(txn, draft, index));
    for (const ClosedTile& tile : frontier.push(crypto::leaf_hash(bytes), tip_after(leaf))) {
        CHAPAR_TRY(put_tile(txn, tile));
    }
    return MadeEntry{index, std::move(bytes), {std::move(body), seal.salt}};
}

}  // namespace

Tip tip_after(const crypto::Leaf& leaf) {
    return {crypto::is_directory(leaf.kind) ? leaf.index : leaf.last_dir, leaf.time, leaf.epoch};
}

Result<AppendedEntries> append_entries(storage::Txn& txn, Frontier& frontier,
                                       std::span<const EntryDraft> drafts,
                                       const LedgerContext& context) {
    AppendedEntries appended{frontier.next_index(), static_cast<std::uint32_t>(drafts.size())};
    appended.made.reserve(drafts.size());
    for (const EntryDraft& draft : drafts) {
        appended.made.push_back(CHAPAR_TRY(append_one(txn, frontier, draft, context)));
    }
    return appended;
}

}  // namespace chapar::broker
