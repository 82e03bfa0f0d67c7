// Random operations on both stores at once: every answer and every state must be the same.
#include <random>

#include "storage/compare.h"
#include "tests/unit/storage/stores.h"

using namespace chapar;
using namespace chapar::storage;
using namespace chapar::storage::testing;

namespace {

class Twins {
  public:
    explicit Twins(std::uint64_t seed) : random_(seed) {}

    void run(int transactions) {
        for (int n = 0; n < transactions; ++n) {
            transaction();
            if (n % 16 == 0) readers_ = {begin_read(memory_.store()), begin_read(disk_.store())};
            check_same(*begin_read(memory_.store()), *begin_read(disk_.store()));
            check_same(*readers_.first, *readers_.second);
            if (n % 40 == 39) restart();
        }
    }

  private:
    std::size_t below(std::size_t bound) {
        return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
    }
    const Table& any_table() { return kTables[below(std::size(kTables))]; }
    Bytes any_key() {
        Bytes key(1 + below(3));
        for (std::byte& b : key) b = static_cast<std::byte>(below(4) * 85);
        return key;
    }
    Bytes any_value() { return Bytes(below(8) == 0 ? below(9000) : below(60), std::byte{1}); }

    void transaction() {
        auto in_memory = begin_write(memory_.store());
        auto on_disk = begin_write(disk_.store());
        const Table& walked = any_table();
        const auto memory_cursor = in_memory->cursor(walked);
        const auto disk_cursor = on_disk->cursor(walked);
        for (std::size_t left = below(40); left > 0; --left) {
            if (below(3) == 0) {
                move(*memory_cursor, *disk_cursor);
            } else {
                write(*in_memory, *on_disk);
            }
        }
        if (below(4) == 0) return;
        CHECK(commit(std::move(in_memory)));
        CHECK(commit(std::move(on_disk)));
    }
    void write(Txn& in_memory, Txn& on_disk) {
        const Table& table = any_table();
        const Bytes key = any_key();
        if (below(3) == 0) {
            CHECK(in_memory.erase(table, key).value() == on_disk.erase(table, key).value());
        } else {
            const Bytes value = any_value();
            CHECK(in_memory.put(table, key, value));
            CHECK(on_disk.put(table, key, value));
        }
    }
    void move(Cursor& in_memory, Cursor& on_disk) {
        const Bytes key = any_key();
        const std::size_t kind = below(in_memory.at_record() ? 6 : 4);
        for (Cursor* cursor : {&in_memory, &on_disk}) {
            Status moved = Done{};
            switch (kind) {
                case 0:
                    moved = cursor->seek(key);
                    break;
                case 1:
                    moved = cursor->seek_before(key);
                    break;
                case 2:
                    moved = cursor->seek_first();
                    break;
                case 3:
                    moved = cursor->seek_last();
                    break;
                case 4:
                    moved = cursor->next();
                    break;
                default:
                    moved = cursor->previous();
                    break;
            }
            REQUIRE(moved);
        }
        REQUIRE(in_memory.at_record() == on_disk.at_record());
        if (!in_memory.at_record()) return;
        CHECK(equal(in_memory.key(), on_disk.key()));
        CHECK(equal(in_memory.value(), on_disk.value()));
    }
    static void check_same(const ReadTxn& in_memory, const ReadTxn& on_disk) {
        CHECK(digest(in_memory, kTables).value() == digest(on_disk, kTables).value());
    }
    void restart() {
        readers_ = {};
        REQUIRE(memory_.reopen());
        REQUIRE(disk_.reopen());
        readers_ = {begin_read(memory_.store()), begin_read(disk_.store())};
    }

    std::mt19937_64 random_;
    InMemory memory_;
    OnDisk disk_;
    std::pair<std::unique_ptr<ReadTxn>, std::unique_ptr<ReadTxn>> readers_;
};

}  // namespace

TEST_CASE("both stores answer every operation alike and end in the same state") {
    for (const std::uint64_t seed : {1, 2, 3}) {
        CAPTURE(seed);
        Twins(seed).run(120);
    }
}

TEST_CASE("the digest tells apart a key, a value, a table and a missing record") {
    const auto digest_of = [](const Table& table, std::string_view key, std::string_view value) {
        InMemory kit;
        if (!key.empty()) keep(kit.store(), table, key, value);
        return digest(*begin_read(kit.store()), kTables).value();
    };
    const Hash one = digest_of(kLetters, "a", "bc");
    CHECK(one == digest_of(kLetters, "a", "bc"));
    CHECK(one != digest_of(kLetters, "ab", "c"));
    CHECK(one != digest_of(kLetters, "a", "bd"));
    CHECK(one != digest_of(kNumbers, "a", "bc"));
    CHECK(one != digest_of(kLetters, "", ""));
}

TEST_CASE("the digest tells apart tables of the same contents") {
    InMemory kit;
    keep(kit.store(), kLetters, "a", "bc");
    keep(kit.store(), kNumbers, "a", "bc");
    const auto txn = begin_read(kit.store());
    const Table letters[] = {kLetters};
    const Table numbers[] = {kNumbers};
    CHECK(digest(*txn, letters).value() != digest(*txn, numbers).value());
}

TEST_CASE("the digest does not pass over damage") {
    InMemory kit;
    keep(kit.store(), kLetters, "a", "alef");
    keep_stored(kit.store(), kLetters, "a", view("rot"));
    CHECK(errc_of(digest(*begin_read(kit.store()), kTables)) == Errc::StoreDamaged);
}
