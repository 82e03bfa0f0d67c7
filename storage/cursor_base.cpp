#include "storage/cursor_base.h"

#include "schemas/base/limits.h"
#include "storage/framing.h"

namespace chapar::storage {

Status CursorBase::seek_first() {
    if (txn_.death) return *txn_.death;
    return arrive(find_first());
}

Status CursorBase::seek_last() {
    if (txn_.death) return *txn_.death;
    return arrive(find_last());
}

Status CursorBase::seek(ByteView key) {
    CHAPAR_ASSERT(key.size() <= limits::kStoreKeyBytes);
    if (txn_.death) return *txn_.death;
    return arrive(key.empty() ? find_first() : find_at_least(key));
}

Status CursorBase::seek_before(ByteView key) {
    CHAPAR_ASSERT(key.size() <= limits::kStoreKeyBytes);
    if (txn_.death) return *txn_.death;
    return arrive(key.empty() ? Found(std::nullopt) : find_before(key));
}

Status CursorBase::next() {
    if (txn_.death) return *txn_.death;
    CHAPAR_ASSERT(standing_ != Standing::Nowhere);
    const Since since = writes_at_arrival_ == txn_.writes ? Since::Unmoved : Since::Written;
    return arrive(find_after(key_, since));
}

Status CursorBase::previous() {
    if (txn_.death) return *txn_.death;
    CHAPAR_ASSERT(standing_ != Standing::Nowhere);
    return arrive(find_before(key_));
}

ByteView CursorBase::key() const {
    CHAPAR_ASSERT(at_record());
    return key_;
}

ByteView CursorBase::value() const {
    CHAPAR_ASSERT(at_record() && writes_at_arrival_ == txn_.writes);
    return value_;
}

Status CursorBase::arrive(Found found) {
    standing_ = Standing::Nowhere;
    const std::optional<Stored> stored = CHAPAR_TRY(std::move(found));
    if (!stored) return Done{};
    key_.assign(stored->key.begin(), stored->key.end());
    writes_at_arrival_ = txn_.writes;
    standing_ = Standing::AtFault;
    value_ = CHAPAR_TRY(from_stored(checksum_key_, table_, key_, stored->value));
    standing_ = Standing::AtRecord;
    return Done{};
}

}  // namespace chapar::storage
