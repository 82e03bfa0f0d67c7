#include "client/core/gossip.h"
#include "client/core/awaited_proofs.h"
#include "client/core/ledger_alarms.h"
#include "tests/unit/client/ledger_desk.h"

namespace chapar::testing {
namespace {

using client::Gossip;
using client::LedgerAlarmKind;

std::vector<client::LedgerAlarm> alarms_of(const Post& post) {
    return reading(*post.store,
                   [](const storage::ReadTxn& txn) { return client::ledger_alarms(txn); });
}
std::vector<client::OwedHead> owed_by_broker(const Post& post) {
    return reading(*post.store,
                   [](const storage::ReadTxn& txn) { return client::owed_heads(txn); });
}
// The broker answers for every head that is owed.
void settle(World& world, Post& post) {
    const auto head = world.accept_head(post);
    for (const auto& owed : owed_by_broker(post)) {
        in_txn(*post.store, [&](storage::Txn& txn) {
            return client::settle_named_heads(
                txn, world.ledger->proof(EntryIndex(owed.size.value - 1)), head, world.now);
        });
    }
}
Gossip heed(World& world, Post& post, const crypto::SeenHead& seen, EntryIndex logged) {
    return in_txn(*post.store, [&](storage::Txn& txn) {
        return client::heed_named_head(txn, {seen, world.tj.certificate, EnvelopeHash{}, logged},
                                       world.now);
    });
}

// What tj sees is not what af is shown: the same keys, other entries.
struct TwoLines {
    World shown_to_tj;
    World shown_to_af;
    client::OutboxBytes sent;
    std::vector<EntryIndex> at;

