// The bar that chapar-verify draws on a terminal, seen from the other end of one.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "tests/support/temporary_directory.h"
#include "tests/unit/verify/made_ledger.h"

extern char** environ;

namespace chapar::testing {
namespace {

struct Seen {
    int code = -1;
    std::string errors;  // what came on stderr
};

enum class Errors { Terminal, Pipe };

// All that comes until the other end is closed: a terminal then answers EIO.
std::string read_all(int from) {
    std::string out;
    std::array<char, 4096> part{};
    for (ssize_t got = 0; (got = ::read(from, part.data(), part.size())) > 0;) {
        out.append(part.data(), static_cast<std::size_t>(got));
    }
    return out;
}

std::array<int, 2> ends_of(Errors errors) {
    std::array<int, 2> ends{-1, -1};
    if (errors == Errors::Pipe) {
        REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
        return ends;
    }
    ends[0] = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(ends[0] >= 0);
    REQUIRE(::grantpt(ends[0]) == 0);
    REQUIRE(::unlockpt(ends[0]) == 0);
    std::array<char, 128> name{};
    REQUIRE(::ptsname_r(ends[0], name.data(), name.size()) == 0);
    ends[1] = ::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    REQUIRE(ends[1] >= 0);
    return ends;
}

Seen verify(std::vector<std::string> words, Errors errors) {
    words.insert(words.begin(), CHAPAR_VERIFY_PROGRAM);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const auto [ours, theirs] = ends_of(errors);
    ::posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, theirs, 2);
    ::pid_t child = 0;
    REQUIRE(::posix_spawn(&child, words[0].c_str(), &actions, nullptr, arguments.data(), environ) ==
            0);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(theirs);
    Seen out;
    out.errors = read_all(ours);
    ::close(ours);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    out.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return out;
}

}  // namespace

// Fails if the bar is not drawn, not ended, or drawn where a program reads.
TEST_CASE("on a terminal a bar shows how far it is, and goes at the end; elsewhere there is none") {
    const MadeLedger ledger;
    const TemporaryDirectory folder;
    const std::string card = (folder.path() / "card.json").string();
    std::ofstream(card) << ledger.card();
    const std::string file = ledger.write((folder.path() / "a.tar").string(), 1'000).front();
    const Seen terminal = verify({file, "--card", card}, Errors::Terminal);
    CHECK(terminal.code == 0);
    CHECK(terminal.errors.starts_with("\rverifying ["));
    CHECK(terminal.errors.find(" 25 %  256 of 1000 entries") != std::string::npos);
    const auto whole = terminal.errors.find("[" + std::string(30, '#') + "] 100 %  1000 of 1000");
    CHECK(whole != std::string::npos);
    CHECK(terminal.errors.ends_with("\r\033[K"));
    CHECK(verify({file, "--card", card, "--json"}, Errors::Terminal).errors.empty());
    CHECK(verify({file, "--card", card}, Errors::Pipe).errors.empty());
}

}  // namespace chapar::testing
