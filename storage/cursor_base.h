// What all cursors share: where they stand, and the check of every record they arrive at.
//
// Owns: the copy of the key the cursor stands at, and the value found there. Does not know how a
// record is searched for: an implementation answers the searches below. Not for callers of the
// store. Thread: its transaction's.
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/checksum.h"
#include "storage/store.h"

namespace chapar::storage {

// What a cursor must know of its transaction.
struct TxnState {
    std::uint64_t writes = 0;    // how many there were
    std::optional<Error> death;  // of a write
};

class CursorBase : public Cursor {
  public:
    // `checksum_key` and `txn` outlive the cursor's use.
    CursorBase(const Table& table, const crypto::ChecksumKey& checksum_key, const TxnState& txn)
        : table_(table), checksum_key_(checksum_key), txn_(txn) {}

    [[nodiscard]] Status seek_first() override;
    [[nodiscard]] Status seek_last() override;
    [[nodiscard]] Status seek(ByteView key) override;
    [[nodiscard]] Status seek_before(ByteView key) override;
    [[nodiscard]] Status next() override;
    [[nodiscard]] Status previous() override;
    [[nodiscard]] bool at_record() const override { return standing_ == Standing::AtRecord; }
    [[nodiscard]] ByteView key() const override;
    [[nodiscard]] ByteView value() const override;

  protected:
    struct Stored {
        ByteView key;
        ByteView value;  // in stored form
    };
    using Found = Result<std::optional<Stored>>;

    // `key` may have any length but 0, and may be a view into this cursor.
    virtual Found find_first() = 0;
    virtual Found find_last() = 0;
    virtual Found find_at_least(ByteView key) = 0;
    virtual Found find_before(ByteView key) = 0;
    // `key` is where the cursor stands. Unmoved: nothing was written since it arrived there.
    enum class Since : std::uint8_t { Unmoved, Written };
    virtual Found find_after(ByteView key, Since since) = 0;

    [[nodiscard]] const Table& table() const { return table_; }

  private:
    enum class Standing : std::uint8_t { Nowhere, AtRecord, AtFault };
    Status arrive(Found found);

    Table table_;
    const crypto::ChecksumKey& checksum_key_;
    const TxnState& txn_;
    Standing standing_ = Standing::Nowhere;
    Bytes key_;
    ByteView value_;
    std::uint64_t writes_at_arrival_ = 0;
};

}  // namespace chapar::storage
