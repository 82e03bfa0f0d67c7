// How much may wait, how fast it may come, and in whose turn: one below, at, and one above.
#include "broker/edge/intake.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "broker/edge/fair_queue.h"

using namespace chapar;
using namespace chapar::broker;

namespace {

const AgencyId kFlooder = AgencyId::parse("TJ-DCA").value();
const AgencyId kOther = AgencyId::parse("UZ-NDC").value();
constexpr std::size_t kMiB = 1024 * 1024;
constexpr DurationMs kNow{500'000};

CertificateHash device_number(std::uint8_t number) {
    CertificateHash device;
    device.bytes.fill(std::byte{number});
    return device;
}

// A bound that no test of another one meets.
IntakeBounds wide() {
    IntakeBounds bounds;
    bounds.session_frames = bounds.session_bytes = std::size_t{1} << 40;
    return bounds;
}

}  // namespace

// Fails if a bound is changed here and not on the page.
TEST_CASE("the bounds of the intake are the page's") {
    const IntakeBounds bounds;
    CHECK(bounds.session_frames == 64);
    CHECK(bounds.session_bytes == 4 * kMiB);
    CHECK(bounds.envelopes.per_second == 200);
    CHECK(bounds.envelopes.burst == 1'000);
}

// Fails if the frames of a session are not compared.
TEST_CASE("a session has 64 frames unverified, and the next is pushed back") {
    Intake intake(IntakeBounds{});
    CHECK(intake.admit(1, kOther, 62, 1));
    CHECK(intake.admit(1, kOther, 63, 1));
    CHECK_FALSE(intake.admit(1, kOther, 64, 1));
}

// Fails if the bytes of a session are not added up, or not given back.
TEST_CASE("a session has 4 MiB waiting, and the byte above is pushed back") {
    Intake intake(IntakeBounds{});
    auto first = intake.admit(1, kOther, 0, 4 * kMiB - 1);
    REQUIRE(first);
    CHECK_FALSE(intake.admit(1, kOther, 0, 2));
    auto last = intake.admit(1, kOther, 0, 1);
    REQUIRE(last);
    CHECK_FALSE(intake.admit(1, kOther, 0, 1));
    CHECK(intake.admit(2, kOther, 0, 1));
    first.reset();
    CHECK(intake.used() == 1);
    CHECK(intake.admit(1, kOther, 0, 4 * kMiB - 1));
}

// Fails if an agency is not compared with what is free.
TEST_CASE("an agency may hold as much as is still free: one that floods gets half of all") {
    Intake intake(wide());
    const auto half = intake.admit(1, kFlooder, 0, 32 * kMiB - 1);
    REQUIRE(half);
    const auto at = intake.admit(2, kFlooder, 0, 1);
    CHECK(at);
    CHECK_FALSE(intake.admit(3, kFlooder, 0, 1));
    const auto other = intake.admit(4, kOther, 0, 16 * kMiB);
    CHECK(other);
    CHECK_FALSE(intake.admit(4, kOther, 0, 1));
}

// Fails if only each agency is bounded: many together would take everything.
TEST_CASE("however many agencies flood, something is left for one that comes later") {
    Intake intake(wide());
    std::vector<Intake::Share> held;
    for (int round = 0; round < 1'000; ++round) {
        for (int agency = 0; agency < 100; ++agency) {
            auto share =
                intake.admit(1, AgencyId::parse("A" + std::to_string(agency)).value(), 0, 65'536);
            if (share) held.push_back(std::move(*share));
        }
    }
    CHECK(intake.used() <= 64 * kMiB - 65'536);
    CHECK(intake.admit(2, kOther, 0, 65'536));
}

// Fails if a share that was split gives back more or less than it took.
TEST_CASE("the parts of a share give back what the whole took") {
    Intake intake(IntakeBounds{});
    {
        auto whole = intake.admit(1, kOther, 0, 1'000);
        REQUIRE(whole);
        Intake::Share part = whole->split(300);
        CHECK(whole->bytes() == 700);
        whole.reset();
        CHECK(intake.used() == 300);
        Intake::Share moved = std::move(part);
        CHECK(intake.used() == 300);
    }
    CHECK(intake.used() == 0);
    CHECK(intake.admit(1, kOther, 0, 4 * kMiB));
}

// Fails if the bucket is not asked, is the same for all, or does not fill with time.
TEST_CASE("an agency submits 1,000 envelopes at once and 200 a second") {
    Intake intake(IntakeBounds{});
    const auto each = [&](DurationMs now) {
        std::size_t taken = 0;
        for (std::uint8_t device = 0; device < 5; ++device) {
            while (intake.within_rate(kFlooder, device_number(device), 1, now)) ++taken;
        }
        return taken;
    };
    CHECK(each(kNow) == 1'000);
    CHECK(intake.within_rate(kOther, device_number(9), 1'000, kNow));
    const DurationMs later(kNow.value + 1'000);
    CHECK(each(later) == 200);
    CHECK(each(DurationMs(later.value + kDay.value)) == 1'000);
}

// Fails if one device may take what is left for its colleagues: the upper half of the burst is
// everybody's, of the lower half a quarter of all is one device's.
TEST_CASE("a device that sends without an end leaves its colleagues room") {
    Intake intake(IntakeBounds{});
    const auto alone = [&](DurationMs now) {
        std::size_t taken = 0;
        while (intake.within_rate(kFlooder, device_number(1), 1, now)) ++taken;
        return taken;
    };
    CHECK(alone(kNow) == 501 + 250);
    CHECK(intake.within_rate(kFlooder, device_number(2), 249, kNow));
    CHECK_FALSE(intake.within_rate(kFlooder, device_number(3), 1, kNow));
    std::size_t taken = 0;
    for (std::uint64_t ms = 1; ms <= 100'000; ++ms) taken += alone(DurationMs(kNow.value + ms));
    // All 200 a second while nobody else sends, and never the last that are left.
    CHECK(taken > 19'000);
    CHECK(taken <= 20'000);
    CHECK(intake.within_rate(kFlooder, device_number(2), 64, DurationMs(kNow.value + 100'000)));
}

// Fails if a frame is let in only when all of its envelopes are due: who sends single ones takes
// each as it comes.
TEST_CASE("a full frame comes in beside single ones, and what it took too much is owed") {
    Intake intake(IntakeBounds{});
    while (intake.within_rate(kFlooder, device_number(1), 1, kNow)) continue;
    while (intake.within_rate(kFlooder, device_number(2), 1, kNow)) continue;
    const DurationMs later(kNow.value + 5);
    CHECK(intake.within_rate(kFlooder, device_number(3), 256, later));
    CHECK_FALSE(intake.within_rate(kFlooder, device_number(4), 1, later));
    // 255 of them are owed.
    CHECK_FALSE(intake.within_rate(kFlooder, device_number(4), 1, DurationMs(later.value + 1'279)));
    CHECK(intake.within_rate(kFlooder, device_number(4), 1, DurationMs(later.value + 1'280)));
}

// Fails if the queue is first come, first served.
TEST_CASE("one piece waits for a quantum of the agency that floods, not for all it has queued") {
    FairQueue<std::string> queue;
    for (int i = 0; i < 1'000; ++i) queue.push(kFlooder, 16 * 1024, "flood");
    queue.push(kOther, 16 * 1024, "one");
    std::size_t before = 0;
    while (queue.pop() != "one") ++before;
    CHECK(before == 4);
    CHECK(queue.size() == 996);
}

// Fails if turns count pieces: who sends large ones gets more of the verifiers.
TEST_CASE("agencies that always have something waiting get as many bytes each") {
    FairQueue<const AgencyId*> queue;
    for (int i = 0; i < 400; ++i) queue.push(kFlooder, 200 * 1024, &kFlooder);
    for (int i = 0; i < 8'000; ++i) queue.push(kOther, 10 * 1024, &kOther);
    std::size_t flooder = 0;
    std::size_t other = 0;
    for (int i = 0; i < 4'000; ++i) {
        const auto piece = queue.pop();
        REQUIRE(piece);
        (*piece == &kFlooder ? flooder : other) += *piece == &kFlooder ? 200 : 10;
    }
    CHECK(flooder > other * 9 / 10);
    CHECK(other > flooder * 9 / 10);
}

// Fails if an agency's own order is not kept, or something is lost on the way.
TEST_CASE("within an agency the order stays, and all that goes in comes out") {
    FairQueue<int> queue;
    for (int i = 0; i < 100; ++i) {
        queue.push(kFlooder, static_cast<std::size_t>(i % 7) * 50'000 + 1, i);
        queue.push(kOther, 3, 1'000 + i);
    }
    int flooder = 0;
    int other = 1'000;
    for (int i = 0; i < 200; ++i) {
        const auto piece = queue.pop();
        REQUIRE(piece);
        if (*piece < 1'000) CHECK(*piece == flooder++);
        if (*piece >= 1'000) CHECK(*piece == other++);
    }
    CHECK(queue.empty());
    CHECK_FALSE(queue.pop());
}

// Fails if what was saved up outlives the line: an agency could collect turns while it says
// nothing.
TEST_CASE("nothing is saved up by an agency that has nothing waiting") {
    FairQueue<std::string> queue;
    for (int i = 0; i < 50; ++i) {
        queue.push(kFlooder, 1, "small");
        REQUIRE(queue.pop());
    }
    for (int i = 0; i < 50; ++i) queue.push(kFlooder, 64 * 1024, "large");
    queue.push(kOther, 1, "one");
    CHECK(queue.pop() == "large");
    CHECK(queue.pop() == "one");
}
