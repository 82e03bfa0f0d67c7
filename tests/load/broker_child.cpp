#include "tests/load/broker_child.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <fstream>
#include <vector>

#include "broker/edge/files.h"
#include "tests/unit/broker_edge/test_client.h"

namespace chapar::testing {
namespace {

// Asked in one go before the first answer is read; their answers must fit the socket, or both wait.
constexpr std::size_t kPublishedAtOnce = 48;

std::string read_line(int from) {
    std::string text;
    char c = 0;
    while (read(from, &c, 1) == 1 && c != '\n') text += c;
    return text;
}

[[noreturn]] void become(const std::string& program, const std::filesystem::path& directory,
                         int out) {
    const int log =
        open((directory / "chapard.log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // however this program ends
    dup2(out, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execl(program.c_str(), program.c_str(), "--dir", directory.c_str(), nullptr);
    _exit(127);
}

}  // namespace

TimeMs wall_clock() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return TimeMs(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
}

BrokerChild::BrokerChild(const Centre& centre, const std::string& program)
    : directory_(centre.directory()) {
    int out[2];
    CHAPAR_ASSERT(pipe2(out, O_CLOEXEC) == 0);
    const broker::FileDescriptor reader(out[0]);
    broker::FileDescriptor writer(out[1]);
    pid_ = fork();
    CHAPAR_ASSERT(pid_ >= 0);
    if (pid_ == 0) become(program, directory_, out[1]);
    writer = broker::FileDescriptor(-1);
    const std::string line = read_line(reader.get());
    if (!line.starts_with("ready tcp://127.0.0.1:")) {
        std::ifstream log(directory_ / "chapard.log");
        std::string why;
        while (std::getline(log, why)) std::fprintf(stderr, "%s\n", why.c_str());
    }
    CHAPAR_ASSERT(line.starts_with("ready tcp://127.0.0.1:"));
    endpoint_ = line.substr(6);
    publish(centre);
}

BrokerChild::~BrokerChild() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
}

void BrokerChild::publish(const Centre& centre) const {
    AdminClient admin(directory_ / "admin.sock");
    const std::vector<Bytes>& records = centre.records();
    for (std::size_t done = 0; done < records.size();) {
        const std::size_t some = std::min(kPublishedAtOnce, records.size() - done);
        for (std::size_t i = 0; i < some; ++i) admin.send(schemas::Publish{records[done + i]});
        for (std::size_t i = 0; i < some; ++i) {
            const auto answer = std::get<schemas::Outcomes>(admin.receive());
            CHAPAR_ASSERT(answer.items.size() == 1 && answer.items.front().code.empty());
        }
        done += some;
    }
}

std::uint16_t BrokerChild::port() const {
    return static_cast<std::uint16_t>(std::stoul(endpoint_.substr(endpoint_.rfind(':') + 1)));
}

bool BrokerChild::alive() const { return waitpid(pid_, nullptr, WNOHANG) == 0; }

double BrokerChild::cpu_seconds() const {
    clockid_t clock = 0;
    timespec used{};
    CHAPAR_ASSERT(clock_getcpuclockid(pid_, &clock) == 0);
    CHAPAR_ASSERT(clock_gettime(clock, &used) == 0);
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

std::uint64_t BrokerChild::memory(const std::string& name) const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    std::string line;
    while (std::getline(status, line)) {
        if (line.starts_with(name + ":")) return std::stoull(line.substr(name.size() + 1));
    }
    return 0;
}

void BrokerChild::forget_peak() const {
    std::ofstream("/proc/" + std::to_string(pid_) + "/clear_refs") << "5";  // proc(5)
}

std::uint64_t BrokerChild::figure(const std::string& name) const {
    AdminClient admin(directory_ / "admin.sock");
    const auto report = std::get<schemas::StatusReport>(admin.ask(schemas::StatusAsk{}));
    for (const schemas::Figure& figure : report.figures) {
        if (figure.name == name) return std::stoull(figure.value);
    }
    return 0;
}

}  // namespace chapar::testing
