#include "broker/edge/clock.h"

#include <doctest/doctest.h>

using namespace chapar;
using namespace chapar::broker;

namespace {

ClockReading reading(std::uint64_t real, std::uint64_t boot) {
    return {TimeMs(real), DurationMs(boot), true};
}

}  // namespace

TEST_CASE("stamps follow a clock that runs evenly") {
    StampRule rule;
    CHECK(rule.next(reading(1'000'000, 10)) == Stamp{TimeMs(1'000'000), Clock::Disciplined});
    CHECK(rule.next(reading(1'000'500, 510)) == Stamp{TimeMs(1'000'500), Clock::Disciplined});
}

TEST_CASE("a clock that is set back holds the stamps") {
    StampRule rule;
    (void)rule.next(reading(1'000'000, 10));
    CHECK(rule.next(reading(900'000, 20)) == Stamp{TimeMs(1'000'000), Clock::Held});
    CHECK(rule.next(reading(999'999, 100'009)) == Stamp{TimeMs(1'000'000), Clock::Held});
    CHECK(rule.next(reading(1'000'001, 100'011)).time == TimeMs(1'000'001));
}

TEST_CASE("a clock that is set forward is not trusted for a minute") {
    StampRule rule;
    (void)rule.next(reading(1'000'000, 10));
    CHECK(rule.next(reading(9'000'000, 20)) == Stamp{TimeMs(9'000'000), Clock::NotDisciplined});
    CHECK(rule.next(reading(9'059'999, 60'019)).clock == Clock::NotDisciplined);
    CHECK(rule.next(reading(9'060'000, 60'020)).clock == Clock::Disciplined);
}

TEST_CASE("a step of two seconds or less is not a step") {
    StampRule rule;
    (void)rule.next(reading(1'000'000, 10));
    CHECK(rule.next(reading(1'002'010, 20)).clock == Clock::Disciplined);
}

TEST_CASE("an unsynchronised clock is marked so") {
    StampRule rule;
    CHECK(rule.next({TimeMs(5), DurationMs(5), false}).clock == Clock::NotDisciplined);
}

TEST_CASE("steps of the clock are told once, summed up") {
    StampRule rule;
    (void)rule.next(reading(1'000'000, 10));
    CHECK_FALSE(rule.take_step());
    (void)rule.next(reading(1'010'000, 1'010));
    const auto forward = rule.take_step();
    REQUIRE(forward);
    CHECK(forward->direction == crypto::StepDirection::Forward);
    CHECK(forward->by == DurationMs(9'000));
    CHECK_FALSE(rule.take_step());
    (void)rule.next(reading(900'000, 1'010));
    const auto backward = rule.take_step();
    REQUIRE(backward);
    CHECK(backward->direction == crypto::StepDirection::Backward);
    CHECK(backward->by == DurationMs(110'000));
}
