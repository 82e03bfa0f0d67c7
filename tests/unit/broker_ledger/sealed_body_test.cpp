#include <doctest/doctest.h>

#include "tests/unit/broker_ledger/ledger_bench.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

const AgencyId kTajik = agency("TJ-DCA");
const AgencyId kUzbek = agency("UZ-NCC");

// A ledger whose newest entry is one message from kTajik to kUzbek.
struct OneMessage {
    LedgerBench bench;
    EntryIndex index;
    broker::EntryDraft draft = message_entry(kTajik, kUzbek);
    OneMessage() {
        REQUIRE(bench.open_keys_for({kTajik, kUzbek}).has_value());
        index = bench.frontier().next_index();
        REQUIRE(bench.tick(draft).has_value());
    }
};

broker::EntryKeys keys_between() { return broker::keys_of({kTajik, kUzbek}, kMidNovember2026); }

}  // namespace

TEST_CASE("a sealed body opens to what was drafted, under its leaf's commitment") {
    OneMessage one;
    const auto txn = one.bench.store().begin_read().value();
    const auto opened = broker::open_entry(*txn, one.bench.keys(), one.index).value();
    CHECK(opened.body == one.draft.body.encode().value());
    CHECK(!opened.salt.is_zero());
    const auto leaf = broker::read_leaf(*txn, one.index).value();
    CHECK(leaf.body_commit == crypto::body_commit(opened.salt, opened.body));
    CHECK(leaf.time == TimeMs(1'794'700'800'000));
}

TEST_CASE("a sealed body opens with no key but its bucket's") {
    OneMessage one;
    const auto txn = one.bench.store().begin_read().value();
    const BucketId bucket = keys_between().bucket.name();
    crypto::LedgerKeys others;
    FakeRandom random(99);
    CHECK(broker::open_entry(*txn, others, one.index).error().code == Errc::LedgerKeyMissing);
    others.add(keys_between().bucket, crypto::Secret32::random(random));
    CHECK(broker::open_entry(*txn, others, one.index).error().code == Errc::LedgerDamaged);
    one.bench.keys().forget(bucket);
    CHECK(broker::open_entry(*txn, one.bench.keys(), one.index).error().code ==
          Errc::LedgerKeyMissing);
}

TEST_CASE("a stored body that was exchanged does not pass its leaf's commitment") {
    OneMessage one;
    one.bench.flip(broker::kBodyTable, broker::number_key(one.index.value), 40);
    one.bench.flip(broker::kBodyTable, broker::number_key(0), 3);
    const auto txn = one.bench.store().begin_read().value();
    CHECK(broker::open_entry(*txn, one.bench.keys(), one.index).error().code ==
          Errc::LedgerDamaged);
    CHECK(broker::open_entry(*txn, one.bench.keys(), EntryIndex(0)).error().code ==
          Errc::LedgerDamaged);
}

TEST_CASE("each agency finds its own tag, and a same-agency second tag is a pad") {
    OneMessage one;
    REQUIRE(one.bench.open_keys_for({kTajik, kTajik}).has_value());
    const EntryIndex own = one.bench.frontier().next_index();
    REQUIRE(one.bench.tick(message_entry(kTajik, kTajik)).has_value());
    const auto txn = one.bench.store().begin_read().value();
    const Hash origin = one.bench.context().origin;
    const auto& keys = one.bench.keys();
    const auto* first = keys.find(keys_between().first_tag);
    const auto* second = keys.find(keys_between().second_tag);
    const auto* pad = keys.find(crypto::LedgerKeyScope::pad());

    const auto between = broker::read_leaf(*txn, one.index).value();
    CHECK(between.tags == std::vector{crypto::view_tag(*first, origin, one.index),
                                      crypto::view_tag(*second, origin, one.index)});
    const auto alone = broker::read_leaf(*txn, own).value();
    CHECK(alone.tags ==
          std::vector{crypto::view_tag(*first, origin, own), crypto::pad_tag(*pad, own)});
}

// Fails if TickKeys remembers that a key was missing, or asks for one of its two halves alone.
TEST_CASE("nothing is appended before all its keys are open, which is looked up until they are") {
    LedgerBench bench;
    const auto draft = message_entry(kTajik, kUzbek);
    broker::TickKeys remembered;
    const auto open = [&] {
        const auto txn = bench.store().begin_read().value();
        return remembered.find(*txn, bench.keys(), *draft.readers, draft.body.time).value();
    };
    CHECK(open() == nullptr);
    CHECK(bench.tick(draft).error().code == Errc::LedgerKeyMissing);
    REQUIRE(bench.open_key(keys_between().bucket).has_value());
    REQUIRE(bench.open_key(keys_between().first_tag).has_value());
    CHECK(open() == nullptr);
    // A secret without its KEY entry is not open either: its copies would be committed nowhere.
    FakeRandom random(5);
    bench.keys().add(keys_between().second_tag, crypto::Secret32::random(random));
    CHECK(open() == nullptr);
    CHECK(bench.tick(draft).error().code == Errc::LedgerKeyMissing);
    REQUIRE(bench.open_key(keys_between().second_tag).has_value());
    REQUIRE(open() != nullptr);
    CHECK(open()->opened_by == EntryIndex(0));
    CHECK(open()->second_tag == bench.keys().find(keys_between().second_tag));
    CHECK(bench.tick(draft).has_value());
}

TEST_CASE("a key is opened once") {
    LedgerBench bench;
    REQUIRE(bench.open_key(keys_between().bucket).has_value());
    CHECK(bench.open_key(keys_between().bucket).error().code == Errc::AlreadyExists);
    const auto txn = bench.store().begin_read().value();
    CHECK(broker::key_entry(*txn, keys_between().bucket.name()).value() == EntryIndex(0));
}

TEST_CASE("nonces change what is stored and nothing that is hashed") {
    OneMessage one;
    LedgerBench other;
    FakeRandom other_nonces(4242);
    const auto scopes = keys_between();
    for (const auto* scope : {&scopes.bucket, &scopes.first_tag, &scopes.second_tag}) {
        other.keys().add(*scope, one.bench.keys().find(*scope)->duplicate());
        REQUIRE(other.tick(key_entry_draft(*scope)).has_value());
    }
    auto txn = other.store().begin_write().value();
    broker::Frontier next = other.frontier();
    const broker::LedgerContext context{other.context().origin, other.keys(), other_nonces};
    REQUIRE(broker::append_entries(*txn, next, std::span(&one.draft, 1), context).has_value());
    CHECK(next.root() == one.bench.frontier().root());
    const auto reference = one.bench.store().begin_read().value();
    CHECK(!equal(broker::stored_body(*txn, one.index).value(),
                 broker::stored_body(*reference, one.index).value()));
}

TEST_CASE("a receipt's parts prove the entry under the head's root") {
    OneMessage one;
    const auto txn = one.bench.store().begin_read().value();
    const auto head = broker::read_head(*txn).value().value();
    const auto proven =
        broker::prove_entry(*txn, one.bench.frontier(), one.bench.keys(), one.index, head.size)
            .value();
    CHECK(crypto::check_inclusion(crypto::leaf_hash(proven.leaf), one.index.value, head.size.value,
                                  proven.path, head.root)
              .has_value());
    CHECK(proven.opened.body == one.draft.body.encode().value());
    const auto shut = broker::prove_entry(*txn, one.bench.frontier(), one.bench.keys(), one.index,
                                          head.size, broker::Body::Withheld);
    CHECK(shut->opened == broker::OpenedBody{});
}
