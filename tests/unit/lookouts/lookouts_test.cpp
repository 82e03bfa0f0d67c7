// What is looked out for now: the state of a lookout from all that was said about it, in any order.
#include "client/cases/lookouts.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace chapar::testing {
namespace {

using client::judge_lookouts;
using client::LookoutMessage;
using client::Lookouts;
using client::LookoutState;
using schemas::Kind;

constexpr TimeMs kFrom(1'795'000'000'000);
constexpr TimeMs kUntil(kFrom.value + 14 * kDay.value);
constexpr TimeMs kNow(kFrom.value + kDay.value);

MessageId id_of(unsigned number) {
    MessageId id{};
    id.bytes.back() = static_cast<std::byte>(number);
    return id;
}

AgencyId agency(const char* name) { return AgencyId::parse(name).value(); }

LookoutMessage message(Kind kind, unsigned number, const char* from = "UZ-NSS") {
    LookoutMessage out{agency(from), OfficeId::parse(std::string(from) + "-HQ").value()};
    out.kind = kind;
    out.message = id_of(number);
    out.created = TimeMs(kFrom.value + number);
    return out;
}

LookoutMessage order(unsigned number, const char* from = "UZ-NSS") {
    LookoutMessage out = message(Kind::LookoutInform, number, from);
    out.from = kFrom;
    out.until = kUntil;
    out.target = "CONTAINER CSQU3054383";
    out.keys = {{client::TargetField::Container, "CSQU3054383"}};
    return out;
}

LookoutMessage about(Kind kind, unsigned number, unsigned target, const char* from = "UZ-NSS") {
    LookoutMessage out = message(kind, number, from);
    out.about = {id_of(target)};
    return out;
}
LookoutMessage cancel(unsigned number, unsigned target, const char* from = "UZ-NSS") {
    return about(Kind::LookoutCancel, number, target, from);
}
LookoutMessage hit(unsigned number, unsigned target, const char* from = "AF-CNP") {
    return about(Kind::LookoutHit, number, target, from);
}

// The one lookout of these messages.
client::Lookout only(std::vector<LookoutMessage> messages, TimeMs now = kNow) {
    const Lookouts out = judge_lookouts(std::move(messages), now);
    REQUIRE(out.all.size() == 1);
    return out.all.front();
}

}  // namespace

TEST_CASE("a lookout is in force from its first moment until its last, whatever hits it had") {
    CHECK(only({order(1)}, TimeMs(kFrom.value - 1)).state == LookoutState::NotYet);
    CHECK(only({order(1)}, kFrom).state == LookoutState::Active);
    CHECK(only({order(1), hit(2, 1)}).state == LookoutState::Hit);
    CHECK(only({order(1), hit(2, 1)}, TimeMs(kUntil.value - 1)).state == LookoutState::Hit);
    CHECK(only({order(1)}, kUntil).state == LookoutState::Expired);
    CHECK(only({order(1), hit(2, 1)}, kUntil).state == LookoutState::Expired);
    CHECK(only({order(1), hit(2, 1), cancel(3, 1)}).state == LookoutState::Cancelled);
    CHECK(only({order(1), cancel(3, 1)}, kUntil).state == LookoutState::Cancelled);
    CHECK(client::is_in_force(LookoutState::Hit));
    CHECK_FALSE(client::is_in_force(LookoutState::NotYet));
}

// Fails if a cancel has an effect only on what came before it.
TEST_CASE("an office that gets the cancel before the lookout never has it in force") {
    const Lookouts early = judge_lookouts({cancel(2, 1)}, kNow);
    CHECK(early.all.empty());
    CHECK(early.unanswered.size() == 1);
    CHECK(only({cancel(2, 1), order(1)}).state == LookoutState::Cancelled);
}

