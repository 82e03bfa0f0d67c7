#include <doctest/doctest.h>

#include <algorithm>

#include "crypto/vault.h"
#include "support/fake_random.h"
#include "support/memory_slot_file.h"

namespace chapar::testing {

using namespace crypto;

namespace {

const RecordPlace kPlace{"inbox.texts", view("1")};
const RecordPlace kOther{"inbox.texts", view("2")};

// A vault whose slots outlive it, as on a disk.
struct Bench {
    // Hands the slots on to one vault after the other.
    class Lent final : public SlotFile {
      public:
        explicit Lent(MemorySlotFile& disk) : disk_(disk) {}
        Result<std::size_t> count() override { return disk_.count(); }
        Result<Slot> read(SlotNumber number) override { return disk_.read(number); }
        Status write(SlotNumber number, const Slot& slot) override {
            return disk_.write(number, slot);
        }
        Status grow(std::size_t slots) override { return disk_.grow(slots); }

      private:
        MemorySlotFile& disk_;
    };

    FakeRandom random{4};
    Secret32 key = Secret32::random(random);
    MemorySlotFile disk;
    Vault vault{key.duplicate(), std::make_unique<Lent>(disk)};

    void reopen() { vault = Vault(key.duplicate(), std::make_unique<Lent>(disk)); }
    Bytes seal(const RecordPlace& place, std::string_view text) {
        return vault.seal(place, view(text), random).value();
    }
    Result<std::string> open(const RecordPlace& place, ByteView sealed) {
        const SecretBuffer text = CHAPAR_TRY(vault.open(place, sealed));
        return to_string(text.expose());
    }
    Errc refusal(const RecordPlace& place, ByteView sealed) {
        return open(place, sealed).error().code;
    }
    std::size_t taken() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(disk.slots, [](const Slot& slot) { return slot != Slot{}; }));
    }
};

}  // namespace

TEST_CASE("a record at rest opens in its place, whole, and after the home was opened again") {
    Bench bench;
    const Bytes sealed = bench.seal(kPlace, "a report");
    CHECK(sealed.size() == 8 + Vault::kOverheadBytes);
    CHECK(bench.open(kPlace, sealed).value() == "a report");
    bench.reopen();
    CHECK(bench.open(kPlace, sealed).value() == "a report");
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        CHECK_FALSE(bench.open(kPlace, ByteView(sealed).first(size)));
    }
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        Bytes flipped = sealed;
        flipped[i] ^= std::byte{1};
        CHECK_FALSE(bench.open(kPlace, flipped));
    }
}

// Fails if the tag of the place is not compared, and the place is neither committed to nor in the
// additional data.
TEST_CASE("a record copied to another place, or its slot moved, does not open") {
    Bench bench;
    const Bytes sealed = bench.seal(kPlace, "a report");
    const Bytes other = bench.seal(kOther, "another");
    CHECK(bench.refusal(kOther, sealed) == Errc::RecordKeyGone);
    CHECK(bench.refusal({"outbox.drafts", view("1")}, sealed) == Errc::RecordKeyGone);
    std::swap(bench.disk.slots[0], bench.disk.slots[1]);
    bench.reopen();
    CHECK_FALSE(bench.open(kPlace, sealed));
    CHECK_FALSE(bench.open(kOther, other));
}

// Fails if seal_again() takes a slot, draws no nonce of its own, or does not look at the place.
TEST_CASE("a record that is added to keeps its key, so that destroying it destroys every version") {
    Bench bench;
    const Bytes before = bench.seal(kPlace, "a report");
    const Bytes after =
        bench.vault.seal_again(kPlace, before, view("a report, and more"), bench.random).value();
    const Bytes same =
        bench.vault.seal_again(kPlace, before, view("a report"), bench.random).value();
    CHECK(same != before);
    CHECK(bench.taken() == 1);
    CHECK(bench.open(kPlace, before).value() == "a report");
    CHECK(bench.open(kPlace, after).value() == "a report, and more");
    const auto refused = [&](const RecordPlace& place, ByteView sealed) {
        return bench.vault.seal_again(place, sealed, view("x"), bench.random).error().code;
    };
    CHECK(refused(kOther, before) == Errc::RecordKeyGone);
    CHECK(refused(kPlace, ByteView(before).first(20)) == Errc::OpenFailed);
    Bytes bent = before;
    bent[12] ^= std::byte{1};
    CHECK(refused(kPlace, bent) == Errc::OpenFailed);
    CHECK(bench.vault.purge(kPlace));
    CHECK(bench.refusal(kPlace, after) == Errc::RecordKeyGone);
    CHECK(refused(kPlace, before) == Errc::RecordKeyGone);
}

TEST_CASE("a record does not open under another vault key") {
    Bench bench;
    const Bytes sealed = bench.seal(kPlace, "a report");
    bench.key = Secret32::random(bench.random);
    bench.reopen();
    CHECK_FALSE(bench.open(kPlace, sealed));
}

