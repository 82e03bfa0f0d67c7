// What a process can do no more behind enter_sandbox(), and that what chapard needs still works.
#include "broker/sandbox.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netdb.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <thread>

#include "broker/in_child.h"
#include "tests/support/temporary_directory.h"

using namespace chapar;
using namespace chapar::broker;
using chapar::testing::TemporaryDirectory;

namespace {

// Enters the sandbox in a child, with `own` to write to, and does `work` there.
ChildEnd inside(const std::filesystem::path& own, const std::function<int(const Say& say)>& work) {
    const auto end = run_in_child([&](const Say& say) {
        const std::array<std::filesystem::path, 1> writable{own};
        const auto sandbox = enter_sandbox(writable);
        if (!sandbox) return 99;
        if (!sandbox->filtered) say("no filter");
        if (!sandbox->confined) say("no landlock");
        return work(say);
    });
    REQUIRE(end);
    CHECK(end->exit_code != 99);
    return *end;
}

bool said(const ChildEnd& end, const char* word) {
    return std::ranges::find(end.lines, word) != end.lines.end();
}

// Says so, and is true, where this build or kernel has none of it.
bool is_skipped(const ChildEnd& end, const char* part) {
    if (!said(end, part)) return false;
    MESSAGE("SKIPPED: ", std::string(part), " in this build or on this kernel");
    return true;
}

}  // namespace

// Fails if: the name is taken off the list of deadly calls.
TEST_CASE("a call that chapard never makes ends the process") {
    const TemporaryDirectory folder;
    const std::array<std::function<void()>, 3> calls{
        [] {
            const std::array<const char*, 2> arguments{"/bin/true", nullptr};
            execve("/bin/true", const_cast<char* const*>(arguments.data()), nullptr);
        },
        [] { ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); },
        [] { (void)!chroot("/"); },
    };
    for (const auto& call : calls) {
        const auto end = inside(folder.path(), [&](const Say& say) {
            call();
            say("went on");
            return 0;
        });
        if (is_skipped(end, "no filter")) return;
        CHECK(end.signal == SIGSYS);
        CHECK_FALSE(said(end, "went on"));
    }
}

// Fails if: the filter is not installed, or one of these calls is on its list without its
// arguments.
TEST_CASE("no process, no foreign socket and no executable memory can be had") {
    const TemporaryDirectory folder;
    const auto end = inside(folder.path(), [](const Say& say) {
        const pid_t child = fork();
        if (child == 0) _exit(0);
        if (child > 0) say("fork");
        if (socket(AF_PACKET, SOCK_RAW, 0) >= 0 || errno != ENOSYS) say("packet socket");
        const auto map = [](int protection) {
            return mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        };
        if (map(PROT_READ | PROT_WRITE | PROT_EXEC) != MAP_FAILED) say("executable map");
        void* const page = map(PROT_READ | PROT_WRITE);
        if (page == MAP_FAILED) say("no map");
        if (mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0) say("made executable");
        if (kill(getppid(), 0) == 0) say("kill");
        return 0;
    });
    if (is_skipped(end, "no filter")) return;
    CHECK(end.signal == 0);
    CHECK((end.lines.empty() || end.lines == std::vector<std::string>{"no landlock"}));
}

// Fails if: the rule is for the parent of the folder, or restrict_self is left out.
TEST_CASE("files are written below the own folder and nowhere else") {
    const TemporaryDirectory folder;
    std::filesystem::create_directory(folder.path() / "own");
    std::ofstream(folder.path() / "other") << "as it was";
    const auto end = inside(folder.path() / "own", [&](const Say& say) {
        const auto own = folder.path() / "own";
        const auto open_for = [](const std::filesystem::path& path, int flags) {
            return ::open(path.c_str(), flags | O_CLOEXEC, 0600) >= 0;
        };
        if (!open_for(own / "new", O_RDWR | O_CREAT)) say("own: no");
        if (::rename((own / "new").c_str(), (own / "renamed").c_str()) != 0) say("rename: no");
        if (::mkdir((own / "folder").c_str(), 0700) != 0) say("mkdir: no");
        if (::unlink((own / "renamed").c_str()) != 0) say("unlink: no");
        if (!open_for(folder.path() / "other", O_RDONLY)) say("reading: no");
        if (open_for(folder.path() / "other", O_WRONLY)) say("other written");
        if (open_for(folder.path() / "made", O_WRONLY | O_CREAT)) say("other made");
        if (::unlink((folder.path() / "other").c_str()) == 0) say("other removed");
        return 0;
    });
    if (is_skipped(end, "no landlock")) return;
    CHECK(end.lines.empty());
    CHECK(end.signal == 0);
}

// Fails if: a call that glibc makes for one of them is missing from the list.
TEST_CASE("threads, sockets and names of hosts still work") {
    const TemporaryDirectory folder;
    const auto end = inside(folder.path(), [](const Say& say) {
        int ran = 0;
        std::thread([&ran] { ran = 1; }).join();
        if (ran != 1) say("thread");
        const int door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (door < 0 || listen(door, 4) != 0) say("listen");
        addrinfo* found = nullptr;
        if (getaddrinfo("localhost", "80", nullptr, &found) != 0) say("getaddrinfo");
        if (found != nullptr) freeaddrinfo(found);
        return 7;
    });
    CHECK(end.signal == 0);
    CHECK(end.exit_code == 7);
    for (const std::string& line : end.lines) CHECK(line.starts_with("no "));
}
