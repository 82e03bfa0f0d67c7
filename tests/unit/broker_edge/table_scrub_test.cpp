// The scrub of the tables beside the ledger: that it comes past every row, slice by slice, and
// what it finds.
#include "broker/edge/table_scrub.h"

#include <doctest/doctest.h>

#include "storage/memory_store.h"
#include "tests/support/temporary_directory.h"

using namespace chapar;
using namespace chapar::broker;
using chapar::testing::TemporaryDirectory;

namespace {

constexpr storage::Table kStart{"first"};
constexpr storage::Table kSealed{"sealed", storage::Framing::Raw};
constexpr storage::Table kLast{"second"};

struct Scrubbed {
    explicit Scrubbed(int rows) {
        const auto txn = store.begin_write().value();
        for (int i = 0; i < rows; ++i) {
            const std::string key = std::to_string(100'000 + i);
            REQUIRE(txn->put(kStart, view(key), view(std::string("value"))));
            REQUIRE(txn->put(kLast, view(key), view(std::string("value"))));
        }
        REQUIRE(std::move(*txn).commit());
    }
    void flip(const storage::Table& table, const std::string& key) {
        const storage::Table raw{table.name, storage::Framing::Raw};
        const auto txn = store.begin_write().value();
        Bytes bytes = to_bytes(**txn->get(raw, view(key)));
        bytes.back() ^= std::byte{1};
        REQUIRE(txn->put(raw, view(key), bytes));
        REQUIRE(std::move(*txn).commit());
    }
    TableScrub scrub() { return {store, {kStart, kSealed, kLast}, folder.path()}; }
    // Until a walk has ended; how many slices it took.
    int walk(TableScrub& scrub, DurationMs from, std::optional<std::string>& damage) {
        for (int slices = 1;; ++slices) {
            damage = scrub.work(from).value();
            const auto age = scrub.age(from);
            if (damage || (age && age->value == 0)) return slices;
            REQUIRE(slices < 100);
        }
    }
    TemporaryDirectory folder;
    storage::MemoryStore store{std::vector<storage::Table>{kStart, kSealed, kLast}};
};

}  // namespace

// Fails if: a walk that has ended begins again at once, or never.
TEST_CASE("a walk takes slices, ends, and begins again a day later") {
    Scrubbed scene(1000);
    TableScrub scrub = scene.scrub();
    std::optional<std::string> damage;
    CHECK(scene.walk(scrub, DurationMs(5), damage) == 4);
    CHECK_FALSE(damage);
    REQUIRE(scrub.work(DurationMs(6)));
    CHECK(scrub.age(DurationMs(7))->value == 2);
    REQUIRE(scrub.work(DurationMs(5 + kDay.value)));
    CHECK(scrub.age(DurationMs(5 + kDay.value))->value == kDay.value);
}

// Fails if: a slice begins behind the row it has to look at, or a table is passed over.
TEST_CASE("one flipped bit is found in whichever row it is, and known at the next start") {
    Scrubbed scene(1000);
    for (const storage::Table& table : {kStart, kLast}) {
        for (const char* key : {"100000", "100511", "100512", "100513", "100999"}) {
            CAPTURE(table.name);
            CAPTURE(key);
            scene.flip(table, key);
            TableScrub scrub = scene.scrub();
            std::optional<std::string> damage;
            scene.walk(scrub, DurationMs(5), damage);
            REQUIRE(damage);
            CHECK(damage->starts_with("table " + std::string(table.name)));
            TableScrub later = scene.scrub();
            CHECK(later.known_damage().value().has_value());
            scene.flip(table, key);
            CHECK_FALSE(later.known_damage().value().has_value());
            CHECK_FALSE(std::filesystem::exists(scene.folder.path() / "tables.damaged"));
        }
    }
}

// Fails if: a walk stands still where its row was erased, or steps over the next one.
TEST_CASE("rows that come and go meanwhile do not lead a walk astray") {
    Scrubbed scene(1000);
    TableScrub scrub = scene.scrub();
    REQUIRE(scrub.work(DurationMs(5)));
    {
        const auto txn = scene.store.begin_write().value();
        REQUIRE(txn->erase(kStart, view(std::string("100511"))));
        REQUIRE(std::move(*txn).commit());
    }
    scene.flip(kStart, "100512");
    std::optional<std::string> damage;
    scene.walk(scrub, DurationMs(5), damage);
    CHECK(damage);
}
