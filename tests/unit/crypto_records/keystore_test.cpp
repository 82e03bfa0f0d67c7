#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "crypto/keystore.h"
#include "crypto/private_file.h"
#include "support/fake_random.h"
#include "tests/support/temporary_directory.h"

namespace chapar::testing {
namespace {

using namespace crypto;
namespace fs = std::filesystem;

class Folder {
  public:
    [[nodiscard]] fs::path file() const { return path() / "device.keystore"; }
    [[nodiscard]] const fs::path& path() const { return directory_.path(); }

  private:
    TemporaryDirectory directory_;
};

SecretBuffer passphrase(std::string_view text) { return SecretBuffer::copy_of(view(text)); }

Bytes content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return to_bytes(text);
}

void overwrite(const fs::path& path, ByteView content) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << to_string(content);
}

Errc error_of_open(const fs::path& path, std::string_view text = "correct horse") {
    const Result<Keystore> keystore = Keystore::open(path, passphrase(text));
    REQUIRE_FALSE(keystore);
    return keystore.error().code;
}

struct Saved {
    Folder folder;
    FakeRandom random{3};
    Saved() {
        Keystore keystore = Keystore::create(passphrase("correct horse"), {}, random).value();
        keystore.put("sign", Secret32::random(random));
        keystore.put("note", passphrase("any length"));
        REQUIRE(keystore.save(folder.file(), random));
    }
};

}  // namespace

