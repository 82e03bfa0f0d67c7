// A program as a child process that does not outlive us, and what the system knows of it.
//
// Owns: the process, and the reading ends of its output. Its standard error goes to a pipe, to the
// end of a file, or nowhere. However this process ends, the kernel ends the child too
// (PR_SET_PDEATHSIG: of the thread that started it). Does not know what the program says.
//
// Every wait has a deadline. Errors end the program: a child that does not start is nobody's input.
// Resource type; one thread.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "schemas/base/assert.h"
#include "schemas/base/time.h"

namespace chapar::testing {

// Only a failure waits so long, and the sanitizers' builds on a busy machine.
constexpr int kChildDeadlineMs = 60'000;

// By this machine's clock, which is its programs' too.
[[nodiscard]] inline TimeMs real_now() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return TimeMs(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
}

struct ProgramPlan {
    std::string program;
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment{};  // beside ours
    std::string errors{};                              // a file; empty: a pipe, see error_line()
};

class ProgramChild {
  public:
    explicit ProgramChild(const ProgramPlan& plan) {
        std::array<int, 2> out{}, err{};
        CHAPAR_ASSERT(pipe2(out.data(), O_CLOEXEC) == 0 && pipe2(err.data(), O_CLOEXEC) == 0);
        pid_ = fork();
        CHAPAR_ASSERT(pid_ >= 0);
        if (pid_ == 0) become(plan, out[1], err[1]);
        close(out[1]);
        close(err[1]);
        out_ = out[0];
        err_ = err[0];
    }
    ~ProgramChild() {
        if (pid_ > 0) {
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
        close(out_);
        close(err_);
    }
    ProgramChild(const ProgramChild&) = delete;
    ProgramChild& operator=(const ProgramChild&) = delete;

    // Without its end; empty at the end of what it says, and after the deadline.
    [[nodiscard]] std::string line() { return read_line(out_); }
    [[nodiscard]] std::string error_line() { return read_line(err_); }
    // The next that holds `words`; empty where no line does. The deadline is of each line.
    [[nodiscard]] std::string error_line_with(const std::string& words) {
        for (;;) {
            std::string said = error_line();
            if (said.empty() || said.find(words) != std::string::npos) return said;
        }
    }

    [[nodiscard]] pid_t pid() const { return pid_; }
    [[nodiscard]] bool alive() const {
        siginfo_t ended{};
        return pid_ > 0 &&
               waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
               ended.si_pid == 0;
    }
    void signal(int number) const { kill(pid_, number); }
    // 128 and the signal where one has ended it. What does not end by the deadline is killed.
    int exit_code() {
        const auto end = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
        CHAPAR_ASSERT(end >= 0);
        pollfd item{end, POLLIN, 0};
        if (poll(&item, 1, kChildDeadlineMs) == 0) kill(pid_, SIGKILL);
        close(end);
        int status = 0;
        CHAPAR_ASSERT(waitpid(pid_, &status, 0) == pid_);
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    // In KiB: "VmRSS", "VmHWM". 0 if it has ended.
    [[nodiscard]] std::uint64_t memory(const std::string& name) const {
        std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
        std::string line;
        while (std::getline(status, line)) {
            if (line.starts_with(name + ":")) return std::stoull(line.substr(name.size() + 1));
        }
        return 0;
    }

  private:
    [[noreturn]] static void become(const ProgramPlan& plan, int out, int err) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!plan.errors.empty()) {
            err = open(plan.errors.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
        }
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        for (const auto& [name, value] : plan.environment) setenv(name.c_str(), value.c_str(), 1);
        std::vector<std::string> words = plan.arguments;
        words.insert(words.begin(), plan.program);
        std::vector<char*> argv;
        for (std::string& word : words) argv.push_back(word.data());
        argv.push_back(nullptr);
        execv(argv[0], argv.data());
        _exit(127);
    }
    static std::string read_line(int from) {
        std::string text;
        char c = 0;
        pollfd item{from, POLLIN, 0};
        while (poll(&item, 1, kChildDeadlineMs) > 0 && read(from, &c, 1) == 1 && c != '\n') {
            text += c;
        }
        return text;
    }

    pid_t pid_ = -1;
    int out_ = -1;
    int err_ = -1;
};

}  // namespace chapar::testing