// Fails if the answer depends on the order or number of times in which messages come.
TEST_CASE("all orders of lookout, hit, cancel, others' cancel and repetitions give one answer") {
    LookoutMessage copy = order(5);
    copy.derived_from = {id_of(1)};
    const std::vector<std::vector<LookoutMessage>> stories{
        {order(1), hit(2, 1), cancel(3, 1), order(1)},
        {order(1), hit(2, 1), cancel(3, 1, "AF-CNP"), cancel(4, 1), copy},
        {order(1), copy, cancel(3, 5), hit(4, 5), hit(6, 1)},
        {order(1), order(2), cancel(3, 1), hit(4, 9), cancel(5, 8)},
        {order(1), order(1, "AF-CNP"), cancel(3, 1, "AF-CNP"), hit(4, 1), hit(4, 1)},
    };
    std::size_t tried = 0;
    for (const auto& story : stories) {
        std::vector<std::size_t> places(story.size());
        for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
        const Lookouts expected = judge_lookouts(story, kNow);
        do {
            std::vector<LookoutMessage> messages;
            for (const std::size_t place : places) messages.push_back(story[place]);
            REQUIRE(judge_lookouts(messages, kNow) == expected);
            messages.push_back(messages.front());  // and one of them twice
            REQUIRE(judge_lookouts(messages, kNow) == expected);
            ++tried;
        } while (std::ranges::next_permutation(places).found);
    }
    CHECK(tried == 24 + 4 * 120);
}

// The same over stories that nobody wrote: 400 of them, 20 orders of each.
TEST_CASE("any story told in any order has the same end") {
    std::mt19937 random(7);
    const auto below = [&random](unsigned count) {
        return static_cast<unsigned>(random() % count);
    };
    for (int story = 0; story < 400; ++story) {
        std::vector<LookoutMessage> messages;
        const unsigned count = 2 + below(7);
        for (unsigned i = 0; i < count; ++i) {
            const char* const from = below(3) == 0 ? "AF-CNP" : "UZ-NSS";
            LookoutMessage one = below(2) == 0   ? order(1 + below(4), from)
                                 : below(2) == 0 ? hit(10 + i, 1 + below(4), from)
                                                 : cancel(10 + i, 1 + below(4), from);
            one.is_believed = below(4) != 0 || one.about.empty();
            if (one.about.empty() && below(3) == 0) one.derived_from = {id_of(1 + below(4))};
            messages.push_back(one);
        }
        // One sender says one thing under one id.
        std::ranges::sort(messages, {},
                          [](const LookoutMessage& m) { return std::pair(m.message, m.agency); });
        const auto same = std::ranges::unique(
            messages, {}, [](const LookoutMessage& m) { return std::pair(m.message, m.agency); });
        messages.erase(same.begin(), same.end());
        const Lookouts expected = judge_lookouts(messages, kNow);
        for (int turn = 0; turn < 20; ++turn) {
            std::ranges::shuffle(messages, random);
            REQUIRE(judge_lookouts(messages, kNow) == expected);
        }
    }
}

// Fails if who may cancel is not asked.
TEST_CASE(
    "another agency's cancel, or one whose key is in doubt, is shown as disputed and ends "
    "nothing") {
    const client::Lookout foreign = only({order(1), cancel(2, 1, "AF-CNP")});
    CHECK(foreign.state == LookoutState::Active);
    CHECK(foreign.disputed.size() == 1);
    CHECK(foreign.cancels.empty());
    LookoutMessage doubted = cancel(2, 1);
    doubted.is_believed = false;
    CHECK(only({order(1), doubted}).state == LookoutState::Active);
    CHECK(only({order(1), doubted}).disputed.size() == 1);
    CHECK(only({order(1), doubted, cancel(3, 1)}).state == LookoutState::Cancelled);

    LookoutMessage other_office = cancel(2, 1);
    other_office.office = OfficeId::parse("UZ-NSS-DUTY").value();
    CHECK(only({order(1), other_office}).state == LookoutState::Cancelled);
}

TEST_CASE(
    "message ids are one sender's own: a cancel ends its own agency's lookout and disputes no "
    "other") {
    const Lookouts out =
        judge_lookouts({order(1), order(1, "AF-CNP"), cancel(2, 1, "AF-CNP")}, kNow);
    REQUIRE(out.all.size() == 2);
    for (const client::Lookout& lookout : out.all) {
        const bool theirs = lookout.order.agency == agency("AF-CNP");
        CHECK(lookout.state == (theirs ? LookoutState::Cancelled : LookoutState::Active));
        CHECK(lookout.disputed.empty());
    }
}

TEST_CASE(
    "a lookout that was sent again is one, and is ended by either id, even where the first never "
    "came") {
    LookoutMessage copy = order(5);
    copy.derived_from = {id_of(1)};
    CHECK(only({order(1), copy}).copies.size() == 1);
    CHECK(only({order(1), copy, cancel(6, 5)}).state == LookoutState::Cancelled);
    CHECK(only({order(1), copy, cancel(6, 1)}).state == LookoutState::Cancelled);
    CHECK(only({cancel(2, 1), copy}).state == LookoutState::Cancelled);
    LookoutMessage changed = copy;
    changed.target = "CONTAINER MSCU0000000";
    CHECK(judge_lookouts({order(1), changed}, kNow).all.size() == 2);
}

