// What a hostile ustar file or directory may try. Fails if the check in archive.cpp that a case
// names is taken out.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "crypto/verify/archive.h"
#include "crypto/verify/export.h"
#include "storage/tar.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/verify/made_ledger.h"

using namespace chapar;
using chapar::testing::must;
namespace fs = std::filesystem;

namespace {

// The checksum of a head that was changed.
void fix(Bytes& head) {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < 512; ++i) {
        sum += i >= 148 && i < 156 ? std::uint64_t{' '} : std::to_integer<std::uint64_t>(head[i]);
    }
    for (std::size_t i = 154; i-- > 148; sum >>= 3)
        head[i] = static_cast<std::byte>('0' + (sum & 7));
}

struct Made {
    std::string name = "manifest";
    std::uint64_t claimed = 5;
    char type = '0';
    std::string prefix = "";
    bool bad_sum = false;
};

std::string why_refused(const std::vector<Made>& members, std::size_t end = 1024,
                        const std::string& behind = "") {
    const chapar::testing::TemporaryDirectory folder;
    Bytes file;
    for (const Made& m : members) {
        Bytes head = storage::tar_head(m.name, m.claimed);
        head[156] = static_cast<std::byte>(m.type);
        std::ranges::copy(view(m.prefix), head.begin() + 345);
        fix(head);
        if (m.bad_sum) head[150] ^= std::byte{1};
        append(file, head);
        file.resize(file.size() + 512);
    }
    file.resize(file.size() + end);
    append(file, view(behind));
    const std::string path = (folder.path() / "a.tar").string();
    std::ofstream(path, std::ios::binary) << to_string(file);
    std::string why;
    return verify::Archive::open(path, why) ? "" : why;
}

}  // namespace

TEST_CASE("a plain archive opens") { CHECK(why_refused({{}, {.name = "vkey"}}).empty()); }

TEST_CASE("names that leave the archive are refused") {
    for (const char* name : {"../manifest", "/etc/passwd", "a/../../b", "a//b", "./a", "a/.", "a/",
                             "tile/\x01", "a\\b", "a b"}) {
        CAPTURE(name);
        CHECK(why_refused({{.name = name}}).find("name") != std::string::npos);
    }
    CHECK(why_refused({{.prefix = "../.."}}).find("name") != std::string::npos);
}

TEST_CASE("links, folders, devices and extension heads are refused") {
    for (const char type : {'1', '2', '3', '5', 'x', 'g', 'L', '\0'}) {
        CHECK(why_refused({{.type = type}}).find("no regular file") != std::string::npos);
    }
}

TEST_CASE("a member that stands twice is refused") {
    CHECK(why_refused({{}, {.name = "vkey"}, {}}).find("twice") != std::string::npos);
}

TEST_CASE("a size that a member cannot have is refused before anything is read") {
    CHECK(why_refused({{.claimed = 07777777777ULL}}).find("larger") != std::string::npos);
    CHECK(why_refused({{.name = "tile/0/000", .claimed = 8193}}).find("larger") !=
          std::string::npos);
    CHECK(why_refused({{.claimed = 60'000}}).find("cut short") != std::string::npos);
}

TEST_CASE("damaged heads, a missing end, and what stands behind the end are refused") {
    CHECK(why_refused({{.bad_sum = true}}).find("damaged") != std::string::npos);
    CHECK(why_refused({{}}, 0).find("closing") != std::string::npos);
    CHECK(why_refused({{}}, 1024, std::string(512, 'x')).find("behind") != std::string::npos);
    CHECK(why_refused({{}}, 1024, "x").find("closing") != std::string::npos);
}

TEST_CASE("thousands of members are no export") {
    std::vector<Made> many;
    for (int i = 0; i < 4097; ++i) many.push_back({.name = "m" + std::to_string(i)});
    CHECK(why_refused(many).find("too many") != std::string::npos);
}

// Fails if check_names() does not walk the directory, or follows links.
TEST_CASE("a directory with a link or a file too many is refused") {
    const chapar::testing::MadeLedger ledger;
    const chapar::testing::TemporaryDirectory folder;
    const fs::path tree = folder.path() / "tree";
    REQUIRE(ledger.write(tree.string(), 10, storage::ExportForm::Directory).size() == 1);
    std::ofstream(folder.path() / "card") << ledger.card();
    std::string why;
    const auto card = verify::read_trust_card((folder.path() / "card").string(), why);
    REQUIRE(card);
    const auto complete = [&] {
        verify::Questions questions;
        questions.archives = {tree.string()};
        for (const auto& v : verify::verify_export(*card, questions, {}).verdicts) {
            if (v.rule == "archive.complete") return v.ok;
        }
        return false;
    };
    CHECK(complete());
    std::ofstream(tree / "tile" / "more") << "x";
    CHECK_FALSE(complete());
    fs::remove(tree / "tile" / "more");
    fs::rename(tree / "manifest", folder.path() / "manifest");
    fs::create_symlink(folder.path() / "manifest", tree / "manifest");
    CHECK_FALSE(complete());
}
