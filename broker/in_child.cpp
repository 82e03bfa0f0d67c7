#include "broker/in_child.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>

#include "broker/edge/files.h"

namespace chapar::broker {
namespace {

// Most that a child may say: a verdict for each part is far below it.
constexpr std::size_t kMostSaid = std::size_t{1} << 20;

[[noreturn]] void be_the_child(int out, const std::function<int(const Say& say)>& work) {
    const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (null >= 0) ::dup2(null, STDERR_FILENO);
    const auto say = [out](const std::string& line) {
        const std::string text = line + "\n";
        if (!write_all(out, view(text), "pipe")) ::_exit(1);
    };
    int code = 1;
    try {
        code = work(say);
    } catch (const std::exception& error) {
        say(error.what());
    }
    // Not exit(): what the parent has not flushed is the parent's.
    ::_exit(code);
}

std::string read_to_end(int descriptor) {
    std::string text;
    std::array<char, 4096> some{};
    while (text.size() < kMostSaid) {
        const ssize_t got = ::read(descriptor, some.data(), some.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        text.append(some.data(), static_cast<std::size_t>(got));
    }
    return text;
}

}  // namespace

Result<ChildEnd> run_in_child(const std::function<int(const Say& say)>& work) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return Error(Errc::FileFailed, "pipe");
    FileDescriptor in(ends[0]);
    FileDescriptor out(ends[1]);
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child < 0) return Error(Errc::FileFailed, "fork");
    if (child == 0) be_the_child(out.get(), work);
    out = FileDescriptor();
    const std::string text = read_to_end(in.get());
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return Error(Errc::FileFailed, "waitpid");
    }
    ChildEnd end;
    end.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    end.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    for (std::size_t at = 0, next = 0; (next = text.find('\n', at)) != std::string::npos;
         at = next + 1) {
        end.lines.push_back(text.substr(at, next - at));
    }
    return end;
}

}  // namespace chapar::broker
