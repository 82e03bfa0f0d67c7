#include "client/core/vault_sweep.h"

#include "client/core/store_keys.h"
#include "tests/support/memory_slot_file.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

namespace tables = client::tables;

struct Home {
    FakeRandom random{5};
    MemorySlotFile* disk = nullptr;
    std::unique_ptr<crypto::Vault> vault;
    storage::MemoryStore store{tables::kAll};

    Home() {
        auto slots = std::make_unique<MemorySlotFile>();
        disk = slots.get();
        vault = std::make_unique<crypto::Vault>(crypto::Secret32::random(random), std::move(slots));
    }
    Status put(storage::Txn& txn, const storage::Table& table, std::uint64_t number) {
        const Bytes key = client::number_key(number);
        const Bytes sealed = CHAPAR_TRY(vault->seal({table.name, key}, view("text"), random));
        return txn.put(table, key, sealed);
    }
    void sweep() {
        const auto txn = must(store.begin_read());
        CHECK(client::sweep_vault(*txn, *vault));
    }
    [[nodiscard]] std::ptrdiff_t keys() const {
        return std::ranges::count_if(
            disk->slots, [](const crypto::Slot& slot) { return slot != crypto::Slot{}; });
    }
};

// Opens every record of every sealed table at its own place; how many there are.
Result<std::size_t> open_all(const storage::ReadTxn& txn, crypto::Vault& vault) {
    std::size_t opened = 0;
    for (const storage::Table& table : tables::kSealed) {
        const auto cursor = txn.cursor(table);
        for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
            CHAPAR_TRY(vault.open({table.name, cursor->key()}, cursor->value()));
            ++opened;
        }
    }
    return opened;
}

}  // namespace

// Fails if sweep_vault() leaves out a sealed table: the key of its record would be kept for a
// record that is not there, or destroyed for one that is.
TEST_CASE(
    "the keys of a transaction that was given up are destroyed, those of the store are kept") {
    Home home;
    std::uint64_t number = 1;
    in_txn(home.store, [&](storage::Txn& txn) -> Status {
        for (const storage::Table& table : tables::kSealed) {
            CHAPAR_TRY(home.put(txn, table, number++));
        }
        return Done{};
    });
    {
        auto given_up = must(home.store.begin_write());
        for (const storage::Table& table : tables::kSealed) {
            REQUIRE(home.put(*given_up, table, number++));
        }
    }
    const auto records = static_cast<std::ptrdiff_t>(tables::kSealed.size());
    CHECK(home.keys() == 2 * records);
    home.sweep();
    CHECK(home.keys() == records);
    const auto txn = must(home.store.begin_read());
    CHECK(must(open_all(*txn, *home.vault)) == tables::kSealed.size());
}

TEST_CASE("a row that was replaced keeps its new key only") {
    Home home;
    for (int version = 0; version < 3; ++version) {
        in_txn(home.store,
               [&](storage::Txn& txn) { return home.put(txn, tables::kInboxTexts, 1); });
    }
    CHECK(home.keys() == 3);
    home.sweep();
    CHECK(home.keys() == 1);
}

// Fails if a table is listed in kSealed whose values are not wholly what seal() gave: the sweep
// would destroy the keys of its records.
TEST_CASE("what drafts, sent and received mail leave in the sealed tables opens at its own place") {
    World world;
    const auto number = world.compose(world.tj, World::alert({"AF-SKB-BLO"}));
    const auto bytes = world.bytes_of(world.tj, number);
    const auto at = world.accept(world.tj, bytes);
    world.sync(world.af);
    world.receive(world.af, world.delivery(world.af, bytes, at));
    for (Post* post : {&world.tj, &world.af}) {
        const auto txn = must(post->store->begin_read());
        const std::size_t before = must(open_all(*txn, *post->vault));
        CHECK(before > 0);
        CHECK(client::sweep_vault(*txn, *post->vault));
        CHECK(must(open_all(*txn, *post->vault)) == before);
    }
}

// Fails if outbox_drop() leaves out the purge of either table.
TEST_CASE("a dropped draft cannot be read from an older copy of the store") {
    World world;
    const auto number = world.compose(world.tj, World::alert({"AF-SKB-BLO"}));
    const auto older = must(storage::MemoryStore::reopen(*world.tj.store));
    in_txn(*world.tj.store,
           [&](storage::Txn& txn) { return client::outbox_drop(txn, number, *world.tj.vault); });
    const auto txn = must(older->begin_read());
    for (const storage::Table& table : {tables::kOutboxDrafts, tables::kOutboxSecrets}) {
        const Bytes key = client::number_key(number.value);
        const auto sealed = must(txn->get(table, key));
        REQUIRE(sealed.has_value());
        CHECK(error_of(world.tj.vault->open({table.name, key}, *sealed)) == Errc::RecordKeyGone);
    }
}

}  // namespace chapar::testing
