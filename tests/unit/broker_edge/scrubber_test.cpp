// The background scrub: its pace, what it finds, and what a broker does about it.
#include "broker/edge/scrubber.h"

#include <doctest/doctest.h>

#include "broker/core/ledger_tables.h"
#include "broker/core/tables.h"
#include "broker/edge/high_water.h"
#include "broker/edge/tick.h"
#include "storage/memory_store.h"
#include "tests/unit/broker_edge/restored.h"
#include "tests/unit/broker_edge/running_broker.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

namespace {

// A ledger of so many entries, with its high-water file.
struct Scrubbed {
    explicit Scrubbed(std::size_t entries) {
        const NodeKeys node = NodeKeys::read(centre.directory()).value();
        LedgerKeyFile file_of_keys =
            LedgerKeyFile::open(centre.directory() / "ledger.keys",
                                centre.directory() / "kek" / "ledger.kek", random)
                .value();
        Tick tick = Tick::open({store, file_of_keys, node.log, random, Capacity{10}}).value();
        std::vector<Operation> operations{{Stamp{now}, Found{node.manifest_record}}};
        while (operations.size() < entries) {
            operations.push_back({Stamp{now}, OpenEpoch{Hash{}, "one"}});
        }
        REQUIRE(tick.run(operations));
        HighWaterFile file(centre.directory() / "high-water", node.manifest.origin);
        REQUIRE(file.claim(HighWaterFile::Found::Nothing, {Hash{}, tick.signed_head().note}));
        size = tick.frontier().size();
    }
    // Changes one bit of it, or changes it back.
    void flip(const storage::Table& table, const auto& key) {
        const auto txn = store.begin_write().value();
        const auto found = txn->get(table, key).value();
        Bytes bytes(found->begin(), found->end());
        bytes.back() ^= std::byte{1};
        REQUIRE(txn->put(table, key, bytes));
        REQUIRE(std::move(*txn).commit());
    }

    TimeMs now{1795200000000};
    Centre centre{now};
    storage::MemoryStore store{store_tables()};
    FakeRandom random{3};
    crypto::LedgerKeys keys;  // none: no entry here is sealed
    TreeSize size;
};

// The whole walk, an hour at a time.
std::optional<std::string> walk(Scrubber& scrubber, TreeSize size) {
    for (std::uint64_t hour = 0; hour <= 24; ++hour) {
        if (auto damage = scrubber.work(size, kHour * hour).value()) return damage;
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("a walk is spread over a day, and comes past every tile") {
    Scrubbed scene(256 * 20 + 7);
    Scrubber scrubber(scene.store, scene.keys, scene.centre.directory());
    CHECK(count_tiles(scene.size) == 20);
    REQUIRE(scrubber.work(scene.size, DurationMs(0)));
    CHECK(scrubber.figures(scene.size, DurationMs(0)).checked == 1);
    REQUIRE(scrubber.work(scene.size, kHour * 12));
    CHECK(scrubber.figures(scene.size, kHour * 12).checked == 11);
    CHECK_FALSE(scrubber.figures(scene.size, kHour * 12).age);
    // Fails if a call may take as long as it likes.
    Scrubber late(scene.store, scene.keys, scene.centre.directory());
    REQUIRE(late.work(scene.size, DurationMs(0)));
    REQUIRE(late.work(scene.size, kDay));
    CHECK(late.figures(scene.size, kDay).checked == 1 + Scrubber::kTilesAtOnce);
    REQUIRE(scrubber.work(scene.size, kDay));
    CHECK(scrubber.figures(scene.size, kHour * 25).checked == 20);
    CHECK(scrubber.figures(scene.size, kHour * 25).age == kHour);
    // The next walk.
    REQUIRE(scrubber.work(scene.size, kHour * 25));
    CHECK(scrubber.figures(scene.size, kHour * 25).checked == 1);
}

TEST_CASE(
    "one changed bit of a leaf, a tile or a body is found and marked, and the mark goes with it") {
    Scrubbed scene(256 * 4);
    const auto mark = scene.centre.directory() / "ledger.damaged";
    const auto damages = [&](const storage::Table& table, const auto& key) {
        scene.flip(table, key);
        Scrubber scrubber(scene.store, scene.keys, scene.centre.directory());
        const auto damage = walk(scrubber, scene.size);
        // Fails if check() leaves out leaves, tiles, or bodies.
        REQUIRE(damage);
        CHECK(damage->starts_with("tile 0/2: "));
        Scrubber next(scene.store, scene.keys, scene.centre.directory());
        CHECK(next.known_damage(scene.size).value());
        scene.flip(table, key);
        CHECK_FALSE(next.known_damage(scene.size).value());
        CHECK_FALSE(std::filesystem::exists(mark));
        Scrubber clean(scene.store, scene.keys, scene.centre.directory());
        CHECK_FALSE(walk(clean, scene.size));
    };
    damages(kLeafTable, number_key(2 * 256 + 5));
    damages(kTileTable, TileName{0, 2}.key());
    damages(kBodyTable, number_key(2 * 256 + 255));
}

TEST_CASE("a broker whose scrub finds damage signs no more, nor after its next start") {
    Scrubbed scene(600);  // the newest tile is looked at by every start
    scene.flip(kLeafTable, number_key(5));
    FakeTime time(scene.now);
    {
        RunningBroker running(scene.centre, scene.store, time);
        wait_for(scene.centre, "state", "read-only");
        CHECK(figure(scene.centre.directory(), "not_signing").find("tile 0/0") !=
              std::string::npos);
        CHECK(figure(scene.centre.directory(), "stop") == "");
        AdminClient admin(scene.centre.directory() / "admin.sock");
        const auto answer = admin.ask(schemas::Publish{scene.centre.records().front()});
        CHECK(std::get<schemas::ErrorFrame>(answer).code == "read-only");
        REQUIRE(running.stop());
    }
    const std::string size = [&] {
        RunningBroker running(scene.centre, scene.store, time);
        // Fails if the mark is not read at the start: it would sign an EPOCH first.
        CHECK(figure(scene.centre.directory(), "state") == "read-only");
        return figure(scene.centre.directory(), "size");
    }();
    CHECK(size == "601");
    scene.flip(kLeafTable, number_key(5));
    RunningBroker running(scene.centre, scene.store, time);
    CHECK(figure(scene.centre.directory(), "state") == "running");
}