TEST_CASE("a keystore gives back what was put in, and is for its owner's eyes only") {
    const Saved saved;
    const Result<Keystore> keystore =
        Keystore::open(saved.folder.file(), passphrase("correct horse"));
    REQUIRE(keystore);
    CHECK(keystore->names() == std::vector<std::string>{"note", "sign"});
    CHECK(to_string(keystore->find("note")->expose()) == "any length");
    CHECK(keystore->find32("sign"));
    CHECK(keystore->find32("note").error().code == Errc::MalformedLayout);
    CHECK(keystore->find32("none").error().code == Errc::NotFound);
    CHECK(keystore->cost() == KeystoreCost{});
    CHECK((fs::status(saved.folder.file()).permissions() & fs::perms::all) ==
          (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("saving again replaces the file whole, without the passphrase and without leftovers") {
    Saved saved;
    const fs::path file = saved.folder.file();
    const Bytes before = content_of(file);
    Keystore keystore = Keystore::open(file, passphrase("correct horse")).value();
    keystore.erase("sign");
    keystore.put("note", passphrase("new"));
    REQUIRE(keystore.save(file, saved.random));
    CHECK(content_of(file) != before);
    const Keystore again = Keystore::open(file, passphrase("correct horse")).value();
    CHECK(again.names() == std::vector<std::string>{"note"});
    CHECK(to_string(again.find("note")->expose()) == "new");
    CHECK(std::distance(fs::directory_iterator(saved.folder.path()), {}) == 1);
}

TEST_CASE("a keystore that group or others may read is not opened") {
    const Saved saved;
    for (const unsigned mode : {0640U, 0604U, 0610U, 0666U}) {
        REQUIRE(::chmod(saved.folder.file().c_str(), mode) == 0);
        CHECK(error_of_open(saved.folder.file()) == Errc::KeystoreExposed);
    }
    REQUIRE(::chmod(saved.folder.file().c_str(), 0400) == 0);
    CHECK(Keystore::open(saved.folder.file(), passphrase("correct horse")));
}

TEST_CASE("a wrong passphrase is named as such") {
    const Saved saved;
    CHECK(error_of_open(saved.folder.file(), "Correct horse") == Errc::PassphraseWrong);
    CHECK(error_of_open(saved.folder.file(), "") == Errc::PassphraseWrong);
}

TEST_CASE("a keystore cut short is refused") {
    const Saved saved;
    const Bytes whole = content_of(saved.folder.file());
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{10}, std::size_t{49}, std::size_t{60}}) {
        overwrite(saved.folder.file(), ByteView(whole).first(size));
        CHECK(error_of_open(saved.folder.file()) == Errc::MalformedLayout);
    }
    for (const std::size_t size : {std::size_t{74}, std::size_t{80}, whole.size() - 1}) {
        overwrite(saved.folder.file(), ByteView(whole).first(size));
        CHECK(error_of_open(saved.folder.file()) == Errc::PassphraseWrong);
    }
}

TEST_CASE("a flipped bit anywhere refuses the keystore") {
    const Saved saved;
    const Bytes whole = content_of(saved.folder.file());
    // One in each field: magic, version, algorithm, passes, memory, salt, nonce, text, tag.
    for (const std::size_t at :
         {std::size_t{3}, std::size_t{16}, std::size_t{17}, std::size_t{25}, std::size_t{30},
          std::size_t{40}, std::size_t{60}, std::size_t{80}, whole.size() - 1}) {
        Bytes flipped = whole;
        flipped[at] ^= std::byte{4};
        overwrite(saved.folder.file(), flipped);
        CAPTURE(at);
        CHECK_FALSE(Keystore::open(saved.folder.file(), passphrase("correct horse")));
    }
}

TEST_CASE("argon2id below its floor is neither written nor opened") {
    Saved saved;
    const auto refused = [&](KeystoreCost cost) {
        return Keystore::create(passphrase("x"), cost, saved.random).error().code ==
               Errc::FieldInvalid;
    };
    CHECK(refused({2, KeystoreCost::kFloorMemoryBytes}));
    CHECK(refused({3, KeystoreCost::kFloorMemoryBytes - 1}));
    CHECK(refused({65, KeystoreCost::kFloorMemoryBytes}));
    CHECK(refused({3, KeystoreCost::kCeilingMemoryBytes + 1}));
    CHECK(Keystore::create(passphrase(""), {}, saved.random).error().code == Errc::FieldInvalid);
    Bytes cheap = content_of(saved.folder.file());
    cheap[25] = std::byte{2};
    overwrite(saved.folder.file(), cheap);
    CHECK(error_of_open(saved.folder.file()) == Errc::MalformedLayout);
}

TEST_CASE("a missing file, a folder and a link are not keystores") {
    const Saved saved;
    CHECK(error_of_open(saved.folder.path() / "none") == Errc::NotFound);
    CHECK(error_of_open(saved.folder.path()) == Errc::FileFailed);
    const fs::path link = saved.folder.path() / "link";
    fs::create_symlink(saved.folder.file(), link);
    CHECK(error_of_open(link) == Errc::FileFailed);
}

TEST_CASE("a file larger than the limit is not read") {
    Saved saved;
    CHECK(read_private_file(saved.folder.file(), 10).error().code == Errc::TooLarge);
    CHECK(replace_private_file(saved.folder.path() / "none" / "x", {}, saved.random).error().code ==
          Errc::FileFailed);
}

// Fails if change_passphrase() keeps the salt or the key, or writes anything before save().
TEST_CASE("a changed passphrase opens the keystore from its saving on, and the old one no more") {
    Saved saved;
    const fs::path file = saved.folder.file();
    const Bytes before = content_of(file);
    Keystore keystore = Keystore::open(file, passphrase("correct horse")).value();
    const KeystoreCost dearer{4, KeystoreCost::kFloorMemoryBytes};
    REQUIRE(keystore.change_passphrase(passphrase("battery staple"), dearer, saved.random));
    CHECK(content_of(file) == before);
    REQUIRE(keystore.save(file, saved.random));
    const Bytes after = content_of(file);
    CHECK_FALSE(std::equal(before.begin() + 34, before.begin() + 50, after.begin() + 34));
    CHECK(error_of_open(file) == Errc::PassphraseWrong);
    const Keystore again = Keystore::open(file, passphrase("battery staple")).value();
    CHECK(again.names() == std::vector<std::string>{"note", "sign"});
    CHECK(again.cost() == dearer);
}

TEST_CASE("a passphrase that cannot be taken leaves the keystore under the old one") {
    Saved saved;
    Keystore keystore = Keystore::open(saved.folder.file(), passphrase("correct horse")).value();
    CHECK_FALSE(keystore.change_passphrase(passphrase(""), {}, saved.random));
    CHECK_FALSE(keystore.change_passphrase(passphrase("x"), {1, 8192}, saved.random));
    REQUIRE(keystore.save(saved.folder.file(), saved.random));
    CHECK(Keystore::open(saved.folder.file(), passphrase("correct horse")));
}

TEST_CASE("a keystore under a key opens with that key, and never with a passphrase") {
    Saved saved;
    const fs::path file = saved.folder.path() / "epochs.keystore";
    const Secret32 key = Secret32::random(saved.random);
    Keystore keystore = Keystore::create_under(key);
    keystore.put("epoch", passphrase("a day's secret"));
    REQUIRE(keystore.save(file, saved.random));
    const Keystore again = Keystore::open_under(file, key).value();
    CHECK(to_string(again.find("epoch")->expose()) == "a day's secret");
    const Secret32 other = Secret32::random(saved.random);
    CHECK(Keystore::open_under(file, other).error().code == Errc::OpenFailed);
    CHECK(error_of_open(file) == Errc::MalformedLayout);
    CHECK(Keystore::open_under(saved.folder.file(), key).error().code == Errc::MalformedLayout);
    Bytes flipped = content_of(file);
    flipped[40] ^= std::byte{1};
    overwrite(file, flipped);
    CHECK_FALSE(Keystore::open_under(file, key));
}

// Fails if scaled_cost() gives less than the floor, or passes before memory.
TEST_CASE(
    "calibration spends a fast machine's time on memory first, and never goes below its floor") {
    const auto scaled = [](std::uint64_t took) {
        return scaled_cost(DurationMs(took), kSecond, kUnlockMemoryLimit);
    };
    const std::uint64_t floor = KeystoreCost::kFloorMemoryBytes;
    CHECK(scaled(5000) == KeystoreCost{});
    CHECK(scaled(1000) == KeystoreCost{});
    CHECK(scaled(500) == KeystoreCost{3, 2 * floor});
    CHECK(scaled(250) == KeystoreCost{3, 4 * floor});
    CHECK(scaled(125) == KeystoreCost{6, 4 * floor});
    CHECK(scaled(0).passes == KeystoreCost::kCeilingPasses);
    std::uint64_t calls = 0;
    const auto slow = calibrate_cost([&] { return DurationMs(calls++ * 2000); });
    CHECK(slow.value() == KeystoreCost{});
    CHECK(calls == 2);
}

}  // namespace chapar::testing
