// The program chapard as a child process, and the time that it lives in.
#pragma once

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "broker/edge/files.h"
#include "schemas/base/time.h"
#include "tests/unit/broker_edge/test_client.h"

namespace chapar::testing {

inline TimeMs real_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return TimeMs(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
}

// A child process; its standard output and error through pipes.
class Chapard {
  public:
    explicit Chapard(std::vector<std::string> arguments,
                     const std::string& program = CHAPAR_CHAPARD) {
        int out[2];
        int err[2];
        REQUIRE(pipe(out) == 0);
        REQUIRE(pipe(err) == 0);
        arguments.insert(arguments.begin(), program);
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
    // In kilobytes: "VmRSS", "VmHWM".
    [[nodiscard]] std::size_t memory(const std::string& name) const {
        std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
        std::string line;
        while (std::getline(status, line)) {
            if (line.starts_with(name + ":")) return std::stoul(line.substr(name.size() + 1));
        }
        return 0;
    }
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

}  // namespace chapar::testing
