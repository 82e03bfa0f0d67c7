// The high-water file through what a crash, a disk or a second copy can do to it.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "broker/edge/files.h"
#include "broker/edge/high_water.h"
#include "tests/support/temporary_directory.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

namespace {

constexpr const char* kOrigin = "chapar.test/ledger/1";
constexpr std::size_t kSlot = HighWaterSlot::kBytes;

Bytes slot_of(std::uint64_t number, const std::string& note) {
    return encode_slot(kOrigin, {number, {Hash{.bytes = {std::byte{1}}}, note}}).value();
}

void write(const std::filesystem::path& path, const Bytes& bytes) {
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()),
               static_cast<std::streamsize>(bytes.size()));
}

Bytes joined(const Bytes& first, const Bytes& second) {
    Bytes both = first;
    both.insert(both.end(), second.begin(), second.end());
    return both;
}

}  // namespace

TEST_CASE("a slot of the high-water file is read strictly: with any byte changed it is none") {
    const HighWaterSlot slot{7, {Hash{}, "chapar.test/ledger/1\n3\nroot\n\nsignature\n"}};
    Bytes bytes = encode_slot(kOrigin, slot).value();
    CHECK(decode_slot(kOrigin, bytes).value() == slot);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        CAPTURE(at);
        bytes[at] ^= std::byte{1};
        const auto torn = decode_slot(kOrigin, bytes);
        bytes[at] ^= std::byte{1};
        REQUIRE_FALSE(torn);
        CHECK(torn.error().code == Errc::HighWaterMissing);
    }
    CHECK_FALSE(decode_slot("chapar.other/ledger/1", bytes));
    CHECK_FALSE(decode_slot(kOrigin, ByteView(bytes).first(kSlot - 1)));
    CHECK_FALSE(encode_slot(kOrigin, {1, {Hash{}, std::string(kSlot, 'x')}}));
}

// Fails if the newest slot is written over, or the smaller number counts.
TEST_CASE("a rewrite that was cut short anywhere leaves the note before it") {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "high-water";
    const Bytes older = slot_of(5, "the older note");
    const Bytes newer = slot_of(6, "the newer note");
    const Bytes next = slot_of(7, "the note that is being written");
    const HighWaterFile file(path, kOrigin);
    for (std::size_t cut = 0; cut <= kSlot; cut += cut < 512 ? 1 : 512) {
        CAPTURE(cut);
        Bytes half = older;
        std::copy_n(next.begin(), cut, half.begin());
        write(path, joined(half, newer));
        const std::string note = file.read().value()->note;
        // From its last digit on the slot is whole: the rest of both is zeros.
        CHECK((note == "the newer note" || note == "the note that is being written"));
        if (cut < 200) CHECK(note == "the newer note");
        if (cut == kSlot) CHECK(note == "the note that is being written");
    }
}

TEST_CASE("a high-water file is rewritten in place, slot by slot, at its one length") {
    const TemporaryDirectory directory;
    HighWaterFile file(directory.path() / "high-water", kOrigin);
    REQUIRE(file.claim(HighWaterFile::Found::Nothing, {Hash{}, "note 0"}));
    struct stat before {};
    REQUIRE(stat(file.path().c_str(), &before) == 0);
    for (int i = 1; i < 5; ++i) {
        REQUIRE(file.keep("note " + std::to_string(i)));
        CHECK(file.read().value()->note == "note " + std::to_string(i));
    }
    const auto bytes = read_file(file.path(), Exposure::Public).value();
    CHECK(decode_slot(kOrigin, ByteView(bytes).first(kSlot)).value().content.note == "note 4");
    CHECK(decode_slot(kOrigin, ByteView(bytes).last(kSlot)).value().content.note == "note 3");
    struct stat after {};
    REQUIRE(stat(file.path().c_str(), &after) == 0);
    CHECK(before.st_ino == after.st_ino);
    CHECK(before.st_size == after.st_size);
    // Fails if the file is not written whole when it is made: a full disk could stop a rewrite.
    CHECK(before.st_blocks == after.st_blocks);
}

// Fails if a slot is looked for in whatever bytes there are: the older one would be found.
TEST_CASE("a high-water file of another length, or without a slot, is missing") {
    const TemporaryDirectory directory;
    const auto path = directory.path() / "high-water";
    const HighWaterFile file(path, kOrigin);
    const Bytes slot = slot_of(5, "note");
    for (const Bytes& content : {Bytes(), slot, joined(slot, Bytes(kSlot - 1)),
                                 joined(joined(slot, slot), Bytes(1)), Bytes(2 * kSlot)}) {
        write(path, content);
        CHECK(file.read().error().code == Errc::HighWaterMissing);
    }
    write(path, joined(slot, Bytes(kSlot)));
    CHECK(file.read().value()->note == "note");
}

TEST_CASE("a high-water file that another start has written is a second copy's") {
    const TemporaryDirectory directory;
    HighWaterFile first(directory.path() / "high-water", "origin");
    HighWaterFile second = first;
    const HighWater ours{Hash{.bytes = {std::byte{1}}}, "note 1"};
    REQUIRE(first.claim(HighWaterFile::Found::Nothing, ours));
    CHECK(second.claim(HighWaterFile::Found::Nothing, ours).error().code == Errc::SecondCopy);
    REQUIRE(first.keep("note 2"));
    const auto seen = second.read().value();
    REQUIRE(second.claim(*seen, {Hash{.bytes = {std::byte{2}}}, "note 3"}));
    // Fails if the nonce is not compared: both would go on.
    CHECK(first.watch().error().code == Errc::SecondCopy);
    CHECK(first.keep("note 4").error().code == Errc::SecondCopy);
    CHECK(second.keep("note 5"));
    std::filesystem::remove(second.path());
    CHECK(second.keep("note 6").error().code == Errc::HighWaterMissing);
}
