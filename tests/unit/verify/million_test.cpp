// A million entries through the real program: its memory does not grow with the ledger.
#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fstream>

#include "tests/support/temporary_directory.h"
#include "tests/unit/verify/made_ledger.h"

extern char** environ;

namespace {

struct Ran {
    int code = -1;
    long kilobytes = 0;  // the most that was resident
};

Ran verify(const std::vector<std::string>& files, const std::string& card) {
    std::vector<std::string> words{CHAPAR_VERIFY_PROGRAM};
    words.insert(words.end(), files.begin(), files.end());
    words.insert(words.end(), {"--card", card, "--json"});
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 01, 0);
    ::pid_t child = 0;
    REQUIRE(::posix_spawn(&child, words[0].c_str(), &actions, nullptr, arguments.data(), environ) ==
            0);
    ::posix_spawn_file_actions_destroy(&actions);
    int status = 0;
    ::rusage used{};
    REQUIRE(::wait4(child, &status, 0, &used) == child);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, used.ru_maxrss};
}

}  // namespace

// Under a sanitizer memory means nothing: there only that segments follow one another.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMeasured = false;
constexpr std::uint64_t kSmall = 1'000;
constexpr std::uint64_t kLarge = 70'000;
#else
constexpr bool kMeasured = true;
constexpr std::uint64_t kSmall = 100'000;
constexpr std::uint64_t kLarge = 1'000'000;
#endif

// Fails if leaves, members or digests are kept: 10^6 leaves alone are 96 MB.
TEST_CASE("a million entries verify in the memory that a hundred thousand need") {
    const chapar::testing::MadeLedger ledger;
    const chapar::testing::TemporaryDirectory folder;
    const std::string card = (folder.path() / "card.json").string();
    std::ofstream(card) << ledger.card();
    const auto files = [&](const char* name, std::uint64_t size) {
        return ledger.write((folder.path() / name).string(), size);
    };
    const auto small = verify(files("small.tar", kSmall), card);
    const auto large = verify(files("large.tar", kLarge), card);
    CHECK(small.code == 0);
    CHECK(large.code == 0);
    MESSAGE("most memory: " << small.kilobytes << " KiB and " << large.kilobytes << " KiB");
    if (!kMeasured) return;
    CHECK(large.kilobytes < small.kilobytes + 1024);
    CHECK(large.kilobytes < 32 * 1024);
}
