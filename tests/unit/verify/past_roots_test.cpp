// Roots of sizes that the tree has passed, read from an export's tiles a second time.
#include "crypto/verify/past_roots.h"

#include <doctest/doctest.h>

#include "crypto/verify/segment.h"
#include "tests/support/temporary_directory.h"
#include "tests/unit/verify/made_ledger.h"

namespace chapar::testing {
namespace {

constexpr std::uint64_t kSize = 66'000;

// On both sides of every border: a tile, a segment, the end.
const std::vector<std::uint64_t> kAsked{1,      2,      255,    256,    257,
                                        1000,   65'279, 65'280, 65'535, 65'536,
                                        65'537, 65'792, 65'793, 65'999, 66'000};

std::map<std::uint64_t, verify::Hash> true_roots(const MadeLedger& ledger) {
    std::map<std::uint64_t, verify::Hash> out;
    verify::RunningRoot tree;
    for (std::uint64_t i = 0; i < kSize; ++i) {
        const Hash hash = storage::hash_of_exported(ledger.entry(i).leaf);
        verify::Hash plain{};
        std::ranges::transform(hash.bytes, plain.begin(),
                               [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
        tree.push(plain);
        out[i + 1] = tree.root();
    }
    return out;
}

struct Opened {
    std::optional<verify::Archive> archive;
    std::optional<verify::Segment> segment;
    std::optional<verify::PastRoots> roots;

    explicit Opened(const std::string& path) {
        std::string why;
        archive = verify::Archive::open(path, why);
        REQUIRE_MESSAGE(archive, why);
        segment = verify::read_segment(*archive, why);
        REQUIRE_MESSAGE(segment, why);
        const verify::Range& range = segment->members.range;
        roots.emplace(*archive, range,
                      *verify::RunningRoot::from_peaks(range.start, segment->previous));
    }
};

}  // namespace

// Fails if a size at a border is taken from the tile on its other side.
TEST_CASE("an export tells the root at each size that its tree has passed") {
    const MadeLedger ledger;
    const TemporaryDirectory folder;
    const auto roots = true_roots(ledger);
    const auto archives = ledger.write((folder.path() / "a.tar").string(), kSize);
    REQUIRE(archives.size() == 2);
    const auto whole =
        ledger.write((folder.path() / "tree").string(), kSize, storage::ExportForm::Directory);
    for (const auto& files : {archives, whole}) {
        auto asked = kAsked.begin();
        for (const std::string& file : files) {
            Opened opened(file);
            for (; asked != kAsked.end() && *asked <= opened.segment->members.range.end; ++asked) {
                const auto root = opened.roots->at(*asked);
                REQUIRE_MESSAGE(root, *asked);
                CHECK_MESSAGE(*root == roots.at(*asked), *asked);
            }
        }
        CHECK(asked == kAsked.end());
    }
}

TEST_CASE("a size that was passed already, or lies beyond the archive, has no root") {
    const MadeLedger ledger;
    const TemporaryDirectory folder;
    const auto files = ledger.write((folder.path() / "a.tar").string(), 300);
    Opened opened(files.front());
    CHECK(opened.roots->at(200));
    CHECK_FALSE(opened.roots->at(199));
    CHECK_FALSE(opened.roots->at(301));
    CHECK(opened.roots->at(300));
}

}  // namespace chapar::testing
