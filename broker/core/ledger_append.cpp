#include "broker/core/ledger_append.h"

#include "broker/core/ledger_key_index.h"
#include "crypto/body_seal.h"
#include "crypto/tree.h"
#include "schemas/base/limits.h"

namespace chapar::broker {

namespace {

// An entry as it is stored, without its leaf's place.
struct ProtectedBody {
    Bytes stored;
    Hash commit;
    std::vector<ViewTag> tags;
};

Result<const crypto::Secret32*> open_secret(const storage::ReadTxn& txn,
                                            const crypto::LedgerKeys& keys, const BucketId& name) {
    const crypto::Secret32* secret = keys.find(name);
    if (secret == nullptr || !CHAPAR_TRY(key_entry(txn, name))) {
        return Error(Errc::LedgerKeyMissing);
    }
    return secret;
}

Result<ProtectedBody> seal_entry(const storage::ReadTxn& txn, const EntryDraft& draft,
                                 EntryIndex index, ByteView body, const LedgerContext& context) {
    const EntryKeys needed = keys_of(*draft.readers, draft.body.time);
    const BucketId bucket = needed.bucket.name();
    const auto* bucket_key = CHAPAR_TRY(open_secret(txn, context.keys, bucket));
    const auto* first = CHAPAR_TRY(open_secret(txn, context.keys, needed.first_tag.name()));
    const auto* second = CHAPAR_TRY(open_secret(txn, context.keys, needed.second_tag.name()));
    const EntryIndex opened_by = *CHAPAR_TRY(key_entry(txn, bucket));

    const auto nonce = crypto::random_value<crypto::WideNonce>(context.nonces);
    const bool padded = needed.second_tag.purpose() == crypto::LedgerKeyPurpose::Pad;
    return ProtectedBody{crypto::seal_body(*bucket_key, opened_by, index, nonce, body),
                         crypto::body_commit(crypto::body_salt(*bucket_key, index), body),
                         {crypto::view_tag(*first, context.origin, index),
                          padded ? crypto::pad_tag(*second, index)
                                 : crypto::view_tag(*second, context.origin, index)}};
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

Status append_one(storage::Txn& txn, Frontier& frontier, const EntryDraft& draft,
                  const LedgerContext& context) {
    CHAPAR_ASSERT(draft.readers.has_value() == crypto::is_sealed(draft.kind));
    CHAPAR_TRY(check_succession(frontier, draft));
    CHAPAR_TRY(draft.body.check(draft.kind));
    const EntryIndex index = frontier.next_index();
    Bytes body = CHAPAR_TRY(draft.body.encode());

    ProtectedBody kept;
    if (draft.readers) {
        kept = CHAPAR_TRY(seal_entry(txn, draft, index, body, context));
    } else {
        kept.commit = crypto::body_commit(crypto::BodySalt{}, body);
        kept.stored = std::move(body);
    }
    const crypto::Leaf leaf{.kind = draft.kind,
                            .clock = draft.clock,
                            .epoch = draft.epoch,
                            .index = index,
                            .time = crypto::leaf_time(draft.body.time),
                            .last_dir = frontier.tip().last_directory,
                            .body_commit = kept.commit,
                            .tags = std::move(kept.tags)};
    const Bytes bytes = leaf.encode();
    const auto key = number_key(index.value);
    CHAPAR_TRY(txn.append(kLeafTable, key, bytes));
    CHAPAR_TRY(txn.append(kBodyTable, key, kept.stored));
    if (draft.kind == crypto::LeafKind::Key) CHAPAR_TRY(index_opened_key(txn, draft, index));
    for (const ClosedTile& tile : frontier.push(crypto::leaf_hash(bytes), tip_after(leaf))) {
        CHAPAR_TRY(put_tile(txn, tile));
    }
    return Done{};
}

}  // namespace

Tip tip_after(const crypto::Leaf& leaf) {
    return {crypto::is_directory(leaf.kind) ? leaf.index : leaf.last_dir, leaf.time, leaf.epoch};
}

Result<AppendedEntries> append_entries(storage::Txn& txn, Frontier& frontier,
                                       std::span<const EntryDraft> drafts,
                                       const LedgerContext& context) {
    const AppendedEntries appended{frontier.next_index(),
                                   static_cast<std::uint32_t>(drafts.size())};
    for (const EntryDraft& draft : drafts) {
        CHAPAR_TRY(append_one(txn, frontier, draft, context));
    }
    return appended;
}

}  // namespace chapar::broker
