// From a broker's directory to two files and back: only a pair that fits becomes a directory.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include "client/cli/broker/broker_init.h"
#include "client/edge/backup_content.h"
#include "client/edge/backup_io.h"
#include "client/edge/backup_make.h"
#include "client/edge/backup_restore.h"
#include "crypto/private_file.h"
#include "schemas/base/layout.h"
#include "storage/lmdb/lmdb_store.h"
#include "tests/support/child_process.h"
#include "tests/support/fake_random.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace chapar::testing {
namespace {

namespace fs = std::filesystem;

constexpr storage::Table kHead{"head"};
constexpr storage::Table kCheckpoints{"cp"};
constexpr storage::Table kTables[] = {kHead, kCheckpoints};
constexpr std::size_t kPlenty = std::size_t{16} << 20;
constexpr std::string_view kKekId = "00112233445566aa";
constexpr TimeMs kNow{1'700'000'000'000};

Bytes bytes_of(const fs::path& path) { return must(client::read_file(path, kPlenty)); }

bool contains(ByteView text, ByteView part) { return !std::ranges::search(text, part).empty(); }

// A founded centre with a store of one row, as far as a backup looks at it.
struct Centre {
    explicit Centre(const fs::path& folder, const std::string& name, std::uint64_t seed)
        : random(seed), dir(folder / name) {
        const auto passphrase = crypto::SecretBuffer::copy_of(view("a passphrase"));
        card = must(client::found_centre(
            {dir, folder / (name + "-root"), name, "tcp://127.0.0.1:1"}, {passphrase, {}}, random));
        const std::string keys = "chapar-ledger-keys/2 " + std::string(kKekId) + "\n0a 0b 0c\n";
        must(crypto::replace_private_file(dir / "ledger.keys", view(keys + "half a li"), random));
        fs::create_directory(dir / "kek");
        const std::string kek =
            "chapar-kek/1 " + std::string(kKekId) + " " + std::string(64, '7') + "\n";
        must(crypto::replace_private_file(dir / "kek" / "ledger.kek", view(kek), random));
        grow(5);
    }
    void grow(std::uint64_t size) {
        const auto store = must(storage::LmdbStore::open(dir / "store", kTables));
        const auto txn = must(store->begin_write());
        const Bytes head = LayoutWriter().u64(size).raw(Hash{}.view()).u32(1).take();
        must(txn->put(kHead, LayoutWriter().u64(0).bytes(), head));
        must(std::move(*txn).commit());
    }
    FakeRandom random;
    fs::path dir;
    std::optional<client::TrustCard> card;
};

struct Backups {
    TemporaryDirectory folder;
    FakeRandom random{3};
    Centre centre{folder.path(), "one", 11};
    client::BackupHolder holder{crypto::generate_key_pair(random), {}};

    [[nodiscard]] fs::path path(const std::string& name) const { return folder.path() / name; }
    void make(const Centre& of, const std::string& name) {
        must(client::make_backup(
            {of.dir, path(name + ".store"), path(name + ".keys"), holder.key.public_key}, kNow,
            random));
    }
    Result<client::RestoredBackup> restore(const std::string& store, const std::string& keys,
                                           const std::optional<fs::path>& kek = {}) {
        return client::restore_backup(
            {path(store + ".store"), path(keys + ".keys"), path("new"), kek}, holder, random);
    }
    // As it was, and no draft beside it.
    [[nodiscard]] bool nothing_new() const {
        for (const auto& entry : fs::directory_iterator(folder.path())) {
            if (entry.path().filename().string().starts_with("new")) return false;
        }
        return true;
    }
};

}  // namespace

TEST_CASE("a restored directory is the one that was backed up, without bodies and KEK") {
    Backups backups;
    backups.make(backups.centre, "a");
    const auto restored = must(backups.restore("a", "a"));
    CHECK(restored.header.size == TreeSize(5));
    CHECK(restored.kek_id == kKekId);
    CHECK_FALSE(restored.kek_given);
    const fs::path from = backups.centre.dir;
    const fs::path to = backups.path("new");
    for (const char* same :
         {"manifest", "chapard.toml", "trust-card.json", "keys/log.key", "keys/curve.key"}) {
        CHECK(bytes_of(from / same) == bytes_of(to / same));
    }
    // The line that was being written is not in it.
    CHECK(to_string(bytes_of(to / "ledger.keys")).ends_with("\n0a 0b 0c\n"));
    CHECK(must(client::read_ledger_of(to / "store")).size == TreeSize(5));
    CHECK_FALSE(fs::exists(to / "bodies"));
    CHECK_FALSE(fs::exists(to / "kek" / "ledger.kek"));
    CHECK_FALSE(fs::exists(to / "store.digest"));
    CHECK_FALSE(fs::exists(from / "backup.copy"));
}

// Fails if a file is added to the artefact in the clear, or the KEK to either.
TEST_CASE("neither file of a backup shows a secret, and none holds the KEK") {
    Backups backups;
    backups.make(backups.centre, "a");
    const Bytes log_key = bytes_of(backups.centre.dir / "keys" / "log.key");
    const ByteView digits = ByteView(log_key).first(64);
    for (const char* name : {"a.store", "a.keys"}) {
        const Bytes file = bytes_of(backups.path(name));
        CHECK_FALSE(contains(file, digits));
        CHECK_FALSE(contains(file, view(std::string(64, '7'))));
        CHECK_FALSE(contains(file, bytes_of(backups.centre.dir / "manifest")));
    }
    REQUIRE(backups.restore("a", "a"));
    for (const auto& entry : fs::recursive_directory_iterator(backups.path("new"))) {
        if (!entry.is_regular_file()) continue;
        const Bytes file = bytes_of(entry.path());
        CHECK_FALSE(contains(file, view(std::string(64, '7'))));
        const bool is_key = entry.path().filename() == "log.key";
        CHECK(contains(file, digits) == is_key);
    }
}

