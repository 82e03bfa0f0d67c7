// `chapard check` as a program, and what it reported.
#pragma once

#include <doctest/doctest.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/unit/broker_edge/chapard_process.h"

namespace chapar::testing {

struct Checked {
    int code = 0;
    boost::json::object report;

    [[nodiscard]] std::uint64_t wrong(std::string_view part) const {
        for (const auto& one : report.at("parts").as_array()) {
            if (one.at("part").as_string() == part) {
                return one.at("wrong").to_number<std::uint64_t>();
            }
        }
        FAIL("no such part");
        return 0;
    }
    [[nodiscard]] bool passed_over(std::string_view part) const {
        for (const auto& one : report.at("parts").as_array()) {
            if (one.at("part").as_string() == part) {
                return one.as_object().contains("not_looked_at");
            }
        }
        return false;
    }
};

inline Checked run_check(const std::string& directory, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"check", "--dir", directory, "--json"});
    Chapard run(std::move(more));
    Checked out;
    const std::string line = run.line();
    if (line.starts_with("{")) out.report = boost::json::parse(line).as_object();
    if (line.empty()) MESSAGE(run.error_line());
    out.code = run.exit_code();
    return out;
}

}  // namespace chapar::testing
