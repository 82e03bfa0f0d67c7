// A copy of a store that another process has open, and writes.
#include <doctest/doctest.h>

#include <sys/stat.h>

#include "schemas/base/layout.h"
#include "storage/lmdb/lmdb_copy.h"
#include "storage/lmdb/lmdb_store.h"
#include "tests/support/child_process.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace chapar::testing {
namespace {

namespace fs = std::filesystem;

constexpr storage::Table kLeft{"left"};
constexpr storage::Table kRight{"right"};
constexpr storage::Table kBoth[] = {kLeft, kRight};

Status write_pair(storage::Store& store, std::uint64_t number) {
    const auto txn = CHAPAR_TRY(store.begin_write());
    const Bytes key = LayoutWriter().u64(number).take();
    const Bytes value(3000, static_cast<std::byte>(number));
    CHAPAR_TRY(txn->put(kLeft, key, value));
    CHAPAR_TRY(txn->put(kRight, key, value));
    return std::move(*txn).commit();
}

std::uint64_t rows(const storage::ReadTxn& txn, const storage::Table& table) {
    std::uint64_t count = 0;
    const auto cursor = txn.cursor(table);
    for (must(cursor->seek_first()); cursor->at_record(); must(cursor->next())) ++count;
    return count;
}

// What the copy holds: as many rows left as right.
std::uint64_t pairs_in(const fs::path& store) {
    const auto opened = must(storage::LmdbStore::open(store, kBoth));
    const auto txn = must(opened->begin_read());
    const std::uint64_t left = rows(*txn, kLeft);
    CHECK(left == rows(*txn, kRight));
    return left;
}

}  // namespace

// Fails if the copy takes DIR/lock, or is read in more than one transaction.
TEST_CASE("a store is copied while its owner writes, and the copy is one committed state") {
    const TemporaryDirectory folder;
    const fs::path from = folder.path() / "from";
    const fs::path to = folder.path() / "to";
    fs::create_directory(to);
    const auto store = must(storage::LmdbStore::open(from, kBoth));
    for (std::uint64_t i = 0; i < 200; ++i) must(write_pair(*store, i));
    // The child copies; this process, which has the store open, goes on writing.
    int to_child[2];
    REQUIRE(::pipe(to_child) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        char go = 0;
        const bool told = ::read(to_child[0], &go, 1) == 1;
        ::_exit(told && storage::copy_store(from, to / "data.mdb") ? 0 : 1);
    }
    REQUIRE(::write(to_child[1], "g", 1) == 1);
    int status = -1;
    for (std::uint64_t i = 200; ::waitpid(child, &status, WNOHANG) == 0; ++i) {
        must(write_pair(*store, i));
    }
    ::close(to_child[0]);
    ::close(to_child[1]);
    REQUIRE(status == 0);
    CHECK(pairs_in(to) >= 200);
    struct stat file {};
    REQUIRE(::stat((to / "data.mdb").c_str(), &file) == 0);
    CHECK((file.st_mode & 0777) == 0600);
}

TEST_CASE("a copy overwrites nothing, and a folder without a store gives none") {
    const TemporaryDirectory folder;
    const fs::path from = folder.path() / "from";
    const auto copied = [&](const fs::path& source, const fs::path& target) {
        return in_child([&] {
            const Status done = storage::copy_store(source, target);
            return done ? 0 : done.error().code == Errc::NotFound ? 2 : 3;
        });
    };
    const fs::path target = folder.path() / "copy";
    CHECK(copied(from, target) == 2 << 8);
    CHECK_FALSE(fs::exists(target));
    {
        const auto store = must(storage::LmdbStore::open(from, kBoth));
        must(write_pair(*store, 1));
    }
    CHECK(copied(from, target) == 0);
    const auto size = fs::file_size(target);
    CHECK(copied(from, target) == 3 << 8);
    CHECK(fs::file_size(target) == size);
}

}  // namespace chapar::testing