// Fails if an order that passes on another's content is ended with it, or hit with it.
TEST_CASE("what is said of a lookout that is here is not said of another that names it") {
    LookoutMessage other = order(5);
    other.kind = Kind::LookoutCoerce;
    other.derived_from = {id_of(1)};
    const Lookouts out = judge_lookouts({order(1), other, cancel(6, 1), hit(7, 1)}, kNow);
    REQUIRE(out.all.size() == 2);
    for (const client::Lookout& lookout : out.all) {
        const bool is_first = lookout.order.message == id_of(1);
        CHECK(lookout.state == (is_first ? LookoutState::Cancelled : LookoutState::Active));
        CHECK(lookout.hits.size() == (is_first ? 1 : 0));
    }
    // Another agency's order of that id is not the one that it names.
    LookoutMessage copy = order(5);
    copy.derived_from = {id_of(1)};
    const Lookouts foreign = judge_lookouts({order(1, "AF-CNP"), copy, cancel(6, 1)}, kNow);
    for (const client::Lookout& lookout : foreign.all) {
        const bool theirs = lookout.order.agency == agency("AF-CNP");
        CHECK(lookout.state == (theirs ? LookoutState::Active : LookoutState::Cancelled));
    }
}

// Fails if each lookout has a copy of each: 500 messages of a peer took a gigabyte.
TEST_CASE("what is said of many lookouts at once is kept once") {
    std::vector<LookoutMessage> messages;
    for (unsigned number = 2; number < 102; ++number) {
        messages.push_back(order(number));
        messages.back().target = "CONTAINER " + std::to_string(number);
        messages.back().derived_from = {id_of(1)};  // which is not here
        messages.push_back(hit(number + 100, 1));
    }
    const Lookouts out = judge_lookouts(messages, kNow);
    REQUIRE(out.all.size() == 100);
    CHECK(out.outcomes.size() == 100);
    for (const client::Lookout& lookout : out.all) {
        CHECK(lookout.state == LookoutState::Hit);
        CHECK(lookout.hits.size() == 100);
        CHECK(out.outcomes[lookout.hits.front()].message == id_of(102));
    }
}

TEST_CASE(
    "a lookout whose text was taken back is over; a hit whose key is in doubt is shown and changes "
    "nothing") {
    LookoutMessage recalled = order(1);
    recalled.is_withdrawn = true;
    CHECK(only({recalled}).state == LookoutState::Cancelled);
    LookoutMessage doubted = hit(2, 1);
    doubted.is_believed = false;
    CHECK(only({order(1), doubted}).state == LookoutState::Active);
    CHECK(only({order(1), doubted}).hits.size() == 1);
}

TEST_CASE("a number is found as it is painted on the box, and with one character misread") {
    const client::TargetKey container{client::TargetField::Container, "CSQU3054383"};
    CHECK(client::likeness(container, "CSQU3054383") == client::Likeness::Same);
    CHECK(client::likeness(container, "csqu 305438-3") == client::Likeness::Same);
    CHECK(client::likeness(container, "CSQU3054388") == client::Likeness::Near);
    CHECK(client::likeness(container, "CSQU3054338") == client::Likeness::None);
    CHECK(client::likeness(container, "") == client::Likeness::None);
    const client::TargetKey plate{client::TargetField::Plate, "01 A 777 ВС"};
    CHECK(client::likeness(plate, "01a777вс") == client::Likeness::Same);
    CHECK(client::likeness({client::TargetField::Wagon, "1234"}, "1235") == client::Likeness::None);
}

TEST_CASE("a person is found by any words of a name, in either case of letters") {
    const client::TargetKey name{client::TargetField::Person, "Каримов Бахтиёр Ўктам"};
    CHECK(client::likeness(name, "каримов") == client::Likeness::Same);
    CHECK(client::likeness(name, "БАХТИЁР Каримов") == client::Likeness::Same);
    CHECK(client::likeness(name, "Карим") == client::Likeness::None);
    CHECK(client::likeness(name, "Каримов Али") == client::Likeness::None);
    CHECK(client::likeness(name, " . ") == client::Likeness::None);
}

}  // namespace chapar::testing
