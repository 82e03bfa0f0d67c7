// What was sealed again: in no sum twice, in every sum once, and held up by nothing else.
#include "client/core/corrections.h"
#include "client/core/seizure_records.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "tests/unit/client/sender.h"

namespace chapar::testing {
namespace {

using client::ResealVerdict;

}  // namespace

// Fails if what went in the place of a refused one is taken for a copy: it would be in no sum.
TEST_CASE("an alert that went again is counted once, and a copy for another device not again") {
    World world;
    Sender sender(world);
    const auto counted = [&] {
        std::size_t records = 0;
        const auto left_out = reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
            return client::each_seizure(txn, world.device(world.tj), {},
                                        [&records](const client::SeizureRecord&) -> Status {
                                            ++records;
                                            return Done{};
                                        });
        });
        return std::pair(records, left_out.sent_again);
    };
    sender.refuse_by_entry(world.tj, sender.send(world.tj, World::alert({"AF-SKB-BLO"})),
                           Errc::BundleStale);
    const auto again = sender.reseal(world.tj);
    REQUIRE(again.size() == 1);
    must(sender.try_seal(world.tj, again.front()));
    sender.log(world.tj, again.front());
    CHECK(counted() == std::pair<std::size_t, std::uint64_t>(1, 0));

    Post second = world.make_device("AF-CNP", "AF-SKB-BLO");
    world.publish_bundle(second, world.now);
    world.sync(world.tj);
    const auto copy = sender.reseal(world.tj);
    REQUIRE(copy.size() == 1);
    must(sender.try_seal(world.tj, copy.front()));
    sender.log(world.tj, copy.front());
    CHECK(counted() == std::pair<std::size_t, std::uint64_t>(1, 1));
}

// Fails if the copy of a correction for a device that joined counts at its sender: a line of goods
// that it takes away would take the next one with it.
TEST_CASE("a correction that was sealed again for one device is applied once") {
    World world;
    Sender sender(world);
    const auto alert = world.item_of(world.tj, sender.logged(world.tj)).message;
    client::Draft correction = World::alert({"AF-SKB-BLO"});
    correction.options.supersedes = alert;
    correction.payload = schemas::Correction{alert, {{"arrests", "", "2"}}, "counted", {}};
    sender.logged(world.tj, correction);
    Post second = world.make_device("AF-CNP", "AF-SKB-BLO");
    world.publish_bundle(second, world.now);
    world.sync(world.tj);
    const auto copies = sender.reseal(world.tj);
    REQUIRE(copies.size() == 2);
    for (const auto copy : copies) {
        must(sender.try_seal(world.tj, copy));
        sender.log(world.tj, copy);
    }
    const auto known = reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
        return client::Corrections::read(txn, world.device(world.tj));
    });
    CHECK(known.of(alert, world.tj.office).size() == 1);
}

// Fails if what waits for a person counts towards what one call does by itself.
TEST_CASE("however much waits for a person, what goes by itself goes, and each can be named") {
    World world;
    Sender sender(world);
    constexpr std::size_t kMany = 66;
    client::Draft draft = World::alert({"AF-SKB-BLO"});
    draft.options.classification = schemas::Classification::Confidential;
    std::vector<client::OutboxNumber> lost;
    for (std::size_t i = 0; i < kMany; ++i) {
        lost.push_back(sender.logged(world.tj, draft));
        sender.hear(world.tj, lost.back(), world.af, crypto::DeliveryEvent::Unopenable,
                    client::statement_reason::kKeyGone);
    }
    const auto refused = sender.send(world.tj, World::alert({"AF-SKB-BLO"}));
    sender.refuse(world.tj, refused, Errc::BundleStale);
    CHECK(sender.needs(world.tj).size() == 65);
    CHECK(sender.reseal(world.tj).size() == 1);
    CHECK(world.item_of(world.tj, refused).reseal.instead.has_value());
    const auto named = in_txn(*world.tj.store, [&](storage::Txn& txn) {
        return client::add_reseals(txn, world.device(world.tj), ResealVerdict::NeedsConfirmation,
                                   lost.back(), world.now, world.random);
    });
    CHECK(named.size() == 1);
    // What the command asks before it shows and asks a person.
    const auto found = reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
        return client::find_reseals(txn, world.device(world.tj), world.now, lost[64]);
    });
    REQUIRE(found.size() == 1);
    CHECK(found.front().number == lost[64]);
}

// Fails if the first text that cannot be read ends the call: no exchange would end well any more.
TEST_CASE("an envelope whose text cannot be read keeps no other from being sealed again") {
    World world;
    Sender sender(world);
    std::vector<client::OutboxNumber> sent;
    for (int i = 0; i < 2; ++i) {
        sent.push_back(sender.send(world.tj, World::alert({"AF-SKB-BLO"})));
        sender.refuse(world.tj, sent.back(), Errc::BundleStale);
    }
    must(world.tj.vault->purge(
        {client::tables::kOutboxDrafts.name, client::number_key(sent.front().value)}));
    CHECK(sender.reseal(world.tj).size() == 1);
    CHECK(world.item_of(world.tj, sent.back()).reseal.instead.has_value());
    auto txn = must(world.tj.store->begin_write());
    CHECK_FALSE(client::add_reseals(*txn, world.device(world.tj), ResealVerdict::Automatic,
                                    sent.front(), world.now, world.random)
                    .has_value());
}

}  // namespace chapar::testing
