#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <filesystem>

#include "crypto/sha256.h"
#include "schemas/base/hex.h"
#include "storage/archive_file.h"
#include "storage/ledger_export.h"
#include "tests/support/temporary_directory.h"

using namespace chapar;
using namespace chapar::storage;

namespace {

LedgerExport ledger_of(std::size_t entries) {
    LedgerExport out{to_bytes("manifest"),
                     "name+00000000+AAAA",
                     "name\n" + std::to_string(entries) + "\nroot\n\n",
                     {}};
    for (std::size_t i = 0; i < entries; ++i) {
        const std::string text = "entry " + std::to_string(i);
        out.entries.push_back({to_bytes(text), i % 3 == 0 ? Bytes{} : to_bytes(text + " body")});
    }
    return out;
}

std::vector<std::string> names_of(const std::vector<Member>& members) {
    std::vector<std::string> out;
    for (const Member& member : members) out.push_back(member.name);
    return out;
}

const Member& member_named(const std::vector<Member>& members, const std::string& name) {
    const auto found =
        std::ranges::find_if(members, [&](const Member& m) { return m.name == name; });
    REQUIRE(found != members.end());
    return *found;
}

}  // namespace

TEST_CASE("an archive gives back the export it was made from, at every tile boundary") {
    for (const std::size_t entries : {0, 1, 255, 256, 257, 600}) {
        CAPTURE(entries);
        const LedgerExport ledger = ledger_of(entries);
        const auto members = decode_tar(encode_tar(members_of(ledger)));
        REQUIRE(members);
        const auto again = export_of(*members);
        REQUIRE(again);
        CHECK(*again == ledger);
    }
}

TEST_CASE("members stand in the order and under the names of the layout") {
    const auto names = names_of(members_of(ledger_of(257)));
    const std::vector<std::string> expected{
        "FORMAT.txt",           "manifest",       "vkey",           "checkpoint",
        "tile/0/000",           "tile/0/001.p/1", "tile/1/000.p/1", "tile/entries/000",
        "tile/entries/001.p/1", "body/000",       "body/001.p/1",   "SHA256SUMS"};
    CHECK(names == expected);
}

TEST_CASE("SHA256SUMS lists every other member in the form of sha256sum") {
    const auto members = members_of(ledger_of(3));
    const std::string sums = to_string(member_named(members, "SHA256SUMS").bytes);
    const Member& vkey = member_named(members, "vkey");
    CHECK(sums.find(to_hex(crypto::sha256(vkey.bytes).view()) + "  vkey\n") != std::string::npos);
    CHECK(static_cast<std::size_t>(std::ranges::count(sums, '\n')) == members.size() - 1);
}

TEST_CASE("an archive cut short anywhere is refused as incomplete") {
    const Bytes whole = encode_tar(members_of(ledger_of(5)));
    for (std::size_t size = 0; size < whole.size() - 512; size += 512) {
        CAPTURE(size);
        const auto members = decode_tar(ByteView(whole).first(size));
        REQUIRE_FALSE(members);
        CHECK(members.error().code == Errc::ExportIncomplete);
    }
}

TEST_CASE("a changed byte in a member's head is refused") {
    Bytes archive = encode_tar(members_of(ledger_of(5)));
    archive[3] ^= std::byte{1};
    CHECK_FALSE(decode_tar(archive));
}

TEST_CASE("a missing or a short bundle is named") {
    auto members = members_of(ledger_of(5));
    std::erase_if(members, [](const Member& m) { return m.name == "body/000.p/5"; });
    const auto without = export_of(members);
    REQUIRE_FALSE(without);
    CHECK(without.error().context == "body/000.p/5 is missing");

    members = members_of(ledger_of(5));
    for (Member& member : members) {
        if (member.name == "tile/entries/000.p/5") member.bytes.pop_back();
    }
    const auto cut = export_of(members);
    REQUIRE_FALSE(cut);
    CHECK(cut.error().code == Errc::ExportIncomplete);
}

TEST_CASE("an archive is read from a file as from the unpacked directory") {
    const testing::TemporaryDirectory directory;
    const std::filesystem::path& folder = directory.path();
    const LedgerExport ledger = ledger_of(3);
    REQUIRE(write_archive((folder / "export.tar").string(), members_of(ledger)));
    const auto from_file = read_archive((folder / "export.tar").string());
    REQUIRE(from_file);
    CHECK(export_of(*from_file).value() == ledger);

    const std::string command = "mkdir " + (folder / "tree").string() + " && tar -C " +
                                (folder / "tree").string() + " -xf " +
                                (folder / "export.tar").string();
    REQUIRE(std::system(command.c_str()) == 0);
    const auto from_tree = read_archive((folder / "tree").string());
    REQUIRE(from_tree);
    CHECK(export_of(*from_tree).value() == ledger);
    CHECK_FALSE(read_archive((folder / "absent.tar").string()));
}
