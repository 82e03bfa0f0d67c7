// Damage and levels: what a framed record detects, in both stores.
#include "storage/framing.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"
#include "storage/meta.h"
#include "tests/unit/storage/stores.h"

using namespace chapar;
using namespace chapar::storage;
using namespace chapar::storage::testing;

#define BOTH InMemory, OnDisk

static crypto::ChecksumKey key_of(const Store& store) {
    return read_meta(*begin_read(store)).value();
}

TEST_CASE("a framed record is the level, the checksum and the value, in this order") {
    crypto::ChecksumKey key;
    key.bytes.fill(std::byte{7});
    Bytes stored;
    to_stored(stored, key, kLetters, view("a"), view("alef"));
    // The example of storage/README.md, its checksum computed by another program.
    CHECK(to_hex(stored) == "01dd6a9b3f043124bd616c6566");
    to_stored(stored, key, kSealed, view("a"), view("alef"));
    CHECK(to_string(stored) == "alef");
}

TEST_CASE_TEMPLATE("every flipped bit of a framed record is found", Kit, BOTH) {
    Kit kit;
    keep(kit.store(), kLetters, "a", "alef");
    const Bytes good = stored_at(kit.store(), kLetters, "a");
    auto txn = begin_write(kit.store());
    const Table raw{kLetters.name, Framing::Raw};
    for (std::size_t bit = 0; bit < 8 * good.size(); ++bit) {
        Bytes bad = good;
        bad[bit / 8] ^= std::byte{1} << (bit % 8);
        REQUIRE(txn->put(raw, view("a"), bad));
        CHECK(errc_of(txn->get(kLetters, view("a"))) == Errc::StoreDamaged);
    }
    REQUIRE(txn->put(raw, view("a"), good));
    CHECK(text_at(*txn, kLetters, "a") == "alef");
}

TEST_CASE_TEMPLATE("a framed record that was cut short is found", Kit, BOTH) {
    Kit kit;
    keep(kit.store(), kLetters, "a", "alef");
    const Bytes good = stored_at(kit.store(), kLetters, "a");
    for (std::size_t size = 0; size < good.size(); ++size) {
        keep_stored(kit.store(), kLetters, "a", ByteView(good).first(size));
        CHECK(errc_of(begin_read(kit.store())->get(kLetters, view("a"))) == Errc::StoreDamaged);
    }
}

TEST_CASE_TEMPLATE("a record in another's place is found", Kit, BOTH) {
    Kit kit;
    keep(kit.store(), kLetters, "a", "alef");
    const Bytes good = stored_at(kit.store(), kLetters, "a");
    keep_stored(kit.store(), kLetters, "b", good);
    keep_stored(kit.store(), kNumbers, "a", good);
    const auto txn = begin_read(kit.store());
    CHECK(errc_of(txn->get(kLetters, view("b"))) == Errc::StoreDamaged);
    CHECK(errc_of(txn->get(kNumbers, view("a"))) == Errc::StoreDamaged);
    CHECK(text_at(*txn, kLetters, "a") == "alef");
}

TEST_CASE_TEMPLATE("a cursor reports a damaged record, does not show it, and can go on", Kit,
                   BOTH) {
    Kit kit;
    keep_keys(kit.store(), kLetters, {"a", "b", "c"});
    keep_stored(kit.store(), kLetters, "b", view("not a frame"));
    const auto txn = begin_read(kit.store());
    const auto cursor = txn->cursor(kLetters);
    REQUIRE(cursor->seek_first());
    CHECK(errc_of(cursor->next()) == Errc::StoreDamaged);
    CHECK_FALSE(cursor->at_record());
    REQUIRE(cursor->next());
    CHECK(to_string(cursor->key()) == "c");
    CHECK(errc_of(cursor->previous()) == Errc::StoreDamaged);
    REQUIRE(cursor->previous());
    CHECK(to_string(cursor->key()) == "a");
}

TEST_CASE_TEMPLATE("a record of a newer program is refused, not guessed at", Kit, BOTH) {
    Kit kit;
    Bytes newer;
    to_stored(newer, key_of(kit.store()), kLetters, view("a"), view("alef"), kRecordLevel + 1);
    keep_stored(kit.store(), kLetters, "a", newer);
    const auto txn = begin_read(kit.store());
    CHECK(errc_of(txn->get(kLetters, view("a"))) == Errc::VersionUnknown);
    CHECK(errc_of(txn->cursor(kLetters)->seek_first()) == Errc::VersionUnknown);
}

TEST_CASE_TEMPLATE("a raw record is given as it was stored", Kit, BOTH) {
    Kit kit;
    keep(kit.store(), kSealed, "a", "sealed");
    CHECK(to_string(stored_at(kit.store(), kSealed, "a")) == "sealed");
}

static Status reopen_with_level(auto& kit, std::uint32_t level) {
    Bytes stored;
    to_stored(stored, key_of(kit.store()), Table{kMetaTable.name, Framing::Framed}, view("level"),
              LayoutWriter().u32(level).bytes());
    keep_stored(kit.store(), kMetaTable, "level", stored);
    return kit.reopen();
}

TEST_CASE_TEMPLATE("a store of a newer program is not opened", Kit, BOTH) {
    Kit kit;
    REQUIRE(reopen_with_level(kit, kStoreLevel));
    CHECK(errc_of(reopen_with_level(kit, kStoreLevel + 1)) == Errc::VersionUnknown);
}

TEST_CASE_TEMPLATE("a store whose own records are damaged is not opened", Kit, BOTH) {
    for (const std::string_view record : {"level", "checksum-key"}) {
        Kit kit;
        Bytes bad = stored_at(kit.store(), kMetaTable, record);
        bad.back() ^= std::byte{1};
        keep_stored(kit.store(), kMetaTable, record, bad);
        CHECK(errc_of(kit.reopen()) == Errc::StoreDamaged);
    }
}

TEST_CASE_TEMPLATE("a store that lacks its own records is not opened", Kit, BOTH) {
    for (const std::string_view record : {"level", "checksum-key"}) {
        Kit kit;
        auto txn = begin_write(kit.store());
        REQUIRE(txn->erase(kMetaTable, view(record)));
        REQUIRE(commit(std::move(txn)));
        CHECK(errc_of(kit.reopen()) == Errc::StoreDamaged);
    }
}
