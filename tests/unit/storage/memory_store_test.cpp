// What only the store in memory does: failing on request.
#include "tests/unit/storage/stores.h"

using namespace chapar;
using namespace chapar::storage;
using namespace chapar::storage::testing;

static void check_fault(CommitFault::Kept kept, std::string_view after_restart) {
    MemoryStoreOptions options;
    options.commit_fault = CommitFault{2, kept};
    MemoryStore store(kTables, options);
    keep(store, kLetters, "a", "first");
    auto txn = begin_write(store);
    REQUIRE(txn->put(kLetters, view("a"), view("second")));
    CHECK(errc_of(commit(std::move(txn))) == Errc::StoreFailed);
    CHECK(errc_of(store.begin_write()) == Errc::StoreFailed);
    CHECK(errc_of(store.begin_read()) == Errc::StoreFailed);

    const auto restarted = MemoryStore::reopen(store);
    REQUIRE(restarted.has_value());
    CHECK(text_at(**restarted, kLetters, "a") == after_restart);
    keep(**restarted, kLetters, "b", "goes on");
}

TEST_CASE("after a commit that failed before the disk, a restart has the state before it") {
    check_fault(CommitFault::Kept::Nothing, "first");
}

TEST_CASE("after a commit that failed behind the disk, a restart has the state after it") {
    check_fault(CommitFault::Kept::Everything, "second");
}

TEST_CASE("a commit that is given up does not count towards the fault") {
    MemoryStoreOptions options;
    options.commit_fault = CommitFault{1, CommitFault::Kept::Nothing};
    MemoryStore store(kTables, options);
    {
        auto aborted = begin_write(store);
        REQUIRE(aborted->put(kLetters, view("a"), view("?")));
    }
    CHECK(errc_of(commit(begin_write(store))) == Errc::StoreFailed);
}

TEST_CASE("records are damaged alike under any checksum key, and read back under their own") {
    MemoryStoreOptions options;
    options.checksum_key.bytes.fill(std::byte{9});
    MemoryStore store(kTables, options);
    keep(store, kLetters, "a", "alef");
    const auto restarted = MemoryStore::reopen(store);
    REQUIRE(restarted.has_value());
    CHECK(text_at(**restarted, kLetters, "a") == "alef");
    keep_stored(**restarted, kLetters, "a", view("\x01notitschecksum"));
    CHECK(errc_of(begin_read(**restarted)->get(kLetters, view("a"))) == Errc::StoreDamaged);
}
