// The program itself: start, second start, stop, kill, and what it says when it cannot start.
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <fstream>

#include "tests/unit/broker_edge/exchange.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

TimeMs real_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return TimeMs(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
}

// A child process; its standard output and error through pipes.
class Chapard {
  public:
    explicit Chapard(std::vector<std::string> arguments) {
        int out[2];
        int err[2];
        REQUIRE(pipe(out) == 0);
        REQUIRE(pipe(err) == 0);
        arguments.insert(arguments.begin(), CHAPAR_CHAPARD);
        std::vector<char*> argv;
        for (std::string& word : arguments) argv.push_back(word.data());
        argv.push_back(nullptr);
        pid_ = fork();
        if (pid_ == 0) {
            dup2(out[1], STDOUT_FILENO);
            dup2(err[1], STDERR_FILENO);
            for (const int end : {out[0], out[1], err[0], err[1]}) close(end);
            execv(argv[0], argv.data());
            _exit(127);
        }
        close(out[1]);
        close(err[1]);
        out_ = broker::FileDescriptor(out[0]);
        err_ = broker::FileDescriptor(err[0]);
    }
    ~Chapard() {
        if (pid_ > 0) {
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
    }
    Chapard(const Chapard&) = delete;
    Chapard& operator=(const Chapard&) = delete;

    std::string line() { return read_line(out_.get()); }
    std::string error_line() { return read_line(err_.get()); }
    // "tcp://.." of its ready line.
    std::string ready() {
        const std::string text = line();
        REQUIRE_MESSAGE(text.starts_with("ready tcp://127.0.0.1:"), text);
        return text.substr(6);
    }
    void signal(int number) { kill(pid_, number); }
    int exit_code() {
        int status = 0;
        waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }

  private:
    static std::string read_line(int from) {
        std::string text;
        char c = 0;
        pollfd item{from, POLLIN, 0};
        while (poll(&item, 1, kDeadlineMs) > 0 && read(from, &c, 1) == 1 && c != '\n') text += c;
        return text;
    }
    pid_t pid_ = -1;
    broker::FileDescriptor out_;
    broker::FileDescriptor err_;
};

std::string problem(Chapard& chapard) {
    const auto object = boost::json::parse(chapard.error_line()).as_object();
    return std::string(object.at("problem").as_string());
}

std::string figure(const Centre& centre, const std::string& name) {
    AdminClient admin(centre.directory() / "admin.sock");
    const auto report = std::get<schemas::StatusReport>(admin.ask(schemas::StatusAsk{}));
    for (const auto& figure : report.figures) {
        if (figure.name == name) return figure.value;
    }
    return "absent";
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
