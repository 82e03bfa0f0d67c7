#include "tests/bench/verification.h"

// The made-up ledger is the tests': it stops by doctest.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <fstream>
#include <vector>

#include "tests/bench/bench.h"
#include "tests/unit/verify/made_ledger.h"

extern char** environ;

namespace chapar::bench {
namespace {

// As a DELIVERED entry's is, sealed.
constexpr std::size_t kBody = 384;

double seconds(const ::timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

::rusage run(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", 01, 0);
    ::pid_t child = 0;
    int status = -1;
    ::rusage used{};
    const bool ran = ::posix_spawn(&child, words[0].c_str(), &actions, nullptr, arguments.data(),
                                   environ) == 0 &&
                     ::wait4(child, &status, 0, &used) == child;
    ::posix_spawn_file_actions_destroy(&actions);
    if (!ran || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        std::fputs("chapar-verify did not verify the export\n", stderr);
        std::exit(1);
    }
    return used;
}

}  // namespace

Verification measure_verification(std::uint64_t entries) {
    const Folder folder;
    testing::MadePlan plan;
    plan.sealed_bytes = kBody;
    const testing::MadeLedger ledger(plan);
    const std::string card = (folder.path / "card.json").string();
    std::ofstream(card) << ledger.card();
    const auto files = ledger.write((folder.path / "export.tar").string(), entries);
    Verification out;
    std::vector<std::string> words{CHAPAR_VERIFY_PROGRAM};
    words.insert(words.end(), files.begin(), files.end());
    words.insert(words.end(), {"--card", card});
    (void)run(words);
    const ::rusage used = run(words);
    out.per_second =
        static_cast<double>(entries) / (seconds(used.ru_utime) + seconds(used.ru_stime));
    out.body = kBody;
    return out;
}

}  // namespace chapar::bench
