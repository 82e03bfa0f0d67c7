#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "crypto/tree.h"
#include "storage/archive_file.h"
#include "storage/export_tree.h"
#include "storage/ledger_export_read.h"
#include "storage/ledger_export_write.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

using namespace chapar;
using namespace chapar::storage;
using chapar::testing::error_of;
using chapar::testing::must;
namespace fs = std::filesystem;

namespace {

ExportedEntry entry(std::uint64_t index) {
    const std::string text = "entry " + std::to_string(index);
    return {to_bytes(text), index % 3 == 0 ? Bytes{} : to_bytes(text + " body")};
}

Hash root_of(std::uint64_t size) {
    std::vector<Hash> hashes;
    for (std::uint64_t i = 0; i < size; ++i) hashes.push_back(crypto::leaf_hash(entry(i).leaf));
    return crypto::tree_root(hashes);
}

struct Export {
    chapar::testing::TemporaryDirectory folder;
    std::string target = (folder.path() / "a.tar").string();

    ExportPlan plan(ExportForm form = ExportForm::Archive, std::uint64_t from = 0) const {
        return {target, form, from, to_bytes("manifest"), "name+00000000+AAAA", {}};
    }
    static void fill(ExportWriter& writer, std::uint64_t size) {
        while (writer.next() < size) must(writer.add(entry(writer.next())));
    }
    static Result<WrittenExport> finish(ExportWriter& writer, std::uint64_t size) {
        return writer.finish("name\n" + std::to_string(size) + "\nroot\n\n", size, root_of(size));
    }
};

}  // namespace

TEST_CASE("tiles of every size give the root and the paths that the whole tree has") {
    for (const std::uint64_t size : {1, 2, 255, 256, 257, 513, 1100}) {
        std::map<std::string, std::vector<Hash>> tiles;
        const auto put = [&](const TileRef& tile, std::span<const Hash> hashes) -> Status {
            tiles[tile.name()] = {hashes.begin(), hashes.end()};
            return Done{};
        };
        ExportTree tree;
        std::vector<Hash> hashes;
        for (std::uint64_t i = 0; i < size; ++i) {
            hashes.push_back(crypto::leaf_hash(entry(i).leaf));
            must(tree.push(hashes.back(), put));
        }
        must(tree.put_partial(put));
        CHECK(tree.root() == crypto::tree_root(hashes));
        const GetTile get = [&](const TileRef& tile) -> Result<std::vector<Hash>> {
            return tiles.at(tile.name());
        };
        for (std::uint64_t older = 1; older <= size; older += 7) {
            CAPTURE(older);
            const auto path = must(path_from_tiles(older, size, get));
            CHECK(crypto::check_consistency(older, root_of(older), size, tree.root(), path));
        }
    }
}

// Fails if resume() does not count what is there, or believes half a bundle.
TEST_CASE("an export that was cut goes on where it stopped, and ends as if it had not been cut") {
    const Export whole, cut;
    auto writer = must(ExportWriter::open(whole.plan()));
    Export::fill(writer, 900);
    REQUIRE(Export::finish(writer, 900));

    for (const std::uint64_t stop : {1, 300, 512, 700}) {
        auto first = must(ExportWriter::open(cut.plan()));
        Export::fill(first, stop);
    }
    // A bundle that the disk lost: it is fetched again, and what follows it too.
    std::ofstream(cut.target + ".part/body/001", std::ios::trunc) << "half";
    auto last = must(ExportWriter::open(cut.plan()));
    CHECK(last.next() == 256);
    Export::fill(last, 900);
    REQUIRE(Export::finish(last, 900));
    const auto a = must(read_archive(whole.target)), b = must(read_archive(cut.target));
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        CHECK(a[i].name == b[i].name);
        CHECK(a[i].bytes == b[i].bytes);
    }
    CHECK_FALSE(fs::exists(cut.target + ".part"));
}

