// What only the store on disk does: files, locks and failing writes.
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "schemas/base/limits.h"
#include "tests/unit/storage/stores.h"

using namespace chapar;
using namespace chapar::storage;
using namespace chapar::storage::testing;

// Flips one bit of every copy of `text` in the data file; returns how many there were.
static int flip_in_file(const std::filesystem::path& file, const std::string& text) {
    std::ifstream in(file, std::ios::binary);
    std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    int copies = 0;
    for (std::size_t found = content.find(text); found != std::string::npos;
         found = content.find(text, found)) {
        content[found + 3] = static_cast<char>(content[found + 3] ^ 1);
        ++copies;
    }
    std::ofstream(file, std::ios::binary) << content;
    return copies;
}

TEST_CASE("a bit flipped in the data file is found when its record is read") {
    OnDisk kit;
    keep(kit.store(), kLetters, "a", "a value that occurs once");
    keep(kit.store(), kLetters, "b", "its neighbour");
    kit.close();
    REQUIRE(flip_in_file(kit.path() / "data.mdb", "a value that occurs once") > 0);
    REQUIRE(kit.open());
    const auto txn = begin_read(kit.store());
    CHECK(errc_of(txn->get(kLetters, view("a"))) == Errc::StoreDamaged);
    CHECK(text_at(*txn, kLetters, "b") == "its neighbour");
}

TEST_CASE("a directory in use is not opened a second time, until it is closed") {
    OnDisk kit;
    CHECK(errc_of(LmdbStore::open(kit.path(), kTables)) == Errc::StoreInUse);
    keep(kit.store(), kLetters, "a", "the first is undisturbed");
    kit.close();
    CHECK(LmdbStore::open(kit.path(), kTables).has_value());
}

TEST_CASE("another process cannot open a directory in use") {
    OnDisk kit;
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const auto second = LmdbStore::open(kit.path(), kTables);
        ::_exit(!second && second.error().code == Errc::StoreInUse ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 0));
}

TEST_CASE("a process that was killed leaves its commits, and the directory free") {
    TemporaryDirectory directory;
    const auto path = directory.path() / "store";
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        auto store = LmdbStore::open(path, kTables);
        if (!store) ::_exit(1);
        auto kept = (*store)->begin_write();
        if (!kept || !(*kept)->put(kLetters, view("a"), view("kept"))) ::_exit(1);
        if (!std::move(**kept).commit()) ::_exit(1);
        auto open = (*store)->begin_write();
        if (!open || !(*open)->put(kLetters, view("a"), view("never committed"))) ::_exit(1);
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
    const auto store = LmdbStore::open(path, kTables);
    REQUIRE(store.has_value());
    CHECK(text_at(**store, kLetters, "a") == "kept");
    keep(**store, kLetters, "a", "and the next writer is not held up");
}

TEST_CASE("only the owner can read what is stored") {
    OnDisk kit;
    keep(kit.store(), kLetters, "a", "alef");
    struct stat entry {};
    for (const char* name : {"data.mdb", "lock.mdb", "lock"}) {
        REQUIRE(::stat((kit.path() / name).c_str(), &entry) == 0);
        CHECK((entry.st_mode & 0777) == 0600);
    }
    REQUIRE(::stat(kit.path().c_str(), &entry) == 0);
    CHECK((entry.st_mode & 0777) == 0700);
}

// While it lives, no file of this process grows past `bytes`: writes fail with EFBIG.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(std::uint64_t bytes) {
        old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &old_) == 0);
        rlimit limit = old_;
        limit.rlim_cur = bytes;
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    }
    ~FileSizeLimit() {
        ::setrlimit(RLIMIT_FSIZE, &old_);
        std::signal(SIGXFSZ, old_handler_);
    }

  private:
    rlimit old_{};
    void (*old_handler_)(int) = nullptr;
};

TEST_CASE("after a write that failed the store refuses everything until it is opened again") {
    OnDisk kit;
    keep(kit.store(), kLetters, "a", "kept");
    auto txn = begin_write(kit.store());
    REQUIRE(txn->put(kLetters, view("a"), view("lost")));
    REQUIRE(txn->put(kSealed, view("large"), view(std::string(1'000'000, 'x'))));
    {
        const FileSizeLimit limit(std::filesystem::file_size(kit.path() / "data.mdb"));
        CHECK(errc_of(commit(std::move(txn))) == Errc::StoreFailed);
    }
    CHECK(errc_of(kit.store().begin_write()) == Errc::StoreFailed);
    CHECK(errc_of(kit.store().begin_read()) == Errc::StoreFailed);
    CHECK(errc_of(kit.store().usage()) == Errc::StoreFailed);
    REQUIRE(kit.reopen());
    CHECK(text_at(kit.store(), kLetters, "a") == "kept");
    CHECK(text_at(kit.store(), kSealed, "large") == "-");
}

TEST_CASE("there are as many readers as the limit says, and no more") {
    OnDisk kit;
    std::vector<std::unique_ptr<ReadTxn>> readers;
    for (unsigned n = 0; n < limits::kStoreReaders; ++n) {
        readers.push_back(begin_read(kit.store()));
    }
    CHECK(errc_of(kit.store().begin_read()) == Errc::StoreFailed);
    readers.pop_back();
    CHECK(kit.store().begin_read().has_value());
    CHECK(kit.lmdb().check_readers().value() == 0);
}

TEST_CASE("tables may be added when a store is opened again") {
    TemporaryDirectory directory;
    const auto path = directory.path() / "store";
    const Table old_tables[] = {kLetters};
    {
        const auto store = LmdbStore::open(path, old_tables);
        REQUIRE(store.has_value());
        keep(**store, kLetters, "a", "alef");
    }
    const auto store = LmdbStore::open(path, kTables);
    REQUIRE(store.has_value());
    CHECK(text_at(**store, kLetters, "a") == "alef");
    keep(**store, kNumbers, "1", "one");
}

TEST_CASE("a file that is not a store is refused and left as it is") {
    TemporaryDirectory directory;
    const auto path = directory.path() / "store";
    std::filesystem::create_directory(path);
    const std::string content(8192, 'z');
    std::ofstream(path / "data.mdb", std::ios::binary) << content;
    CHECK(errc_of(LmdbStore::open(path, kTables)) == Errc::StoreDamaged);
    std::ifstream in(path / "data.mdb", std::ios::binary);
    CHECK(std::string((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>()) ==
          content);
}

// Fails if a making leaves no mark, or the mark stays behind it.
TEST_CASE("a store whose making a power cut tore is made anew, and never again after that") {
    TemporaryDirectory directory;
    const auto path = directory.path() / "store";
    std::filesystem::create_directory(path);
    std::ofstream(path / "making") << "";
    // LMDB's second head page without its first.
    std::ofstream(path / "data.mdb", std::ios::binary)
        << std::string(4096, '\0') << std::string(4096, 'z');
    {
        const auto store = LmdbStore::open(path, kTables);
        REQUIRE(store.has_value());
        keep(**store, kNumbers, "1", "one");
    }
    const auto store = LmdbStore::open(path, kTables);
    REQUIRE(store.has_value());
    CHECK(text_at(**store, kNumbers, "1") == "one");
}

TEST_CASE("a directory whose parent does not exist is refused") {
    TemporaryDirectory directory;
    CHECK(errc_of(LmdbStore::open(directory.path() / "none" / "store", kTables)) ==
          Errc::FileFailed);
}
