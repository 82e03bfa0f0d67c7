// What a broker says of itself on its socket, and waiting until it says something.
#pragma once

#include <doctest/doctest.h>

#include <chrono>
#include <filesystem>
#include <string>

#include "tests/unit/broker_edge/centre.h"
#include "tests/unit/broker_edge/test_client.h"

namespace chapar::testing {

// "absent" if there is none of this name.
inline std::string figure(const std::filesystem::path& directory, const std::string& name) {
    AdminClient admin(directory / "admin.sock");
    const auto report = std::get<schemas::StatusReport>(admin.ask(schemas::StatusAsk{}));
    for (const auto& figure : report.figures) {
        if (figure.name == name) return figure.value;
    }
    return "absent";
}
inline std::string figure(const Centre& centre, const std::string& name) {
    return figure(centre.directory(), name);
}

// Asks until it holds; the test fails if that takes longer than kDeadlineMs.
template <typename Holds>
void wait_until(const std::string& what, const Holds& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(kDeadlineMs);
    while (!holds()) REQUIRE_MESSAGE(std::chrono::steady_clock::now() < end, what);
}
inline void wait_for(const Centre& centre, const std::string& name, const std::string& value) {
    wait_until(name + " " + value, [&] { return figure(centre, name) == value; });
}

}  // namespace chapar::testing
