#include "client/core/imports.h"

#include <algorithm>

#include "client/core/reseal.h"
#include "client/core/tables.h"
#include "crypto/sha256.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using client::ImportFound;
using client::ImportRow;
using client::ImportState;

ImportRow row(const std::string& content, const std::string& reference = "") {
    return {content, reference, 7};
}

struct Desk {
    World world;

    client::OutboxNumber import(const ImportRow& what) {
        const client::Draft draft = World::alert({"AF-SKB-BLO"});
        return in_txn(*world.tj.store,
                      [&](storage::Txn& txn) {
                          return client::add_imports(txn, world.device(world.tj), {&draft, 1},
                                                     {&what, 1}, world.now, world.random);
                      })
            .front();
    }
    ImportFound find(const ImportRow& what) {
        return reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
            return client::find_import(txn, *world.tj.vault, what, world.now);
        });
    }
    void drop(client::OutboxNumber number) {
        in_txn(*world.tj.store, [&](storage::Txn& txn) {
            return client::outbox_drop(txn, number, *world.tj.vault);
        });
    }
    // The bytes of all keys and values of the table.
    Bytes table() {
        Bytes out;
        const auto txn = must(world.tj.store->begin_read());
        const auto cursor = txn->cursor(client::tables::kImports);
        for (must(cursor->seek_first()); cursor->at_record(); must(cursor->next())) {
            append(out, cursor->key());
            append(out, cursor->value());
        }
        return out;
    }
};

}  // namespace

TEST_CASE("a row that was taken in is known, with its message, and another is new") {
    Desk desk;
    CHECK(desk.find(row("a")).state == ImportState::New);
    const auto number = desk.import(row("a"));
    const ImportFound found = desk.find(row("a"));
    REQUIRE(found.state == ImportState::Known);
    CHECK(found.before->item.number == number);
    CHECK(found.before->row == 7);
    CHECK(found.before->at == desk.world.now);
    CHECK(desk.find(row("b")).state == ImportState::New);
}

// Fails if the rows are written in a transaction of their own.
TEST_CASE("a transaction that is given up leaves neither the draft nor its row") {
    Desk desk;
    {
        const client::Draft draft = World::alert({"AF-SKB-BLO"});
        const ImportRow what = row("a");
        auto txn = must(desk.world.tj.store->begin_write());
        must(client::add_imports(*txn, desk.world.device(desk.world.tj), {&draft, 1}, {&what, 1},
                                 desk.world.now, desk.world.random));
    }
    CHECK(desk.find(row("a")).state == ImportState::New);
    CHECK(reading(*desk.world.tj.store, [](const storage::ReadTxn& txn) {
              return client::outbox_items(txn);
          }).empty());
}

// Fails if a row stays known though nothing of it is in the outbox.
TEST_CASE("a row whose draft was dropped, or refused for good, may be sent again") {
    Desk desk;
    desk.drop(desk.import(row("a")));
    CHECK(desk.find(row("a")).state == ImportState::New);
    const auto again = desk.import(row("a"));
    CHECK(desk.find(row("a")).before->item.number == again);

    const auto sealed = desk.world.device(desk.world.tj);
    in_txn(*desk.world.tj.store, [&](storage::Txn& txn) {
        return client::seal_drafts(txn, sealed, {&again, 1}, desk.world.now, desk.world.random);
    });
    const auto problem = [&](const char* code) {
        in_txn(*desk.world.tj.store, [&](storage::Txn& txn) {
            return client::outbox_problem(txn, again, {code, "", "", {}});
        });
        return desk.find(row("a")).state;
    };
    CHECK(problem("back-pressure") == ImportState::Known);
    CHECK(problem("policy.refused") == ImportState::New);
}

// Fails if only the first envelope is asked: what went in its place may have ended, too.
TEST_CASE("a row that was refused, sealed again and refused again may be sent again") {
    Desk desk;
    const auto first = desk.import(row("a", "14-1"));
    const auto with = [&](client::OutboxNumber number, const char* code) {
        in_txn(*desk.world.tj.store, [&](storage::Txn& txn) {
            return client::seal_drafts(txn, desk.world.device(desk.world.tj), {&number, 1},
                                       desk.world.now, desk.world.random);
        });
        in_txn(*desk.world.tj.store, [&](storage::Txn& txn) {
            return client::outbox_problem(txn, number, {code, "", "", {}});
        });
    };
    const auto go_again = [&] {
        return in_txn(*desk.world.tj.store,
                      [&](storage::Txn& txn) {
                          return client::add_reseals(txn, desk.world.device(desk.world.tj),
                                                     client::ResealVerdict::Automatic, std::nullopt,
                                                     desk.world.now, desk.world.random);
                      })
            .at(0);
    };
    with(first, "bundle.stale");
    // Fails if a row is free in the moment before its refusal is worked off: it would go twice.
    CHECK(desk.find(row("a", "14-1")).state == ImportState::Known);
    const auto second = go_again();
    const ImportFound waits = desk.find(row("a", "14-1"));
    REQUIRE(waits.state == ImportState::Known);
    CHECK(waits.before->item.number == second);
    CHECK(desk.find(row("b", "14-1")).state == ImportState::Changed);
    with(second, "policy.refused");
    CHECK(desk.find(row("a", "14-1")).state == ImportState::New);
    CHECK(desk.find(row("b", "14-1")).state == ImportState::New);

    const auto again = desk.import(row("a", "14-1"));
    with(again, "bundle.stale");
    desk.drop(go_again());
    CHECK(desk.find(row("a", "14-1")).state == ImportState::New);

    // Too late to be sealed again.
    const auto late = desk.import(row("c"));
    with(late, "bundle.stale");
    desk.world.now = desk.world.now + kDay * 400;
    CHECK(desk.find(row("c")).state == ImportState::New);
}

// Fails if the reference is not kept, or decides though the same row was sent.
TEST_CASE("a reference under which something else was sent is told") {
    Desk desk;
    const auto number = desk.import(row("a", "14-1"));
    CHECK(desk.find(row("a", "14-1")).state == ImportState::Known);
    const ImportFound changed = desk.find(row("b", "14-1"));
    REQUIRE(changed.state == ImportState::Changed);
    CHECK(changed.before->item.number == number);
    CHECK(desk.find(row("b", "14-2")).state == ImportState::New);
    CHECK(desk.find(row("b")).state == ImportState::New);
    desk.drop(number);
    CHECK(desk.find(row("b", "14-1")).state == ImportState::New);
}

// Fails if a key is a plain hash: whoever reads the store would try the few rows that there can be.
TEST_CASE("what the table holds says nothing to who does not have the vault's key") {
    Desk desk;
    desk.import(row("heroin 1 kg", "14-1"));
    const Bytes table = desk.table();
    CHECK_FALSE(table.empty());
    const auto holds = [&](ByteView bytes) {
        return std::ranges::search(table, bytes).begin() != table.end();
    };
    CHECK_FALSE(holds(view("14-1")));
    CHECK_FALSE(holds(crypto::sha256(view("heroin 1 kg")).view()));
    CHECK(holds(desk.world.tj.vault->digest("import row", view("heroin 1 kg")).view()));
    CHECK(desk.world.tj.vault->digest("import row", view("x")) !=
          desk.world.af.vault->digest("import row", view("x")));
    CHECK(desk.world.tj.vault->digest("import row", view("x")) !=
          desk.world.tj.vault->digest("import reference", view("x")));
}

}  // namespace chapar::testing