TEST_CASE("an export of another ledger or form does not go on with what lies there") {
    const Export one;
    { auto writer = must(ExportWriter::open(one.plan())); }
    ExportPlan other = one.plan();
    other.manifest = to_bytes("another centre");
    CHECK(error_of(ExportWriter::open(other)) == Errc::AlreadyExists);
    CHECK(error_of(ExportWriter::open(one.plan(ExportForm::Directory))) == Errc::AlreadyExists);
    CHECK(error_of(ExportWriter::open(one.plan(ExportForm::Archive, 5))) == Errc::Usage);
    CHECK(error_of(ExportWriter::open(one.plan(ExportForm::Directory, 65'536))) == Errc::Usage);
}

// Fails if the draft of a first write that failed is taken for somebody else's file.
TEST_CASE("an export whose first write failed may be tried again, beside nothing else") {
    const Export one;
    const fs::path folder = one.target + ".part";
    fs::create_directory(folder);
    std::ofstream(folder / "state.new") << "half";
    { auto writer = must(ExportWriter::open(one.plan())); }
    fs::remove_all(folder);
    fs::create_directory(folder);
    std::ofstream(folder / "letter") << "not ours";
    CHECK(error_of(ExportWriter::open(one.plan())) == Errc::AlreadyExists);
}

TEST_CASE("nothing is written over, and no archive appears for another root") {
    const Export one;
    auto writer = must(ExportWriter::open(one.plan()));
    Export::fill(writer, 20);
    CHECK(error_of(writer.finish("note", 20, root_of(19))) == Errc::LedgerDamaged);
    CHECK(error_of(writer.finish("note", 21, root_of(20))) == Errc::LedgerDamaged);
    CHECK_FALSE(fs::exists(one.target));
    REQUIRE(Export::finish(writer, 20));
    CHECK(error_of(ExportWriter::open(one.plan())) == Errc::AlreadyExists);
}

TEST_CASE("a reader gives back every entry, of an archive, of segments and of a directory") {
    const std::uint64_t size = 65'536 + 300;
    for (const ExportForm form : {ExportForm::Archive, ExportForm::Directory}) {
        const Export one;
        auto writer = must(ExportWriter::open(one.plan(form)));
        Export::fill(writer, size);
        const auto written = must(Export::finish(writer, size));
        REQUIRE(written.files.size() == (form == ExportForm::Archive ? 2 : 1));
        std::uint64_t next = 0;
        for (const std::string& file : written.files) {
            auto reader = must(ExportReader::open(file));
            CHECK(reader.manifest() == to_bytes("manifest"));
            CHECK(reader.vkey() == "name+00000000+AAAA");
            REQUIRE(reader.start() == next);
            for (; next < reader.end(); ++next) {
                if (must(reader.read(next)) != entry(next)) FAIL("entry " << next);
            }
        }
        CHECK(next == size);
    }
}

TEST_CASE("of two notes of one size the one with more signatures is kept") {
    const Export one;
    auto writer = must(ExportWriter::open(one.plan()));
    Export::fill(writer, 20);
    must(writer.keep_note(10, "note\n\nlog\nwitness\n"));
    must(writer.keep_note(10, "note\n\nlog\n"));
    must(writer.keep_note(30, "beyond the end\n"));
    REQUIRE(Export::finish(writer, 20));
    for (const Member& member : must(read_archive(one.target))) {
        if (!member.name.starts_with("cp/")) continue;
        CHECK(member.name == "cp/10");
        CHECK(to_string(member.bytes) == "note\n\nlog\nwitness\n");
    }
}

TEST_CASE("segments are numbered before the extension") {
    CHECK(segment_file("a/b.tar", 0, 1) == "a/b.tar");
    CHECK(segment_file("a/b.tar", 7, 12) == "a/b.007.tar");
    CHECK(segment_file("b", 1000, 2000) == "b.1000");
}
