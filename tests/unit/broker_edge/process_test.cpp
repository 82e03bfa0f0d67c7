// The program itself: start, second start, stop, kill, and what it says when it cannot start.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <csignal>
#include <fstream>

#include "broker/edge/files.h"
#include "tests/unit/broker_edge/chapard_process.h"
#include "tests/unit/broker_edge/exchange.h"
#include "tests/unit/broker_edge/figures.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

// Notices may stand before it: one without a sandbox, as under a sanitizer, says so.
std::string problem(Chapard& chapard) {
    const std::string line = chapard.error_line_with("\"problem\"");
    REQUIRE(!line.empty());
    return std::string(boost::json::parse(line).at("problem").as_string());
}

}  // namespace

TEST_CASE("chapard says its version, and what it needs") {
    Chapard version({"--version"});
    CHECK(version.line().starts_with("chapard "));
    CHECK(version.exit_code() == 0);
    Chapard bare({});
    CHECK(problem(bare) == "usage");
    CHECK(bare.exit_code() == 2);
}

TEST_CASE("chapard starts, refuses a second start on its directory, and stops cleanly on SIGTERM") {
    const Centre centre(real_now());
    Chapard first({"--dir", centre.directory()});
    (void)first.ready();
    Chapard second({"--dir", centre.directory()});
    CHECK(problem(second) == "store.in-use");
    CHECK(second.exit_code() == 7);
    CHECK(figure(centre, "state") == "running");
    first.signal(SIGTERM);
    CHECK(first.exit_code() == 0);
    CHECK_FALSE(std::filesystem::exists(centre.directory() / "admin.sock"));
}

// Fails if a worker is started with std::thread: a signal may then go to it, not to the loop.
TEST_CASE("the threads of a broker leave the signals that stop it to its loop") {
    const Centre centre(real_now());
    Chapard chapard({"--dir", centre.directory()});
    (void)chapard.ready();
    const std::string own = std::to_string(chapard.pid());
    constexpr std::uint64_t kStopping = (1ULL << (SIGTERM - 1)) | (1ULL << (SIGINT - 1));
    std::size_t workers = 0;
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + own + "/task")) {
        if (task.path().filename() == own) continue;
        std::ifstream status(task.path() / "status");
        std::string line;
        while (std::getline(status, line) && !line.starts_with("SigBlk:")) {
        }
        CHECK((std::stoull(line.substr(7), nullptr, 16) & kStopping) == kStopping);
        ++workers;
    }
    CHECK(workers >= 5);
}

TEST_CASE("an error in the configuration stops the start and names line and column") {
    const Centre centre(real_now());
    std::ofstream(centre.directory() / "chapard.toml") << "workers = 2\nwrokers = 3\n";
    Chapard chapard({"--dir", centre.directory()});
    const std::string line = chapard.error_line();
    CHECK(line.find("config.invalid") != std::string::npos);
    CHECK(line.find("line 2, column 1") != std::string::npos);
    CHECK(chapard.exit_code() == 2);
}

TEST_CASE("a log key that others can read, or another manifest's, stops the start") {
    const Centre centre(real_now());
    const auto key = centre.directory() / "keys" / "log.key";
    REQUIRE(chmod(key.c_str(), 0640) == 0);
    Chapard exposed({"--dir", centre.directory()});
    CHECK(problem(exposed) == "keystore.exposed");
    CHECK(exposed.exit_code() == 1);
    REQUIRE(chmod(key.c_str(), 0600) == 0);
    std::ofstream(key) << std::string(64, '7') << "\n";
    Chapard foreign({"--dir", centre.directory()});
    CHECK(problem(foreign) == "key.invalid");
    CHECK(foreign.exit_code() == 5);
}

// Fails if a damaged line is passed over without asking what the ledger needs, or is cut off.
TEST_CASE("a flipped bit in ledger.keys stops the start as long as a secret is missed") {
    Centre centre(real_now());
    {
        Chapard chapard({"--dir", centre.directory()});
        (void)chapard.ready();
        AdminClient admin(centre.directory() / "admin.sock");
        for (const Bytes& record : centre.records()) admin.publish(record);
        chapard.signal(SIGTERM);
        CHECK(chapard.exit_code() == 0);
    }
    const auto path = centre.directory() / "ledger.keys";
    const std::string good = to_string(broker::read_file(path, broker::Exposure::Public).value());
    std::string flipped = good;
    const std::size_t line = good.find('\n');
    REQUIRE(good.find(' ', line) != std::string::npos);
    flipped[good.find(' ', line)] = '\0';
    const auto write = [&](const std::string& text) {
        std::ofstream(path, std::ios::binary) << text;
    };
    write(flipped);
    Chapard stopped({"--dir", centre.directory()});
    CHECK(problem(stopped) == "ledger.damaged");
    CHECK(stopped.exit_code() == 1);
    CHECK(to_string(broker::read_file(path, broker::Exposure::Public).value()) == flipped);
    write(good);
    Chapard again({"--dir", centre.directory()});
    (void)again.ready();
    // Where nothing is missed, what a crash left hinders nobody.
    again.signal(SIGTERM);
    CHECK(again.exit_code() == 0);
    write(good + std::string(40, '\0') + "77\n");
    Chapard torn({"--dir", centre.directory()});
    (void)torn.ready();
    torn.signal(SIGTERM);
    CHECK(torn.exit_code() == 0);
}

TEST_CASE("a killed chapard has lost nothing that it said, and counts its starts") {
    Centre centre(real_now());
    const auto tap = centre.directory() / "tap";
    const auto envelope = centre.seal(centre.nothing_seen());
    EntryIndex index;
    {
        Chapard chapard({"--dir", centre.directory(), "--tap", tap});
        const std::string endpoint = chapard.ready();
        AdminClient admin(centre.directory() / "admin.sock");
        for (const Bytes& record : centre.records()) admin.publish(record);
        TestClient sender(endpoint, centre.manifest().curve_key, centre.tajik->curve);
        (void)sender.greet(centre, *centre.tajik);
        sender.send(schemas::Submit{{}, {envelope}});
        const auto outcomes = sender.expect<schemas::Outcomes>();
        CHECK(outcomes.items.at(0).code == "");
        index = outcomes.items[0].proofs.at(0).index;
        chapard.signal(SIGKILL);
        CHECK(chapard.exit_code() == 128 + SIGKILL);
    }
    CHECK(std::filesystem::file_size(tap) > envelope.envelope.size());
    Chapard chapard({"--dir", centre.directory()});
    const std::string endpoint = chapard.ready();
    CHECK(figure(centre, "epoch") == "2");
    CHECK(figure(centre, "waiting") == "1");
    TestClient reader(endpoint, centre.manifest().curve_key, centre.uzbek->curve);
    (void)reader.greet(centre, *centre.uzbek);
    reader.send(schemas::Credit{1});
    const auto deliver = reader.expect<schemas::Deliver>();
    CHECK(deliver.deliveries.at(0).proof.index == index);
    (void)verified_leaf(centre, deliver.head.checkpoint, deliver.deliveries[0].proof);
    chapard.signal(SIGINT);
    CHECK(chapard.exit_code() == 0);
}
