#include "broker/core/ledger_read.h"

#include "broker/core/ledger_key_index.h"
#include "broker/core/ledger_proof.h"
#include "broker/core/ledger_tables.h"
#include "crypto/entry_body.h"

namespace chapar::broker {

namespace {

Result<ByteView> required(const storage::ReadTxn& txn, const storage::Table& table,
                          EntryIndex index) {
    const auto row = CHAPAR_TRY(txn.get(table, number_key(index.value)));
    if (!row) return Error(Errc::NotFound, "ledger entry");
    return *row;
}

// What an entry that is there refers to must be there too.
template <typename T>
Result<T> present(Result<T> found) {
    if (!found && found.error().code == Errc::NotFound) {
        return Error(Errc::LedgerDamaged, "an entry refers to one that is missing");
    }
    return found;
}

// The name of the key that a KEY entry opened.
Result<BucketId> key_name(const storage::ReadTxn& txn, EntryIndex index) {
    const crypto::Leaf leaf = CHAPAR_TRY(present(read_leaf(txn, index)));
    if (leaf.kind != crypto::LeafKind::Key) return Error(Errc::LedgerDamaged, "no KEY entry");
    const ByteView stored = CHAPAR_TRY(present(stored_body(txn, index)));
    const auto body = crypto::EntryBody::decode(leaf.kind, stored);
    if (!body || !body->record) return Error(Errc::LedgerDamaged, "body of a KEY entry");
    const auto record = crypto::LedgerKeyRecord::decode(*body->record);
    if (!record) return Error(Errc::LedgerDamaged, "KEY record");
    return record->scope.name();
}

Result<OpenedBody> open_sealed(const storage::ReadTxn& txn, const crypto::LedgerKeys& keys,
                               EntryIndex index, ByteView stored) {
    const auto opened_by = crypto::key_entry_of(stored);
    if (!opened_by) return Error(Errc::LedgerDamaged, "sealed body");
    const BucketId name = CHAPAR_TRY(key_name(txn, *opened_by));
    const crypto::Secret32* secret = keys.find(name);
    // Also while a crash has left the secret: the SHRED entry counts, not who still has a copy.
    if (CHAPAR_TRY(shred_entry(txn, name))) return Error(Errc::EntryShredded);
    if (secret == nullptr) return Error(Errc::LedgerKeyMissing);
    auto body = crypto::open_body(*secret, index, stored);
    if (!body) return Error(Errc::LedgerDamaged, "a sealed body does not open");
    return OpenedBody{std::move(body).value(), crypto::body_salt(*secret, index)};
}

}  // namespace

Result<ByteView> stored_leaf(const storage::ReadTxn& txn, EntryIndex index) {
    return required(txn, kLeafTable, index);
}

Result<ByteView> leaf_bytes(const storage::ReadTxn& txn, EntryIndex index) {
    const ByteView stored = CHAPAR_TRY(stored_leaf(txn, index));
    if (crypto::is_tombstone(stored)) return Error(Errc::EntryPruned);
    return stored;
}

Result<crypto::Leaf> read_leaf(const storage::ReadTxn& txn, EntryIndex index) {
    const ByteView bytes = CHAPAR_TRY(leaf_bytes(txn, index));
    auto leaf = crypto::Leaf::decode(bytes);
    if (!leaf || leaf->index != index) return Error(Errc::LedgerDamaged, "a leaf");
    return std::move(leaf).value();
}

Result<ByteView> stored_body(const storage::ReadTxn& txn, EntryIndex index) {
    return required(txn, kBodyTable, index);
}

Result<OpenedBody> open_entry(const storage::ReadTxn& txn, const crypto::LedgerKeys& keys,
                              EntryIndex index) {
    const crypto::Leaf leaf = CHAPAR_TRY(read_leaf(txn, index));
    const ByteView stored = CHAPAR_TRY(present(stored_body(txn, index)));
    OpenedBody opened = crypto::is_sealed(leaf.kind)
                            ? CHAPAR_TRY(open_sealed(txn, keys, index, stored))
                            : OpenedBody{to_bytes(stored), {}};
    if (crypto::body_commit(opened.salt, opened.body) != leaf.body_commit) {
        return Error(Errc::LedgerDamaged, "a body is not the one its leaf commits to");
    }
    return opened;
}

Result<ProvenEntry> prove_entry(const storage::ReadTxn& txn, const Frontier& frontier,
                                const crypto::LedgerKeys& keys, EntryIndex index, TreeSize size,
                                Body body) {
    ProvenEntry proven;
    proven.index = index;
    proven.path = CHAPAR_TRY(inclusion_path(txn, frontier, index, size));
    proven.leaf = to_bytes(CHAPAR_TRY(leaf_bytes(txn, index)));
    if (body == Body::Opened) proven.opened = CHAPAR_TRY(open_entry(txn, keys, index));
    return proven;
}

}  // namespace chapar::broker
