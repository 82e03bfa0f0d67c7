#include "broker/in_child.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "tests/support/temporary_directory.h"

using namespace chapar;
using namespace chapar::broker;

// Fails if: lines are read only after the child has ended, or its code is lost.
TEST_CASE("what a child says is heard, with the code that it ends by") {
    const auto end = run_in_child([](const Say& say) {
        say("one");
        say("two");
        return 3;
    });
    REQUIRE(end);
    CHECK(end->lines == std::vector<std::string>{"one", "two"});
    CHECK(end->exit_code == 3);
    CHECK(end->signal == 0);
}

// Fails if: the work is done in this process.
TEST_CASE("a child that is ended by a signal is a result, and what it said before is heard") {
    const auto end = run_in_child([](const Say& say) {
        say("before");
        std::signal(SIGBUS, SIG_DFL);
        ::raise(SIGBUS);
        say("after");
        return 0;
    });
    REQUIRE(end);
    CHECK(end->lines == std::vector<std::string>{"before"});
    CHECK(end->signal == SIGBUS);
}

// Fails if: an exception leaves the child by std::terminate.
TEST_CASE("an exception in a child is its last line") {
    const auto end = run_in_child([](const Say&) -> int { throw std::runtime_error("no more"); });
    REQUIRE(end);
    CHECK(end->lines == std::vector<std::string>{"no more"});
    CHECK(end->exit_code == 1);
}
