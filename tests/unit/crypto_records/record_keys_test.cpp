#include "crypto/record_keys.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "crypto/vault.h"
#include "support/fake_random.h"
#include "support/results.h"
#include "support/temporary_directory.h"

namespace chapar::testing {

using namespace crypto;
namespace fs = std::filesystem;

namespace {

struct Home {
    TemporaryDirectory folder;
    fs::path file = folder.path() / "record.keys";
    FakeRandom random{9};
    Secret32 key = Secret32::random(random);

    [[nodiscard]] Vault open() const { return {key.duplicate(), slot_file(file)}; }
    [[nodiscard]] std::string bytes() const {
        std::ifstream in(file, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void append(std::string_view text) const {
        std::ofstream(file, std::ios::binary | std::ios::app) << text;
    }
};

const RecordPlace kPlace{"inbox.texts", view("1")};
const RecordPlace kOther{"inbox.texts", view("2")};

}  // namespace

// Fails if purge() forgets the slot without overwriting it, or writes a new file beside the old.
TEST_CASE("after a purge no byte of the key is in its file, which was overwritten in place") {
    Home home;
    Bytes sealed;
    std::string before;
    struct stat first {};
    {
        Vault vault = home.open();
        sealed = vault.seal(kPlace, view("a report"), home.random).value();
        before = home.bytes().substr(0, kSlotBytes);
        REQUIRE(::stat(home.file.c_str(), &first) == 0);
        REQUIRE(vault.seal(kOther, view("stays"), home.random));
        REQUIRE(vault.purge(kPlace));
    }
    const std::string after = home.bytes();
    CHECK(after.substr(0, kSlotBytes) == std::string(kSlotBytes, '\0'));
    // No eight bytes of the slot in a row are anywhere: tags, nonce and wrapped key are all gone.
    for (std::size_t at = 9; at + 8 <= 97; ++at) {
        CHECK(after.find(before.substr(at, 8)) == std::string::npos);
    }
    struct stat second {};
    REQUIRE(::stat(home.file.c_str(), &second) == 0);
    CHECK(first.st_ino == second.st_ino);
    // Who has the store as it was, and the vault key, still has nothing.
    Vault vault = home.open();
    CHECK(error_of(vault.open(kPlace, sealed)) == Errc::RecordKeyGone);
}

TEST_CASE("a slot is on the disk before the record that needs it can be committed") {
    Home home;
    Vault vault = home.open();
    const Bytes sealed = vault.seal(kPlace, view("a report"), home.random).value();
    const std::string file = home.bytes();
    CHECK(file.size() % kSlotBytes == 0);
    CHECK(file.front() == '\x01');
    CHECK((fs::status(home.file).permissions() & fs::perms::all) ==
          (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("two processes do not use one slot file") {
    Home home;
    Vault vault = home.open();
    const Bytes sealed = vault.seal(kPlace, view("a report"), home.random).value();
    Vault second = home.open();
    CHECK(error_of(second.open(kPlace, sealed)) == Errc::StoreInUse);
    CHECK(second.seal(kOther, {}, home.random).error().code == Errc::StoreInUse);
}

TEST_CASE("a slot file that others may read, a folder and a link are refused") {
    Home home;
    { REQUIRE(home.open().seal(kPlace, view("x"), home.random)); }
    REQUIRE(::chmod(home.file.c_str(), 0640) == 0);
    CHECK(home.open().purge(kPlace).error().code == Errc::KeystoreExposed);
    REQUIRE(::chmod(home.file.c_str(), 0600) == 0);
    fs::rename(home.file, home.folder.path() / "elsewhere");
    fs::create_symlink(home.folder.path() / "elsewhere", home.file);
    CHECK(home.open().purge(kPlace).error().code == Errc::FileFailed);
    fs::remove(home.file);
    fs::create_directory(home.file);
    CHECK(home.open().purge(kPlace).error().code == Errc::FileFailed);
}

TEST_CASE("growth that was cut short leaves a file that is used on") {
    Home home;
    Bytes sealed;
    { sealed = home.open().seal(kPlace, view("x"), home.random).value(); }
    home.append(std::string(50, '\0'));
    Vault vault = home.open();
    CHECK(to_string(vault.open(kPlace, sealed)->expose()) == "x");
    std::vector<Bytes> more;
    for (std::size_t i = 0; i < 200; ++i) {
        const Bytes key = to_bytes(std::to_string(i));
        more.push_back(vault.seal({"t", key}, view("y"), home.random).value());
    }
    for (std::size_t i = 0; i < more.size(); ++i) {
        const Bytes key = to_bytes(std::to_string(i));
        CHECK(vault.open({"t", key}, more[i]));
    }
    CHECK(home.bytes().size() % kSlotBytes == 0);
}

TEST_CASE("a slot file cut short is an error of the records beyond its end only") {
    Home home;
    Bytes first;
    Bytes second;
    {
        Vault vault = home.open();
        first = vault.seal(kPlace, view("first"), home.random).value();
        second = vault.seal(kOther, view("second"), home.random).value();
    }
    fs::resize_file(home.file, kSlotBytes + 20);
    Vault vault = home.open();
    CHECK(vault.open(kPlace, first));
    CHECK(error_of(vault.open(kOther, second)) == Errc::RecordKeyGone);
}

}  // namespace chapar::testing
