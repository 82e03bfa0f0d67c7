// What every Store promises about walking a table.
#include "tests/unit/storage/stores.h"

using namespace chapar;
using namespace chapar::storage;
using namespace chapar::storage::testing;

#define BOTH InMemory, OnDisk

static std::string at(const Cursor& cursor) {
    return cursor.at_record() ? to_string(cursor.key()) : "-";
}
static void step(const Status& moved) { REQUIRE(moved); }

TEST_CASE_TEMPLATE("a cursor walks the keys in byte order, both ways", Kit, BOTH) {
    Kit kit;
    const std::vector<std::string> ordered = {
        std::string("\0", 1), "a", "aa", "b", "\x7f", "\x80", "\xff"};
    keep_keys(kit.store(), kLetters,
              {"b", "\x80", "aa", "\xff", "a", std::string("\0", 1), "\x7f"});
    const auto txn = begin_read(kit.store());
    const auto cursor = txn->cursor(kLetters);
    std::vector<std::string> forward;
    REQUIRE(cursor->seek_first());
    for (; cursor->at_record(); step(cursor->next())) {
        forward.push_back(to_string(cursor->key()));
        CHECK(to_string(cursor->value()) == "of " + forward.back());
    }
    CHECK(forward == ordered);
    std::vector<std::string> backward;
    REQUIRE(cursor->seek_last());
    for (; cursor->at_record(); step(cursor->previous())) {
        backward.insert(backward.begin(), to_string(cursor->key()));
    }
    CHECK(backward == ordered);
}

TEST_CASE_TEMPLATE("seek finds the first key at or after, seek_before the last one before", Kit,
                   BOTH) {
    Kit kit;
    keep_keys(kit.store(), kLetters, {"b", "d", "dd"});
    const auto txn = begin_read(kit.store());
    const auto cursor = txn->cursor(kLetters);
    struct Case {
        std::string_view key, at_least, before;
    };
    for (const Case& c : {Case{"", "b", "-"}, Case{"a", "b", "-"}, Case{"b", "b", "-"},
                          Case{"c", "d", "b"}, Case{"d", "d", "b"}, Case{"da", "dd", "d"},
                          Case{"dd", "dd", "d"}, Case{"e", "-", "dd"}}) {
        CAPTURE(c.key);
        REQUIRE(cursor->seek(view(c.key)));
        CHECK(at(*cursor) == c.at_least);
        REQUIRE(cursor->seek_before(view(c.key)));
        CHECK(at(*cursor) == c.before);
    }
}

TEST_CASE_TEMPLATE("a cursor in an empty table stands nowhere", Kit, BOTH) {
    Kit kit;
    keep(kit.store(), kLetters, "a", "in another table");
    const auto txn = begin_read(kit.store());
    const auto cursor = txn->cursor(kNumbers);
    CHECK_FALSE(cursor->at_record());
    REQUIRE(cursor->seek_first());
    CHECK_FALSE(cursor->at_record());
    REQUIRE(cursor->seek_last());
    CHECK_FALSE(cursor->at_record());
    REQUIRE(cursor->seek(view("a")));
    CHECK_FALSE(cursor->at_record());
    REQUIRE(cursor->seek_before(view("z")));
    CHECK_FALSE(cursor->at_record());
}

TEST_CASE_TEMPLATE("a cursor that left one end can be positioned again", Kit, BOTH) {
    Kit kit;
    keep_keys(kit.store(), kLetters, {"a", "b"});
    const auto txn = begin_read(kit.store());
    const auto cursor = txn->cursor(kLetters);
    REQUIRE(cursor->seek_last());
    REQUIRE(cursor->next());
    CHECK(at(*cursor) == "-");
    REQUIRE(cursor->seek_first());
    REQUIRE(cursor->previous());
    CHECK(at(*cursor) == "-");
    REQUIRE(cursor->seek(view("b")));
    REQUIRE(cursor->previous());
    CHECK(at(*cursor) == "a");
    REQUIRE(cursor->next());
    CHECK(at(*cursor) == "b");
}

