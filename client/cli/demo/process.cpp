#include "client/cli/demo/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace chapar::client {
namespace {

using Deadline = std::chrono::steady_clock::time_point;

Deadline deadline_in(DurationMs patience) {
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(patience.value);
}

int milliseconds_left(Deadline deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    return static_cast<int>(std::max<std::int64_t>(0, left.count()));
}

// Reads what is there; false at the end of the stream.
bool drain(int descriptor, std::string& into) {
    std::array<char, 65536> buffer{};
    const ::ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got <= 0) return false;
    into.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
}

[[noreturn]] void become(const std::filesystem::path& program,
                         const std::vector<std::string>& arguments, int out, int err) {
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    std::vector<char*> pointers{const_cast<char*>(program.c_str())};
    for (const std::string& argument : arguments) {
        pointers.push_back(const_cast<char*>(argument.c_str()));
    }
    pointers.push_back(nullptr);
    ::execv(program.c_str(), pointers.data());
    ::_exit(127);
}

}  // namespace

Result<Process> Process::start(const std::filesystem::path& program,
                               const std::vector<std::string>& arguments,
                               const std::filesystem::path& log) {
    int out[2], err[2] = {-1, -1};
    if (::pipe2(out, O_CLOEXEC) != 0) return Error(Errc::FileFailed, "pipe");
    if (log.empty()) {
        if (::pipe2(err, O_CLOEXEC) != 0) return Error(Errc::FileFailed, "pipe");
    } else {
        err[1] = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (err[1] < 0) return Error(Errc::FileFailed, log.string());
    }
    const ::pid_t pid = ::fork();
    if (pid == 0) become(program, arguments, out[1], err[1]);
    ::close(out[1]);
    ::close(err[1]);
    if (pid < 0) return Error(Errc::FileFailed, "fork");
    return Process(pid, out[0], err[0]);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      out_(std::exchange(other.out_, -1)),
      err_(std::exchange(other.err_, -1)),
      read_ahead_(std::move(other.read_ahead_)) {}

Process& Process::operator=(Process&& other) noexcept {
    if (this == &other) return *this;
    stop(SIGKILL);
    pid_ = std::exchange(other.pid_, -1);
    out_ = std::exchange(other.out_, -1);
    err_ = std::exchange(other.err_, -1);
    read_ahead_ = std::move(other.read_ahead_);
    return *this;
}

Process::~Process() { stop(SIGKILL); }

void Process::close_pipes() {
    if (out_ >= 0) ::close(std::exchange(out_, -1));
    if (err_ >= 0) ::close(std::exchange(err_, -1));
}

void Process::stop(int signal) {
    if (pid_ > 0) {
        ::kill(pid_, signal);
        ::waitpid(pid_, nullptr, 0);
        pid_ = -1;
    }
    close_pipes();
}

Result<std::string> Process::first_line(DurationMs patience) {
    const Deadline deadline = deadline_in(patience);
    while (true) {
        const std::size_t end = read_ahead_.find('\n');
        if (end != std::string::npos) return read_ahead_.substr(0, end);
        ::pollfd wait{out_, POLLIN, 0};
        if (::poll(&wait, 1, milliseconds_left(deadline)) <= 0 || !drain(out_, read_ahead_)) {
            return Error(Errc::Unreachable, "no line on standard output");
        }
    }
}

Result<Finished> Process::finish(DurationMs patience) {
    const Deadline deadline = deadline_in(patience);
    Finished out{pid_, -1, std::move(read_ahead_), {}};
    while (out_ >= 0 || err_ >= 0) {
        std::array<::pollfd, 2> waits{::pollfd{out_, POLLIN, 0}, ::pollfd{err_, POLLIN, 0}};
        if (::poll(waits.data(), waits.size(), milliseconds_left(deadline)) <= 0) {
            stop(SIGKILL);
            return Error(Errc::Unreachable, "a process did not end in time");
        }
        if (waits[0].revents != 0 && !drain(out_, out.out)) ::close(std::exchange(out_, -1));
        if (waits[1].revents != 0 && !drain(err_, out.err)) ::close(std::exchange(err_, -1));
    }
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    out.exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return out;
}

}  // namespace chapar::client
