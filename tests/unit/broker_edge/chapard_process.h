// The program chapard as a child process of a unit test.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/support/program_child.h"
#include "tests/unit/broker_edge/test_client.h"

namespace chapar::testing {

class Chapard : public ProgramChild {
  public:
    explicit Chapard(const std::vector<std::string>& arguments,
                     const std::string& program = CHAPAR_CHAPARD)
        : ProgramChild({program, arguments}) {}

    // "tcp://.." of its ready line.
    std::string ready() {
        const std::string text = line();
        REQUIRE_MESSAGE(text.starts_with("ready tcp://127.0.0.1:"), text);
        return text.substr(6);
    }
};

}  // namespace chapar::testing