    TwoLines() {
        shown_to_tj.log_time();
        shown_to_af.now = shown_to_af.now + kSecond;
        shown_to_af.log_time();
        shown_to_tj.sync(shown_to_tj.tj);
        shown_to_af.sync(shown_to_af.af);
        const auto number = shown_to_tj.compose(shown_to_tj.tj, World::alert({"AF-SKB-BLO"}));
        sent = shown_to_tj.bytes_of(shown_to_tj.tj, number);
        // The operator logs it in the other history, and shows it there.
        at = shown_to_af.accept(shown_to_af.tj, sent);
    }
};

}  // namespace

// Fails if prefix_root() takes a right sibling, or leaves a left one out.
TEST_CASE("the path of an entry gives the root of the tree that ends with it") {
    std::vector<Hash> leaves;
    for (std::uint64_t size = 1; size <= 70; ++size) {
        leaves.push_back(crypto::leaf_hash(client::number_key(size)));
        const crypto::Tree tree(leaves);
        for (std::uint64_t i = 0; i < size; ++i) {
            const auto path = tree.inclusion_path(i);
            const auto root = client::prefix_root(leaves[i], i, size, path);
            REQUIRE(root.has_value());
            CHECK(*root == crypto::tree_root(std::span(leaves).first(i + 1)));
        }
    }
    CHECK_FALSE(client::prefix_root(leaves[3], 70, 70, {}).has_value());
    CHECK_FALSE(client::prefix_root(leaves[3], 3, 70, {}).has_value());
}

TEST_CASE("a sender's head on the recipient's own line is proven once, and then known") {
    World world;
    const auto number = world.compose(world.tj, World::alert({"AF-SKB-BLO"}));
    world.log_time();
    world.sync(world.af);
    const auto bytes = world.bytes_of(world.tj, number);
    const auto at = world.accept(world.tj, bytes);
    CHECK(world.receive(world.af, world.delivery(world.af, bytes, at)).reception ==
          client::Reception::Stored);
    settle(world, world.af);
    CHECK(owed_by_broker(world.af).empty());
    CHECK(alarms_of(world.af).empty());
    CHECK(heed(world, world.af, bytes.item.head.seen, at.front()) == Gossip::Agrees);
}

// Fails if open_and_keep() does not heed the head that the sender's batch names.
TEST_CASE("attack: two clients shown different histories find it with the first message") {
    TwoLines fork;
    World& world = fork.shown_to_af;
    const auto report = world.receive(world.af, world.delivery(world.af, fork.sent, fork.at));
    CHECK(report.reception == client::Reception::Stored);
    settle(world, world.af);
    const auto alarms = alarms_of(world.af);
    REQUIRE(alarms.size() == 1);
    CHECK(alarms.front().kind == LedgerAlarmKind::OtherHistory);
    const auto txn = must(world.af.store->begin_read());
    CHECK(error_of(client::may_send(*txn)) == Errc::ForkDetected);
}

// Fails if heed_named_head() does not look at the line that is known already.
TEST_CASE("attack: a head beside the known line is found without asking") {
    World world;
    const auto head = world.accept_head(world.af);
    world.log_time();
    CHECK(heed(world, world.af,
               {world.card().home(), LedgerNumber(1), head.size, crypto::leaf_hash(view("x"))},
               EntryIndex(head.size.value)) == Gossip::Contradicts);
    CHECK(alarms_of(world.af).front().kind == LedgerAlarmKind::OtherHistory);
}

// The fold of an honest broker answers HEAD_UNKNOWN; a dishonest one logs it all the same.
TEST_CASE("attack: an envelope with a made-up huge head changes nothing and is never asked for") {
    for (const std::uint64_t made_up : {std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
        LedgerDesk desk(Policy::None);
        World& world = desk.world;
        world.sync(world.af);
        const auto number = world.compose(world.af, World::alert({"TJ-NPJ-BLO"}));
        auto bytes = world.bytes_of(world.af, number);
        const auto hash = crypto::envelope_hash(bytes.statement);
        bytes.item = crypto::sign_envelopes({world.card().home(), LedgerNumber(1),
                                             TreeSize(made_up), crypto::leaf_hash(view("x"))},
                                            {&hash, 1}, world.af.key)
                         .item(0);
        const auto held = desk.held();
        desk.broker.deliver(world.delivery(desk.post, bytes, world.accept(world.af, bytes)));
        const auto reports = must(desk.line.take_deliveries(kSecond));
        REQUIRE(reports.size() == 1);
        CHECK(reports.front().reception == client::Reception::Refused);
        CHECK(reports.front().problem->code == Errc::HeadUnknown);
        must(desk.line.sync_directory());
        CHECK(desk.asks() == 0);
        CHECK(desk.has(LedgerAlarmKind::HeadBeyond));
        CHECK(reading(desk.store, [](const storage::ReadTxn& txn) {
                  return client::evidence(txn);
              }).empty());
        CHECK(desk.held().size.value < held.size.value + 10);
        desk.send({"AF-SKB-BLO"});  // and this device may send
    }
}

TEST_CASE("a broker that does not prove a sender's head in 60 seconds is told of, until it does") {
    LedgerDesk desk(Policy::None);
    World& world = desk.world;
    desk.broker.prover.silent = true;
    world.sync(world.af);
    world.log_time();
    world.sync(world.af);
    world.log_time();
    const auto number = world.compose(world.af, World::alert({"TJ-NPJ-BLO"}));
    const auto bytes = world.bytes_of(world.af, number);
    desk.broker.deliver(world.delivery(desk.post, bytes, world.accept(world.af, bytes)));
    must(desk.line.take_deliveries(kSecond));
    must(desk.line.sync_directory());
    CHECK_FALSE(desk.has(LedgerAlarmKind::HeadUnproven));
    world.pass(kMinute);
    must(desk.line.sync_directory());
    CHECK(desk.has(LedgerAlarmKind::HeadUnproven));
    desk.broker.prover.silent = false;
    must(desk.line.sync_directory());
    CHECK_FALSE(desk.has(LedgerAlarmKind::HeadUnproven));
}

TEST_CASE("what a broker owes for made-up roots is bounded") {
    World world;
    world.log_time();
    for (std::uint64_t i = 0; i < client::kOwedHeads + 100; i += 100) {
        in_txn(*world.af.store, [&](storage::Txn& txn) -> Status {
            for (std::uint64_t j = i; j < i + 100; ++j) {
                CHAPAR_TRY(
                    client::heed_named_head(txn,
                                            {{world.card().home(), LedgerNumber(1), TreeSize(1),
                                              crypto::leaf_hash(client::number_key(j))},
                                             world.tj.certificate,
                                             EnvelopeHash{},
                                             EntryIndex(5)},
                                            world.now));
            }
            return Done{};
        });
    }
    CHECK(owed_by_broker(world.af).size() <= client::kOwedHeads);
}

}  // namespace chapar::testing