// Fails if the digest in the keys, or the header's comparison, is left out.
TEST_CASE("store and keys of different backups are refused, and leave nothing behind") {
    Backups backups;
    backups.make(backups.centre, "a");
    backups.centre.grow(6);
    backups.make(backups.centre, "b");
    Centre other(backups.folder.path(), "two", 12);
    backups.make(other, "c");
    for (const auto& [store, keys] :
         {std::pair("a", "b"), std::pair("b", "a"), std::pair("a", "c"), std::pair("c", "a")}) {
        CHECK(error_of(backups.restore(store, keys)) == Errc::BackupInvalid);
        CHECK(backups.nothing_new());
    }
    fs::copy_file(backups.path("a.store"), backups.path("d.keys"));
    fs::copy_file(backups.path("a.keys"), backups.path("d.store"));
    CHECK(error_of(backups.restore("d", "d")) == Errc::BackupInvalid);
    CHECK(error_of(backups.restore("a", "d")) == Errc::BackupInvalid);
    CHECK(backups.nothing_new());
    CHECK(must(backups.restore("b", "b")).header.size == TreeSize(6));
}

// Fails if the holder's card is not compared.
// Fails if drafts are only removed by the restore that made them.
TEST_CASE("keys that a killed restore left are overwritten and removed by the next one") {
    Backups backups;
    backups.make(backups.centre, "a");
    const fs::path left = backups.path("new.restoring-0011223344556677");
    fs::create_directories(left / "keys");
    must(crypto::replace_private_file(left / "keys" / "log.key", view("a secret"), backups.random));
    fs::create_hard_link(left / "keys" / "log.key", backups.path("seen"));
    // Of another target, or of somebody who is at work: not this one's.
    const fs::path other = backups.path("other.restoring-0011223344556677");
    const fs::path busy = backups.path("new.restoring-8899aabbccddeeff");
    fs::create_directories(other);
    fs::create_directories(busy);
    const client::BackupFile lock(::open(busy.c_str(), O_RDONLY | O_DIRECTORY));
    REQUIRE(::flock(lock.get(), LOCK_EX) == 0);
    must(backups.restore("a", "a"));
    CHECK_FALSE(fs::exists(left));
    CHECK(bytes_of(backups.path("seen")) == Bytes(8));
    CHECK(fs::exists(other));
    CHECK(fs::exists(busy));
}

TEST_CASE("a holder with a centre's card restores no other centre's backup") {
    Backups backups;
    Centre other(backups.folder.path(), "two", 12);
    backups.make(other, "a");
    backups.holder.card = backups.centre.card;
    CHECK(error_of(backups.restore("a", "a")) == Errc::BackupInvalid);
    CHECK(backups.nothing_new());
    backups.holder.card = other.card;
    CHECK(backups.restore("a", "a"));
}

TEST_CASE("a directory that exists is not restored over, and no file is overwritten by a backup") {
    Backups backups;
    backups.make(backups.centre, "a");
    fs::create_directory(backups.path("new"));
    CHECK(error_of(backups.restore("a", "a")) == Errc::AlreadyExists);
    CHECK(fs::is_empty(backups.path("new")));
    const Bytes before = bytes_of(backups.path("a.store"));
    CHECK(error_of(client::make_backup({backups.centre.dir, backups.path("a.store"),
                                        backups.path("x.keys"), backups.holder.key.public_key},
                                       kNow, backups.random)) == Errc::AlreadyExists);
    CHECK(bytes_of(backups.path("a.store")) == before);
    CHECK_FALSE(fs::exists(backups.path("x.keys")));
}

TEST_CASE("a KEK is put in place only if ledger.keys is sealed under it") {
    Backups backups;
    backups.make(backups.centre, "a");
    const std::string other = "chapar-kek/1 ffffffffffffffff " + std::string(64, '7') + "\n";
    must(crypto::replace_private_file(backups.path("other.kek"), view(other), backups.random));
    CHECK(error_of(backups.restore("a", "a", backups.path("other.kek"))) == Errc::BackupInvalid);
    CHECK(backups.nothing_new());
    const fs::path kek = backups.centre.dir / "kek" / "ledger.kek";
    CHECK(must(backups.restore("a", "a", kek)).kek_given);
    CHECK(bytes_of(backups.path("new") / "kek" / "ledger.kek") == bytes_of(kek));
}

// Fails if the keys are not held against the manifest before they are sealed.
TEST_CASE("a broker whose log key is another's is not backed up") {
    Backups backups;
    const Centre other(backups.folder.path(), "two", 12);
    fs::copy_file(other.dir / "keys" / "log.key", backups.centre.dir / "keys" / "log.key",
                  fs::copy_options::overwrite_existing);
    CHECK(error_of(client::make_backup({backups.centre.dir, backups.path("a.store"),
                                        backups.path("a.keys"), backups.holder.key.public_key},
                                       kNow, backups.random)) == Errc::BackupInvalid);
    CHECK(backups.nothing_new());
    CHECK_FALSE(fs::exists(backups.path("a.store")));
}

}  // namespace chapar::testing