TEST_CASE("the same record sealed twice looks different and uses another key") {
    Bench bench;
    const Bytes first = bench.seal(kPlace, "x");
    const Bytes second = bench.seal(kPlace, "x");
    CHECK(!std::equal(first.begin() + 8, first.end(), second.begin() + 8));
    CHECK(bench.taken() == 2);
    CHECK(bench.open(kPlace, first).value() == "x");
    CHECK(bench.open(kPlace, second).value() == "x");
}

// Fails if purge() only forgets the slot, or only its newest key.
TEST_CASE("after a purge the slot file holds zeros and the key alone opens nothing") {
    Bench bench;
    const Bytes older = bench.seal(kPlace, "first version");
    const Bytes sealed = bench.seal(kPlace, "a report");
    const Bytes kept = bench.seal(kOther, "stays");
    REQUIRE(bench.vault.purge(kPlace));
    CHECK(bench.disk.slots[0] == Slot{});
    CHECK(bench.disk.slots[1] == Slot{});
    CHECK(bench.refusal(kPlace, sealed) == Errc::RecordKeyGone);
    bench.reopen();
    CHECK(bench.refusal(kPlace, sealed) == Errc::RecordKeyGone);
    CHECK(bench.refusal(kPlace, older) == Errc::RecordKeyGone);
    CHECK(bench.open(kOther, kept).value() == "stays");
    CHECK(bench.vault.purge(kPlace));
    CHECK(bench.vault.purge({"no.such", view("9")}));
}

TEST_CASE("a slot used again does not open the record that was there before") {
    Bench bench;
    const Bytes gone = bench.seal(kPlace, "before");
    REQUIRE(bench.vault.purge(kPlace));
    const Bytes fresh = bench.seal(kOther, "after");
    CHECK(bench.refusal(kPlace, gone) == Errc::RecordKeyGone);
    const Bytes again = bench.seal(kPlace, "again");
    CHECK_FALSE(bench.open(kPlace, gone));
    CHECK(bench.open(kOther, fresh).value() == "after");
    CHECK(bench.open(kPlace, again).value() == "again");
}

// Fails if seal() returns before the slot is written.
TEST_CASE("a record whose slot cannot be written is not sealed, and its slot is not used again") {
    Bench bench;
    (void)bench.seal(kPlace, "first");
    bench.disk.writable = false;
    CHECK(bench.vault.seal(kOther, view("x"), bench.random).error().code == Errc::FileFailed);
    CHECK(bench.vault.purge(kPlace).error().code == Errc::FileFailed);
    bench.disk.writable = true;
    const Bytes sealed = bench.seal(kOther, "second");
    CHECK(sealed[7] == std::byte{2});
}

// Fails if keep_only() clears a slot of a table it was not told of.
TEST_CASE("keys without a record are destroyed when the home is opened, others stay") {
    Bench bench;
    const Bytes live = bench.seal(kPlace, "live");
    const Bytes given_up = bench.seal(kOther, "its transaction was given up");
    const Bytes unlisted = bench.seal({"drafts", view("1")}, "another table");
    bench.reopen();
    Vault::LiveRecords records;
    records.add_table("inbox.texts");
    records.add_record(live);
    records.add_record(ByteView(live).first(3));
    CHECK(bench.vault.keep_only(records).value() == 1);
    CHECK(bench.taken() == 2);
    CHECK(bench.open(kPlace, live).value() == "live");
    CHECK(bench.refusal(kOther, given_up) == Errc::RecordKeyGone);
    CHECK(bench.open({"drafts", view("1")}, unlisted).value() == "another table");
    CHECK(bench.vault.keep_only(records).value() == 0);
}

TEST_CASE("damage of one slot is an error of its record and of no other") {
    for (std::size_t at = 0; at < kSlotBytes; ++at) {
        CAPTURE(at);
        Bench bench;
        const Bytes first = bench.seal(kPlace, "first");
        const Bytes second = bench.seal(kOther, "second");
        bench.disk.slots[0][at] ^= std::byte{0x40};
        bench.reopen();
        const Errc code = bench.refusal(kPlace, first);
        CHECK((code == Errc::RecordKeyDamaged || code == Errc::RecordKeyGone));
        CHECK(bench.open(kOther, second).value() == "second");
        // A damaged slot is never given to another record.
        CHECK(bench.seal({"inbox.texts", view("3")}, "third")[7] == std::byte{2});
    }
}

TEST_CASE("a slot that cannot be read costs its record only; a lost slot file is named") {
    Bench bench;
    const Bytes first = bench.seal(kPlace, "first");
    const Bytes second = bench.seal(kOther, "second");
    bench.disk.unreadable = SlotNumber(0);
    bench.reopen();
    CHECK(bench.refusal(kPlace, first) == Errc::RecordKeyDamaged);
    CHECK(bench.open(kOther, second).value() == "second");
    bench.disk.unreadable.reset();
    bench.disk.slots.clear();
    bench.reopen();
    CHECK(bench.refusal(kOther, second) == Errc::RecordKeyGone);
}

}  // namespace chapar::testing
