#include "broker/edge/ledger_key_file.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "broker/edge/kek_file.h"
#include "crypto/secret_hex.h"
#include "schemas/base/hex.h"
#include "tests/support/fake_random.h"
#include "tests/support/temporary_directory.h"

using namespace chapar;
using namespace chapar::broker;
using chapar::testing::FakeRandom;
using chapar::testing::TemporaryDirectory;

namespace {

using Path = std::filesystem::path;

crypto::LedgerKeyScope bucket(std::uint32_t month) {
    return crypto::LedgerKeyScope::bucket(*AgencyId::parse("TJ-DCA"), *AgencyId::parse("UZ-NDC"),
                                          crypto::RetentionClass::Year, crypto::YearMonth(month));
}

std::string text_at(const Path& path) {
    return to_string(read_file(path, Exposure::Public).value());
}

void put_text(const Path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
    REQUIRE(chmod(path.c_str(), 0600) == 0);
}

// The two files of a broker's directory.
struct Files {
    TemporaryDirectory directory;
    FakeRandom random{1};
    Path keys = directory.path() / "ledger.keys";
    Path kek = directory.path() / "kek" / "ledger.kek";

    [[nodiscard]] Result<LedgerKeyFile> open() { return LedgerKeyFile::open(keys, kek, random); }

    LedgerKeyFile with(const std::vector<std::uint32_t>& months) {
        auto file = open();
        REQUIRE(file);
        std::vector<NewLedgerKey> fresh;
        for (const std::uint32_t month : months) {
            fresh.push_back({bucket(month), crypto::Secret32::random(random)});
        }
        REQUIRE(file->add(std::move(fresh)));
        return std::move(*file);
    }

    void append_text(std::string_view text) {
        std::ofstream(keys, std::ios::app | std::ios::binary) << text;
    }
};

}  // namespace

TEST_CASE("ledger secrets are found again after a restart, and only with their KEK") {
    Files files;
    const LedgerKeyFile first = files.with({202610, 202611});
    {
        const auto second = files.open();
        REQUIRE(second);
        REQUIRE(second->keys().find(bucket(202611)) != nullptr);
        CHECK(crypto::equal_in_constant_time(second->keys().find(bucket(202611))->expose(),
                                             first.keys().find(bucket(202611))->expose()));
    }
    const auto other = crypto::WrappingKey::generate(files.random).encode();
    put_text(files.kek, to_string(other.expose()));
    CHECK(files.open().error().code == Errc::LedgerDamaged);
    std::filesystem::remove(files.kek);
    CHECK(files.open().error().code == Errc::FileFailed);
}

// Fails if secrets are written as they are.
TEST_CASE("no file but the KEK's gives a ledger secret away, and that one only with the other") {
    Files files;
    const LedgerKeyFile file = files.with({202611});
    std::array<std::byte, 64> digits{};
    crypto::secret_to_hex(*file.keys().find(bucket(202611)), digits);
    const std::string_view secret(reinterpret_cast<const char*>(digits.data()), digits.size());
    CHECK(text_at(files.keys).find(secret) == std::string::npos);
    CHECK(text_at(files.kek).find(secret) == std::string::npos);
}

TEST_CASE("the rest of a line that a crash left is passed over, and the next key follows cleanly") {
    Files files;
    (void)files.with({202611});
    files.append_text("0102030405");
    {
        auto file = files.open();
        REQUIRE(file);
        CHECK(file->keys().size() == 1);
        CHECK(file->torn());
        std::vector<NewLedgerKey> more;
        more.push_back({crypto::LedgerKeyScope::pad(), crypto::Secret32::random(files.random)});
        REQUIRE(file->add(std::move(more)));
    }
    CHECK(files.open().value().keys().size() == 2);
}

// Fails if a hole stops the start, or if what stands behind it is given up or cut off: a flipped
// bit makes a zero of a blank.
TEST_CASE("a line with a hole is passed over, and every other line counts") {
    Files files;
    (void)files.with({202610, 202611});
    const std::string good = text_at(files.keys);
    CHECK_FALSE(files.open().value().torn());
    const std::size_t second = good.find('\n', good.find('\n') + 1) + 1;
    const std::string first_line = good.substr(good.find('\n') + 1, second - good.find('\n') - 1);
    std::string flipped = good;
    flipped[good.find(' ', good.find('\n'))] = '\0';
    put_text(files.keys, flipped);
    {
        const auto file = files.open();
        REQUIRE(file);
        CHECK(file->torn());
        CHECK(file->keys().find(bucket(202610)) == nullptr);
        CHECK(file->keys().find(bucket(202611)) != nullptr);
    }
    CHECK(text_at(files.keys) == flipped);
    put_text(files.keys, good + std::string(100, '\0') + first_line.substr(100));
    CHECK(files.open().value().keys().size() == 2);
    CHECK(text_at(files.keys).size() > good.size());
    put_text(files.keys, std::string(5, '\0') + good.substr(5));
    CHECK(files.open().error().code == Errc::LedgerDamaged);
    CHECK(text_at(files.keys).size() == good.size());
}

