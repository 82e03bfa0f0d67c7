// Records at rest: each is sealed under a random key of its own, and destroyed by destroying it.
//
// Owns: the sealed form of a record, and which slot of the slot file (slot_file.h) holds the key
// of which record, wrapped under the vault key of the device's keystore. Does not know the store
// that keeps the sealed records, nor its transactions, nor hide how long a record is. Resource
// type; one thread. Blocks on the disk: a slot is on the disk before seal() returns, hence before
// the record is committed, and it is zeros before purge() returns, hence before the row goes.
//
// After a crash or a transaction that was given up, a slot may be left without a record: the next
// keep_only() takes it back. A record may be left without its key: it answers RecordKeyGone, and
// is purged again.
//
// Errors: RecordKeyGone (destroyed, or the slot file was lost), RecordKeyDamaged (its slot does not
// open: this record only), OpenFailed (the record does not open under its key); those of SlotFile.
// Source: crypto/keystore.md, "Vault".
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "crypto/secret.h"
#include "crypto/slot_file.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

// Where a record stands: a record copied to another place does not open. Borrows.
struct RecordPlace {
    std::string_view table;  // 1..255 bytes
    ByteView key;
};

class Vault {
  public:
    static constexpr std::size_t kSlots = std::size_t{1} << 20;
    // What sealing adds to a record.
    static constexpr std::size_t kOverheadBytes = 8 + 32 + 24 + 16;

    Vault(Secret32 vault_key, std::unique_ptr<SlotFile> slots);

    // Under a fresh key in a fresh slot. An older record of this place keeps its own key until
    // purge() or keep_only(), so that a transaction may still be given up.
    [[nodiscard]] Result<Bytes> seal(const RecordPlace& place, ByteView plaintext, Random& random);
    // Under the key of `before`, a record of this place; no slot is written. For a record that is
    // added to: that key opens every version, so what is taken out of a record needs seal(). Errors
    // of open(), but nothing of `before` is opened.
    [[nodiscard]] Result<Bytes> seal_again(const RecordPlace& place, ByteView before,
                                           ByteView plaintext, Random& random);
    [[nodiscard]] Result<SecretBuffer> open(const RecordPlace& place, ByteView sealed);
    // Destroys the keys of all records ever sealed for this place. Cannot be undone by giving up
    // a transaction. Again, or for a place that has none: no change.
    [[nodiscard]] Status purge(const RecordPlace& place);

    // The same text, the same digest, to this vault alone: for a key of the store that must not say
    // what it stands for, however easily that is guessed. `use` keeps two uses apart.
    [[nodiscard]] Hash digest(std::string_view use, ByteView text) const;

    // The sealed records that the store holds, table by table.
    class LiveRecords {
      public:
        void add_table(std::string_view table) { tables_.push_back(table); }
        void add_record(ByteView sealed);

      private:
        friend class Vault;
        std::vector<std::string_view> tables_;
        std::set<SlotNumber> slots_;
    };
    // Destroys the keys that no record of these tables uses; those of other tables stay. How many.
    [[nodiscard]] Result<std::size_t> keep_only(const LiveRecords& live);

  private:
    using TableTag = std::array<std::byte, 8>;
    using PlaceTag = std::array<std::byte, 16>;
    struct Taken {
        TableTag table{};
        PlaceTag place{};
        bool readable = false;
    };
    [[nodiscard]] TableTag table_tag(std::string_view table) const;
    [[nodiscard]] PlaceTag place_tag(const RecordPlace& place) const;
    [[nodiscard]] Status load();
    void note(SlotNumber number, const Result<Slot>& slot);
    [[nodiscard]] Result<SlotNumber> take_slot();
    [[nodiscard]] Slot wrap(SlotNumber number, const RecordPlace& place, const Secret32& key,
                            Random& random) const;
    [[nodiscard]] Result<Secret32> unwrap(SlotNumber number, const Slot& slot) const;
    // The key of a record, which its commitment proves.
    [[nodiscard]] Result<Secret32> key_of(const RecordPlace& place, SlotNumber number,
                                          ByteView committed);
    [[nodiscard]] Status clear(SlotNumber number);

    Secret32 wrap_key_;
    Secret32 tag_key_;
    Secret32 digest_key_;
    std::unique_ptr<SlotFile> slots_;
    bool loaded_ = false;
    std::size_t count_ = 0;
    std::set<SlotNumber> free_;
    std::map<SlotNumber, Taken> taken_;
    std::multimap<PlaceTag, SlotNumber> by_place_;
};

}  // namespace chapar::crypto
