// What a store keeps back: the reserve, blocks on disk taken in advance, and pages that old readers
// hold.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "tests/unit/storage/stores.h"

using namespace chapar;
using namespace chapar::storage;
using namespace chapar::storage::testing;

namespace {

constexpr std::size_t kMap = 4 * 1024 * 1024;
constexpr std::size_t kReserve = 512 * 1024;
constexpr std::size_t kRecord = 20'000;

class ReservedInMemory {
  public:
    Store& store() { return store_; }

  private:
    MemoryStore store_{kTables, {kMap, std::nullopt, {}, kReserve}};
};

class ReservedOnDisk {
  public:
    ReservedOnDisk() {
        store_ = LmdbStore::open(path(), kTables, {.map_size = kMap, .reserve = kReserve}).value();
    }
    Store& store() { return *store_; }
    LmdbStore& lmdb() { return *store_; }
    [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "store"; }

  private:
    chapar::testing::TemporaryDirectory directory_;
    std::unique_ptr<LmdbStore> store_;
};

enum class Work : std::uint8_t { New, Draining };

Status put_one(Store& store, int number, Work work) {
    auto txn = begin_write(store);
    if (work == Work::New) txn->spare_reserve();
    const std::string key = std::to_string(100'000 + number);
    CHAPAR_TRY(txn->put(kNumbers, view(key), view(std::string(kRecord, 'x'))));
    return commit(std::move(txn));
}

Status erase_one(Store& store, int number, Work work) {
    auto txn = begin_write(store);
    if (work == Work::New) txn->spare_reserve();
    CHAPAR_TRY(txn->erase(kNumbers, view(std::to_string(100'000 + number))));
    return commit(std::move(txn));
}

int fill(Store& store, Work work, int number) {
    for (;; ++number) {
        const Status put = put_one(store, number, work);
        if (put) continue;
        CHECK(errc_of(put) == Errc::StoreFull);
        return number;
    }
}

std::uint64_t blocks_of(const std::filesystem::path& file) {
    struct stat entry {};
    REQUIRE(::stat(file.c_str(), &entry) == 0);
    return static_cast<std::uint64_t>(entry.st_blocks) * 512;
}

}  // namespace

TYPE_TO_STRING(ReservedInMemory);
TYPE_TO_STRING(ReservedOnDisk);
#define RESERVED ReservedInMemory, ReservedOnDisk

// Fails if: the check is left out of commit() (new work then fills the whole store).
TEST_CASE_TEMPLATE("new work leaves the reserve, and what drains the store works within it", Kit,
                   RESERVED) {
    Kit kit;
    const int kept = fill(kit.store(), Work::New, 0);
    CHECK(kept > 100);
    const Usage full = kit.store().usage().value();
    CHECK(full.used_bytes + kReserve <= kMap);
    CHECK(full.used_bytes + kReserve + 8 * kRecord > kMap);
    CHECK(text_at(kit.store(), kNumbers, std::to_string(100'000 + kept)) == "-");

    // Far into the reserve, and nothing new meanwhile.
    for (int i = 0; i < 10; ++i) CHECK(put_one(kit.store(), kept + i, Work::Draining));
    CHECK(errc_of(put_one(kit.store(), 99'999, Work::New)) == Errc::StoreFull);
    // New work that makes the store smaller is none.
    CHECK(erase_one(kit.store(), 0, Work::New));
    for (int i = 1; i < kept + 10; ++i) REQUIRE(erase_one(kit.store(), i, Work::Draining));
    CHECK(fill(kit.store(), Work::New, 0) >= kept - 2);
}

// Fails if: new work is not asked for its room while other work has taken the reserve.
TEST_CASE_TEMPLATE("a store filled past its reserve refuses, and is whole", Kit, RESERVED) {
    Kit kit;
    const int kept = fill(kit.store(), Work::Draining, 0);
    CHECK(static_cast<std::uint64_t>(kept) * kRecord > kMap - kReserve);
    CHECK(errc_of(put_one(kit.store(), 99'999, Work::New)) == Errc::StoreFull);
    for (int i = 0; i < kept; ++i) {
        CHECK(text_at(kit.store(), kNumbers, std::to_string(100'000 + i)).size() == kRecord);
    }
}

// Fails if: keep() is not called when a write begins.
TEST_CASE("the blocks of the reserve are on disk before they are needed") {
    ReservedOnDisk kit;
    const auto file = kit.path() / "data.mdb";
    if (blocks_of(file) <= std::filesystem::file_size(file)) {
        MESSAGE("SKIPPED: this file system takes no blocks in advance");
        return;
    }
    for (int number = 0; put_one(kit.store(), number, Work::New); ++number) {
        const std::uint64_t used = kit.store().usage().value().used_bytes;
        const std::uint64_t blocks = blocks_of(file);
        CHECK(blocks >= std::min<std::uint64_t>(kMap, used + kReserve - 8 * kRecord));
        CHECK(std::filesystem::file_size(file) <= kMap);
    }
}

// Fails if: usage() counts only the pages of tables.
TEST_CASE("pages that an old reader still sees count as used, and the reader is named") {
    OnDisk kit;
    keep(kit.store(), kSealed, "large", std::string(1'000'000, 'x'));
    CHECK(kit.lmdb().readers().value().empty());
    const std::uint64_t before = kit.store().usage().value().used_bytes;
    auto reader = begin_read(kit.store());
    for (int i = 0; i < 5; ++i) {
        keep(kit.store(), kSealed, "large", std::string(1'000'000, static_cast<char>('a' + i)));
    }
    CHECK(kit.store().usage().value().used_bytes > before + 4'000'000);
    const auto readers = kit.lmdb().readers().value();
    REQUIRE(readers.size() == 1);
    CHECK(readers[0].process == getpid());
    CHECK(readers[0].behind == 5);
    reader.reset();
    keep(kit.store(), kLetters, "a", "small");
    CHECK(kit.store().usage().value().used_bytes < before + 2'500'000);
}

// Fails if: check_readers() looks at this process's readers only.
TEST_CASE("a reader that died is found while the store runs, and its pages come back") {
    OnDisk kit;
    keep(kit.store(), kSealed, "large", std::string(1'000'000, 'x'));
    int told[2];
    REQUIRE(::pipe(told) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto beside = LmdbStore::open_beside(kit.path(), kTables);
        const bool reads = beside && (*beside)->begin_read().has_value();
        auto held = reads ? std::move((*beside)->begin_read()).value() : nullptr;
        const char word = reads ? 'y' : 'n';
        if (::write(told[1], &word, 1) != 1) ::_exit(1);
        ::pause();
        ::_exit(0);
    }
    char word = 0;
    REQUIRE(::read(told[0], &word, 1) == 1);
    CHECK(word == 'y');
    const std::uint64_t before = kit.store().usage().value().used_bytes;
    for (int i = 0; i < 5; ++i) {
        keep(kit.store(), kSealed, "large", std::string(1'000'000, static_cast<char>('a' + i)));
    }
    CHECK(kit.store().usage().value().used_bytes > before + 3'000'000);
    REQUIRE(kit.lmdb().readers().value().size() == 1);
    CHECK(kit.lmdb().readers().value()[0].process == child);
    ::kill(child, SIGKILL);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(kit.lmdb().check_readers().value() == 1);
    CHECK(kit.lmdb().readers().value().empty());
    keep(kit.store(), kLetters, "a", "small");
    CHECK(kit.store().usage().value().used_bytes < before + 2'500'000);
    ::close(told[0]);
    ::close(told[1]);
}

// Fails if: open_beside() takes the lock, or lets a write begin.
TEST_CASE("a store opened beside its owner shows what is committed, and writes nothing") {
    OnDisk kit;
    keep(kit.store(), kLetters, "a", "alef");
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto beside = LmdbStore::open_beside(kit.path(), kTables);
        if (!beside) ::_exit(1);
        const auto txn = (*beside)->begin_read();
        if (!txn) ::_exit(2);
        const auto value = (*txn)->get(kLetters, view("a"));
        if (!value || !*value || to_string(**value) != "alef") ::_exit(3);
        const auto writing = (*beside)->begin_write();
        ::_exit(!writing && writing.error().code == Errc::ReadOnly ? 0 : 4);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}
