// What every Store promises about records and transactions.
#include <atomic>
#include <thread>

#include "schemas/base/limits.h"
#include "tests/unit/storage/stores.h"

using namespace chapar;
using namespace chapar::storage;
using namespace chapar::storage::testing;

#define BOTH InMemory, OnDisk

TEST_CASE_TEMPLATE("a record that was put is found under its key and no other", Kit, BOTH) {
    Kit kit;
    keep(kit.store(), kLetters, "a", "alef");
    CHECK(text_at(kit.store(), kLetters, "a") == "alef");
    CHECK(text_at(kit.store(), kLetters, "aa") == "-");
    CHECK(text_at(kit.store(), kLetters, "b") == "-");
    CHECK(text_at(kit.store(), kNumbers, "a") == "-");
}

TEST_CASE_TEMPLATE("a second put replaces the value", Kit, BOTH) {
    Kit kit;
    keep(kit.store(), kLetters, "a", "a long first value");
    keep(kit.store(), kLetters, "a", "short");
    CHECK(text_at(kit.store(), kLetters, "a") == "short");
}

TEST_CASE_TEMPLATE("empty values, large values and the longest keys are kept", Kit, BOTH) {
    Kit kit;
    const std::string longest(limits::kStoreKeyBytes, '\xff');
    const std::string large(100'000, 'x');
    for (const Table& table : kTables) {
        keep(kit.store(), table, "empty", "");
        keep(kit.store(), table, longest, large);
        CHECK(text_at(kit.store(), table, "empty").empty());
        CHECK(text_at(kit.store(), table, longest) == large);
    }
}

TEST_CASE_TEMPLATE("erasing says whether there was a record", Kit, BOTH) {
    Kit kit;
    keep(kit.store(), kLetters, "a", "alef");
    auto txn = begin_write(kit.store());
    CHECK(txn->erase(kLetters, view("a")).value() == EraseOutcome::Erased);
    CHECK(txn->erase(kLetters, view("a")).value() == EraseOutcome::Absent);
    CHECK(txn->erase(kNumbers, view("a")).value() == EraseOutcome::Absent);
    CHECK(text_at(*txn, kLetters, "a") == "-");
    CHECK(commit(std::move(txn)));
    CHECK(text_at(kit.store(), kLetters, "a") == "-");
}

TEST_CASE_TEMPLATE("a writer sees its own writes, readers only what was committed", Kit, BOTH) {
    Kit kit;
    keep(kit.store(), kLetters, "a", "old");
    const auto before = begin_read(kit.store());
    auto txn = begin_write(kit.store());
    REQUIRE(txn->put(kLetters, view("a"), view("new")));
    REQUIRE(txn->put(kLetters, view("b"), view("added")));
    const auto during = begin_read(kit.store());
    CHECK(text_at(*txn, kLetters, "a") == "new");
    CHECK(text_at(*during, kLetters, "a") == "old");
    REQUIRE(commit(std::move(txn)));
    CHECK(text_at(*before, kLetters, "a") == "old");
    CHECK(text_at(*during, kLetters, "b") == "-");
    CHECK(text_at(kit.store(), kLetters, "a") == "new");
    CHECK(text_at(kit.store(), kLetters, "b") == "added");
}

TEST_CASE_TEMPLATE("a snapshot stays the same through many commits", Kit, BOTH) {
    Kit kit;
    keep_keys(kit.store(), kLetters, {"a", "b", "c"});
    const auto snapshot = begin_read(kit.store());
    for (int round = 0; round < 50; ++round) {
        auto txn = begin_write(kit.store());
        REQUIRE(txn->put(kLetters, view("b"), view(std::to_string(round))));
        REQUIRE(txn->erase(kLetters, view("c")));
        REQUIRE(commit(std::move(txn)));
    }
    CHECK(text_at(*snapshot, kLetters, "b") == "of b");
    CHECK(text_at(*snapshot, kLetters, "c") == "of c");
    CHECK(text_at(kit.store(), kLetters, "b") == "49");
}

TEST_CASE_TEMPLATE("a transaction that is not committed leaves nothing", Kit, BOTH) {
    Kit kit;
    keep(kit.store(), kLetters, "a", "alef");
    {
        auto txn = begin_write(kit.store());
        REQUIRE(txn->put(kLetters, view("a"), view("changed")));
        REQUIRE(txn->put(kLetters, view("b"), view("added")));
        REQUIRE(txn->erase(kLetters, view("a")));
        REQUIRE(txn->append(kNumbers, view("1"), view("one")));
    }
    CHECK(text_at(kit.store(), kLetters, "a") == "alef");
    CHECK(text_at(kit.store(), kLetters, "b") == "-");
    CHECK(text_at(kit.store(), kNumbers, "1") == "-");
    keep(kit.store(), kLetters, "b", "a later writer is free to go on");
}

TEST_CASE_TEMPLATE("appending takes keys in ascending order only", Kit, BOTH) {
    Kit kit;
    auto txn = begin_write(kit.store());
    CHECK(txn->append(kNumbers, view("1"), view("one")));
    CHECK(txn->append(kNumbers, view("12"), view("twelve")));
    CHECK(txn->append(kNumbers, view("2"), view("two")));
    REQUIRE(commit(std::move(txn)));
    for (const std::string_view key : {"2", "12", "0"}) {
        auto late = begin_write(kit.store());
        CHECK(errc_of(late->append(kNumbers, view(key), view("?"))) == Errc::StoreDamaged);
        CHECK(errc_of(late->put(kLetters, view("a"), view("dead"))) == Errc::StoreDamaged);
        CHECK(errc_of(late->erase(kNumbers, view("1"))) == Errc::StoreDamaged);
        CHECK(errc_of(commit(std::move(late))) == Errc::StoreDamaged);
    }
    CHECK(text_at(kit.store(), kNumbers, "2") == "two");
    CHECK(text_at(kit.store(), kNumbers, "0") == "-");
}

TEST_CASE_TEMPLATE("a value may be written from a view into the same transaction", Kit, BOTH) {
    Kit kit;
    auto txn = begin_write(kit.store());
    REQUIRE(txn->put(kSealed, view("a"), view(std::string(3000, 'v'))));
    for (int copy = 0; copy < 40; ++copy) {
        const auto value = txn->get(kSealed, view("a"));
        REQUIRE((value && *value));
        REQUIRE(txn->put(kSealed, view("copy " + std::to_string(copy)), **value));
    }
    const auto cursor = txn->cursor(kSealed);
    REQUIRE(cursor->seek_last());
    REQUIRE(txn->put(kLetters, cursor->key(), view("named by a cursor")));
    REQUIRE(commit(std::move(txn)));
    CHECK(text_at(kit.store(), kSealed, "copy 39") == std::string(3000, 'v'));
    CHECK(text_at(kit.store(), kLetters, "copy 9") == "named by a cursor");
}

TEST_CASE_TEMPLATE("a store that is opened again has what was committed", Kit, BOTH) {
    Kit kit;
    keep(kit.store(), kLetters, "a", "alef");
    keep(kit.store(), kSealed, "s", "sealed");
    {
        auto lost = begin_write(kit.store());
        REQUIRE(lost->put(kLetters, view("a"), view("lost")));
    }
    REQUIRE(kit.reopen());
    CHECK(text_at(kit.store(), kLetters, "a") == "alef");
    CHECK(text_at(kit.store(), kSealed, "s") == "sealed");
    keep(kit.store(), kLetters, "b", "be");
    CHECK(text_at(kit.store(), kLetters, "b") == "be");
}

TEST_CASE_TEMPLATE("a second writer waits for the first", Kit, BOTH) {
    Kit kit;
    auto first = begin_write(kit.store());
    std::string seen;
    std::thread second([&] {
        auto txn = kit.store().begin_write();
        if (!txn) return;
        if (const auto value = (*txn)->get(kLetters, view("a")); value && *value) {
            seen = to_string(**value);
        }
        if (!(*txn)->put(kLetters, view("a"), view("second"))) return;
        static_cast<void>(std::move(**txn).commit());
    });
    CHECK(first->put(kLetters, view("a"), view("first")));
    CHECK(commit(std::move(first)));
    second.join();
    CHECK(seen == "first");
    CHECK(text_at(kit.store(), kLetters, "a") == "second");
}

// Whether both tables say the same in one transaction; counts a refused reader as a difference.
static bool tables_agree(const Store& store) {
    const auto txn = store.begin_read();
    if (!txn) return false;
    const auto letters = (*txn)->get(kLetters, view("round"));
    const auto numbers = (*txn)->get(kNumbers, view("round"));
    if (!letters || !numbers || !*letters || !*numbers) return false;
    return equal(**letters, **numbers);
}

TEST_CASE_TEMPLATE("readers in other threads see whole transactions only", Kit, BOTH) {
    Kit kit;
    const auto write_round = [&](int round) {
        auto txn = begin_write(kit.store());
        REQUIRE(txn->put(kLetters, view("round"), view(std::to_string(round))));
        REQUIRE(txn->put(kNumbers, view("round"), view(std::to_string(round))));
        REQUIRE(commit(std::move(txn)));
    };
    write_round(0);
    std::atomic<int> differences = 0;
    std::vector<std::thread> readers;
    for (int reader = 0; reader < 2; ++reader) {
        readers.emplace_back([&] {
            for (int look = 0; look < 2000; ++look) {
                if (!tables_agree(kit.store())) ++differences;
            }
        });
    }
    for (int round = 1; round < 100; ++round) write_round(round);
    for (std::thread& reader : readers) reader.join();
    CHECK(differences == 0);
}

TEST_CASE_TEMPLATE("usage grows with what is kept and shrinks when it is erased", Kit, BOTH) {
    Kit kit;
    const Usage empty = kit.store().usage().value();
    CHECK(empty.capacity_bytes == kRoomy);
    CHECK(empty.used_bytes < kRoomy / 10);
    keep(kit.store(), kSealed, "large", std::string(1'000'000, 'x'));
    const Usage filled = kit.store().usage().value();
    CHECK(filled.used_bytes >= empty.used_bytes + 1'000'000);
    CHECK(filled.used_bytes <= empty.used_bytes + 1'100'000);
    keep(kit.store(), kSealed, "large", std::string(1'000'000, 'y'));
    CHECK(kit.store().usage().value().used_bytes <= empty.used_bytes + 1'100'000);
    auto txn = begin_write(kit.store());
    REQUIRE(txn->erase(kSealed, view("large")));
    REQUIRE(commit(std::move(txn)));
    CHECK(kit.store().usage().value().used_bytes <= empty.used_bytes + 65'536);
}

// Fills the table, one record of 1,000 bytes a transaction; returns how many were kept.
static int fill(Store& store) {
    for (int kept = 0;; ++kept) {
        auto txn = begin_write(store);
        const std::string key = std::to_string(100'000 + kept);
        const Status put = txn->put(kNumbers, view(key), view(std::string(1000, 'x')));
        const Status outcome = commit(std::move(txn));
        if (put && outcome) continue;
        CHECK(errc_of(outcome) == Errc::StoreFull);
        return kept;
    }
}

TEST_CASE_TEMPLATE("a full store stays readable and goes on after it was enlarged", Kit, BOTH) {
    constexpr std::size_t kSmall = 256 * 1024;
    Kit kit(kSmall);
    const int kept = fill(kit.store());
    CHECK(kept > 50);
    CHECK(kept <= static_cast<int>(kSmall / 1000));
    CHECK(text_at(kit.store(), kNumbers, "100000") == std::string(1000, 'x'));
    CHECK(text_at(kit.store(), kNumbers, std::to_string(100'000 + kept)) == "-");
    const Usage usage = kit.store().usage().value();
    CHECK(usage.used_bytes > kSmall / 2);
    CHECK(usage.used_bytes <= kSmall);

    REQUIRE(kit.reopen(2 * kSmall));
    auto txn = begin_write(kit.store());
    CHECK(txn->put(kLetters, view("a"), view("small")));
    CHECK(txn->erase(kNumbers, view("100000")).value() == EraseOutcome::Erased);
    CHECK(commit(std::move(txn)));
    CHECK(text_at(kit.store(), kLetters, "a") == "small");
    for (int record = 1; record < kept; ++record) {
        const std::string key = std::to_string(100'000 + record);
        CHECK(text_at(kit.store(), kNumbers, key) == std::string(1000, 'x'));
    }
}

TEST_CASE_TEMPLATE("a transaction that met a full store is dead and leaves nothing", Kit, BOTH) {
    Kit kit(256 * 1024);
    keep(kit.store(), kLetters, "a", "alef");
    auto txn = begin_write(kit.store());
    REQUIRE(txn->put(kLetters, view("a"), view("changed")));
    CHECK(errc_of(txn->put(kSealed, view("s"), view(std::string(512 * 1024, 'x')))) ==
          Errc::StoreFull);
    CHECK(errc_of(txn->put(kLetters, view("b"), view("small"))) == Errc::StoreFull);
    CHECK(errc_of(txn->get(kLetters, view("a"))) == Errc::StoreFull);
    CHECK(errc_of(txn->cursor(kLetters)->seek_first()) == Errc::StoreFull);
    CHECK(errc_of(commit(std::move(txn))) == Errc::StoreFull);
    CHECK(text_at(kit.store(), kLetters, "a") == "alef");
    keep(kit.store(), kLetters, "b", "what fits is taken again");
}
