#include "broker/edge/files.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

#include "broker/edge/tap.h"
#include "crypto/secret_hex.h"
#include "tests/support/fake_random.h"
#include "tests/support/temporary_directory.h"

using namespace chapar;
using namespace chapar::broker;
using chapar::testing::FakeRandom;
using chapar::testing::TemporaryDirectory;

namespace {

void append_text(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::app | std::ios::binary) << text;
}

}  // namespace

TEST_CASE("a secret file that others can read is refused") {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "secret";
    append_text(path, "x");
    for (const mode_t mode : {0640, 0604, 0610}) {
        REQUIRE(chmod(path.c_str(), mode) == 0);
        const auto content = read_file(path, Exposure::Secret);
        REQUIRE_FALSE(content);
        CHECK(content.error().code == Errc::KeystoreExposed);
    }
    REQUIRE(chmod(path.c_str(), 0600) == 0);
    CHECK(read_file(path, Exposure::Secret));
}

TEST_CASE("a file can be locked once at a time") {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "lock";
    {
        const auto first = lock_file(path);
        REQUIRE(first);
        const auto second = lock_file(path);
        REQUIRE_FALSE(second);
        CHECK(second.error().code == Errc::StoreInUse);
    }
    CHECK(lock_file(path));
}

TEST_CASE("a secret survives hexadecimal, and nothing else is taken for one") {
    FakeRandom random(3);
    const auto secret = crypto::Secret32::random(random);
    std::array<std::byte, 64> text{};
    crypto::secret_to_hex(secret, text);
    const std::string_view shown(reinterpret_cast<const char*>(text.data()), text.size());
    const auto back = crypto::secret_from_hex(shown);
    REQUIRE(back);
    CHECK(crypto::equal_in_constant_time(back->expose(), secret.expose()));
    CHECK_FALSE(crypto::secret_from_hex(shown.substr(1)));
    CHECK_FALSE(crypto::secret_from_hex(std::string(63, '0') + "g"));
}

TEST_CASE("a tap that goes on in an older file is for its owner alone, and follows no link") {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "tap";
    append_text(path, "x");
    REQUIRE(chmod(path.c_str(), 0644) == 0);
    REQUIRE(Tap::create(path));
    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    const auto link = directory.path() / "link";
    std::filesystem::create_symlink(path, link);
    CHECK_FALSE(Tap::create(link));
}