TEST_CASE_TEMPLATE("a writer's cursor sees its puts and erasures among the committed", Kit, BOTH) {
    Kit kit;
    keep_keys(kit.store(), kLetters, {"a", "c", "e", "g"});
    auto txn = begin_write(kit.store());
    REQUIRE(txn->put(kLetters, view("b"), view("new")));
    REQUIRE(txn->put(kLetters, view("c"), view("changed")));
    REQUIRE(txn->erase(kLetters, view("a")));
    REQUIRE(txn->erase(kLetters, view("g")));
    REQUIRE(txn->put(kLetters, view("h"), view("new")));
    REQUIRE(txn->erase(kLetters, view("h")));
    std::string forward, backward;
    const auto cursor = txn->cursor(kLetters);
    REQUIRE(cursor->seek_first());
    for (; cursor->at_record(); step(cursor->next())) forward += at(*cursor);
    REQUIRE(cursor->seek_last());
    for (; cursor->at_record(); step(cursor->previous())) backward += at(*cursor);
    CHECK(forward == "bce");
    CHECK(backward == "ecb");
    REQUIRE(cursor->seek(view("c")));
    CHECK(to_string(cursor->value()) == "changed");
}

TEST_CASE_TEMPLATE("a table can be erased while a cursor walks it", Kit, BOTH) {
    Kit kit;
    std::vector<std::string> keys;
    for (int n = 1000; n < 1500; ++n) keys.push_back(std::to_string(n));
    keep_keys(kit.store(), kLetters, keys);
    auto txn = begin_write(kit.store());
    const auto cursor = txn->cursor(kLetters);
    std::vector<std::string> walked;
    REQUIRE(cursor->seek_first());
    for (; cursor->at_record(); step(cursor->next())) {
        walked.push_back(to_string(cursor->key()));
        if (walked.size() % 5 == 0) continue;
        CHECK(txn->erase(kLetters, cursor->key()).value() == EraseOutcome::Erased);
    }
    CHECK(walked == keys);
    REQUIRE(cursor->seek_last());
    CHECK(at(*cursor) == "1499");
    REQUIRE(txn->erase(kLetters, view("1499")));
    REQUIRE(cursor->previous());
    CHECK(at(*cursor) == "1494");
}

TEST_CASE_TEMPLATE("a cursor meets a record that was put ahead of it", Kit, BOTH) {
    Kit kit;
    keep_keys(kit.store(), kLetters, {"a", "c"});
    auto txn = begin_write(kit.store());
    const auto cursor = txn->cursor(kLetters);
    REQUIRE(cursor->seek(view("a")));
    REQUIRE(txn->put(kLetters, view("b"), view("new")));
    REQUIRE(cursor->next());
    CHECK(at(*cursor) == "b");
    REQUIRE(txn->put(kLetters, view("aa"), view("new")));
    REQUIRE(cursor->previous());
    CHECK(at(*cursor) == "aa");
}

TEST_CASE_TEMPLATE("a cursor may be destroyed after its transaction", Kit, BOTH) {
    Kit kit;
    keep_keys(kit.store(), kLetters, {"a"});
    std::unique_ptr<Cursor> of_reader, of_aborted, of_committed;
    {
        const auto reader = begin_read(kit.store());
        of_reader = reader->cursor(kLetters);
        REQUIRE(of_reader->seek_first());
        auto aborted = begin_write(kit.store());
        of_aborted = aborted->cursor(kLetters);
        REQUIRE(of_aborted->seek_first());
    }
    auto txn = begin_write(kit.store());
    of_committed = txn->cursor(kLetters);
    REQUIRE(of_committed->seek_first());
    REQUIRE(txn->put(kLetters, view("b"), view("be")));
    CHECK(commit(std::move(txn)));
}