TEST_CASE("a damaged line among the ledger secrets, or another file, stops the start") {
    Files files;
    (void)files.with({202611});
    const std::string good = text_at(files.keys);
    files.append_text("zz zz zz\n");
    CHECK(files.open().error().code == Errc::LedgerDamaged);
    put_text(files.keys, good + good.substr(good.find('\n') + 1));  // a key twice
    CHECK(files.open().error().code == Errc::LedgerDamaged);
    for (const char* text : {"abc", "chapar-ledger-keys/1\n", "\n"}) {
        put_text(files.keys, text);
        CHECK(files.open().error().code == Errc::LedgerDamaged);
        CHECK(text_at(files.keys) == text);
    }
}

// Fails if destroy() keeps the KEK: the older copy of the key file would open again.
TEST_CASE("a shredded secret is gone, the others stay, and no older copy of the key file opens") {
    Files files;
    std::string older;
    {
        LedgerKeyFile file = files.with({202609, 202610, 202611});
        older = text_at(files.keys);
        const std::vector<BucketId> names = {bucket(202609).name(), bucket(202611).name()};
        REQUIRE(file.destroy(names));
        CHECK(file.keys().size() == 1);
        std::vector<NewLedgerKey> more;
        more.push_back({crypto::LedgerKeyScope::pad(), crypto::Secret32::random(files.random)});
        REQUIRE(file.add(std::move(more)));
    }
    {
        const auto again = files.open();
        REQUIRE(again);
        CHECK(again->keys().size() == 2);
        CHECK(again->keys().find(bucket(202609)) == nullptr);
        CHECK(again->keys().find(bucket(202610)) != nullptr);
    }
    put_text(files.keys, older);
    CHECK(files.open().error().code == Errc::LedgerDamaged);
    CHECK_FALSE(std::filesystem::exists(new_name(files.kek)));
}

TEST_CASE("to destroy what is not there changes nothing on the disk") {
    Files files;
    LedgerKeyFile file = files.with({202611});
    const std::string before = text_at(files.kek) + text_at(files.keys);
    const std::vector<BucketId> names = {bucket(202601).name()};
    REQUIRE(file.destroy(names));
    CHECK(text_at(files.kek) + text_at(files.keys) == before);
}

// Fails if the KEK is chosen by its file's name, or the drafts of a shredding are left lying.
TEST_CASE("a crash at any step of a shredding leaves one pair that opens") {
    Files files;
    const std::vector<BucketId> names = {bucket(202610).name()};
    LedgerKeyFile file = files.with({202610, 202611});
    const std::string old_keys = text_at(files.keys);
    const std::string old_kek = text_at(files.kek);
    REQUIRE(file.destroy(names));
    const std::string new_keys = text_at(files.keys);
    const std::string new_kek = text_at(files.kek);
    const std::string zeros(old_kek.size(), '\0');
    struct Moment {
        std::string kek, kek_draft, keys, keys_draft;
        std::size_t secrets;
    };
    const std::string half = new_kek.substr(0, 20);
    const std::string half_keys = new_keys.substr(0, 90);
    for (const Moment& at :
         {Moment{old_kek, half, old_keys, "", 2}, Moment{old_kek, new_kek, old_keys, "", 2},
          Moment{old_kek, new_kek, old_keys, half_keys, 2},
          Moment{old_kek, new_kek, old_keys, new_keys, 2},
          Moment{old_kek, new_kek, new_keys, "", 1}, Moment{zeros, new_kek, new_keys, "", 1},
          Moment{new_kek, "", new_keys, "", 1}}) {
        put_text(files.kek, at.kek);
        put_text(files.keys, at.keys);
        if (!at.kek_draft.empty()) put_text(new_name(files.kek), at.kek_draft);
        if (!at.keys_draft.empty()) put_text(new_name(files.keys), at.keys_draft);
        auto opened = files.open();
        REQUIRE(opened);
        CHECK(opened->keys().size() == at.secrets);
        // The start does again what the crash cut short.
        REQUIRE(opened->destroy(names));
        CHECK(opened->keys().size() == 1);
        CHECK(files.open().value().keys().size() == 1);
        CHECK_FALSE(std::filesystem::exists(new_name(files.kek)));
        CHECK_FALSE(std::filesystem::exists(new_name(files.keys)));
        CHECK(text_at(files.kek) != old_kek);
    }
}

TEST_CASE("a first start that was cut short begins again with the KEK it made") {
    Files files;
    (void)files.with({});
    const std::string kek = text_at(files.kek);
    put_text(files.keys, text_at(files.keys).substr(0, 25));
    REQUIRE(files.open());
    CHECK(text_at(files.kek) == kek);
    REQUIRE(chmod(files.kek.c_str(), 0640) == 0);
    CHECK(files.open().error().code == Errc::KeystoreExposed);
}
