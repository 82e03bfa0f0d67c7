#include "broker/edge/log.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <fstream>

#include "tests/unit/broker_edge/running_broker.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

namespace {

struct LogFile {
    LogFile() : file(open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)) {}
    std::vector<std::string> lines() const {
        std::ifstream in(path);
        std::vector<std::string> out;
        for (std::string line; std::getline(in, line);) out.push_back(line);
        return out;
    }
    TemporaryDirectory directory;
    std::filesystem::path path = directory.path() / "log";
    FileDescriptor file;
};

}  // namespace

TEST_CASE("a log line is one JSON object whatever stands in its fields") {
    FakeTime time(TimeMs(5));
    LogFile file;
    Log log(file.file.get(), time);
    log.warning("event", {{"a", "\"\n\r\x1b[2J\xff\\"}, {"b", std::string(100'000, 'x')}});
    const auto lines = file.lines();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].size() <= 4096);
    const auto object = boost::json::parse(lines[0]).as_object();
    CHECK(object.at("event") == "event");
    CHECK(object.at("time") == 5);
    CHECK(lines[0].find('\x1b') == std::string::npos);
}

// Fails if the bound is another one, or what does not fit is cut in the middle.
TEST_CASE("a log line is 4 KiB at most: a field that would make it longer is left out") {
    const auto line_with = [](std::size_t bytes) {
        FakeTime time(TimeMs(5));
        LogFile file;
        Log log(file.file.get(), time);
        const std::string much(500, 'x');  // of a value, 512 bytes are shown
        log.warning("event", {{"a", much},
                              {"b", much},
                              {"c", much},
                              {"d", much},
                              {"e", much},
                              {"f", much},
                              {"g", much},
                              {"h", std::string(bytes, 'x')}});
        return file.lines().at(0).size() + 1;  // its newline
    };
    const std::size_t rest = line_with(0);
    REQUIRE(rest > 4096 - 512);
    CHECK(line_with(4096 - rest - 1) == 4095);
    CHECK(line_with(4096 - rest) == 4096);
    CHECK(line_with(4096 - rest + 1) < rest);
}

TEST_CASE("a flood of lines is cut to its rate, and the rest is counted") {
    FakeTime time(TimeMs(0));
    LogFile file;
    Log log(file.file.get(), time);
    for (int i = 0; i < 1000; ++i) log.info("again");
    CHECK(file.lines().size() == 200);
    time.advance(kSecond);
    log.info("later");
    const auto lines = file.lines();
    CHECK(lines.back().find("\"dropped_lines\":\"800\"") != std::string::npos);
}

// Fails if the lines of one source are not counted apart.
TEST_CASE("one source writes 50 lines a second, and the others theirs") {
    FakeTime time(TimeMs(0));
    LogFile file;
    Log log(file.file.get(), time);
    for (int i = 0; i < 49; ++i) log.warning_from("192.0.2.1", "again");
    CHECK(file.lines().size() == 49);
    log.warning_from("192.0.2.1", "again");
    log.warning_from("192.0.2.1", "again");
    log.info_from("192.0.2.1", "again");
    CHECK(file.lines().size() == 50);
    log.info_from("192.0.2.2", "other");
    log.info("mine");
    CHECK(file.lines().size() == 52);
    CHECK(file.lines()[50].find("\"dropped_lines\":\"2\"") != std::string::npos);
    time.advance(kSecond);
    log.warning_from("192.0.2.1", "again");
    CHECK(file.lines().size() == 53);
}
