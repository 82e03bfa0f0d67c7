#include "crypto/arena.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "crypto/secret.h"
#include "crypto/self_test.h"
#include "support/child_process.h"

namespace chapar::testing {

using namespace crypto;

namespace {

// The "VmFlags" line of the mapping that holds this address, as words.
std::set<std::string> flags_at(const void* address) {
    const auto wanted = reinterpret_cast<std::uintptr_t>(address);
    std::ifstream file("/proc/self/smaps");
    std::string line;
    bool inside = false;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::uintptr_t from = 0;
        std::uintptr_t to = 0;
        char dash = 0;
        if (words >> std::hex >> from >> dash >> to && dash == '-') {
            inside = wanted >= from && wanted < to;
        } else if (inside && line.starts_with("VmFlags:")) {
            std::istringstream flags(line.substr(8));
            using Words = std::istream_iterator<std::string>;
            return std::set<std::string>(Words(flags), Words());
        }
    }
    return {};
}

bool is_zero(const std::byte* block, std::size_t size) {
    return std::all_of(block, block + size, [](std::byte b) { return b == std::byte{0}; });
}

// What `start()` says in a child that may lock nothing: root's capability is given up first.
int start_without_locked_memory() {
    if (::geteuid() == 0 && ::setresuid(65534, 65534, 65534) != 0) return 101;
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_MEMLOCK, &none) != 0) return 102;
    const Status started = start();
    if (started) return 103;
    return started.error().code == Errc::MemoryUnlocked ? 0 : 104;
}

}  // namespace

TEST_CASE("a block is zeros, apart from all others, and zeros again for its next owner") {
    std::vector<std::byte*> blocks;
    std::set<std::byte*> seen;
    const std::vector<std::size_t> sizes{1, 31, 32, 33, 64, 100, 1000, 2048, 2049, 4096};
    for (int round = 0; round < 200; ++round) {
        for (const std::size_t size : sizes) {
            std::byte* const block = arena::take(size);
            CHECK(arena::owns(block));
            CHECK(is_zero(block, size));
            std::fill_n(block, size, std::byte{0xA5});
            CHECK(seen.insert(block).second);
            blocks.push_back(block);
        }
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const std::size_t size = sizes[i % sizes.size()];
        CHECK(std::all_of(blocks[i], blocks[i] + size,
                          [](std::byte b) { return b == std::byte{0xA5}; }));
        arena::give_back(blocks[i], size);
    }
    for (const std::size_t size : sizes) {
        std::byte* const again = arena::take(size);
        CHECK(is_zero(again, size));
        arena::give_back(again, size);
    }
}

// Fails if madvise or mlock are left out of grow().
TEST_CASE("the pages of secrets are locked and are left out of core files") {
    const Secret32 secret;
    const std::set<std::string> flags = flags_at(secret.expose().data());
    CHECK(flags.contains("lo"));
    CHECK(flags.contains("dd"));
    CHECK(arena::bytes_locked() >= arena::kStepBytes);
    const SecretBuffer text(100'000);
    CHECK_FALSE(flags_at(text.expose().data()).contains("dd"));
}

// Fails if start() does not ask arena::lock(), or that does not ask the system.
TEST_CASE("nothing starts where memory cannot be locked") {
    const int status = in_child(start_without_locked_memory);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
}

// Fails if the range is reserved without room around the steps.
TEST_CASE("the byte before the arena and the byte after it are there and cannot be reached") {
    std::byte* const block = arena::take(32);
    auto first = reinterpret_cast<std::uintptr_t>(block) / 4096 * 4096;
    while (arena::owns(reinterpret_cast<std::byte*>(first - 4096))) first -= 4096;
    for (const std::uintptr_t outside : {first - 1, first + arena::kLimitBytes}) {
        const std::set<std::string> flags = flags_at(reinterpret_cast<const void*>(outside));
        CHECK_FALSE(flags.empty());
        CHECK_FALSE(flags.contains("rd"));
    }
    arena::give_back(block, 32);
}

TEST_CASE("the arena grows, and stops the process rather than give memory that is not locked") {
    const int grown = in_child([] {
        for (int i = 0; i < 600; ++i) arena::take(arena::kBlockBytes)[0] = std::byte{1};
        return 0;
    });
    CHECK(WIFEXITED(grown));
    const int full = in_child([] {
        const int quiet = ::open("/dev/null", O_WRONLY);
        ::dup2(quiet, STDERR_FILENO);
        for (std::size_t taken = 0; taken <= arena::kLimitBytes; taken += arena::kBlockBytes) {
            (void)arena::take(arena::kBlockBytes);
        }
        return 0;
    });
    CHECK(WIFSIGNALED(full));
}

// Fails if reserve() does not grow, or stops the process where it cannot.
TEST_CASE("whoever asks for room gets it or an error, and the arena works on") {
    const int status = in_child([] {
        const int first = start_without_locked_memory();
        if (first != 0) return first;
        // Nothing more can be locked from here on, although what there was has been.
        if (arena::reserve(0) && !arena::reserve(4 * arena::kStepBytes)) return 0;
        return 105;
    });
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    const int roomy = in_child([] {
        if (!reserve_secrets(3 * arena::kStepBytes / Secret32::kSize)) return 1;
        std::vector<Secret32> secrets(3 * arena::kStepBytes / Secret32::kSize);
        return reserve_secrets(arena::kLimitBytes) ? 2 : 0;
    });
    REQUIRE(WIFEXITED(roomy));
    CHECK(WEXITSTATUS(roomy) == 0);
}

TEST_CASE("threads take and give back blocks without meeting each other's") {
    std::vector<std::thread> threads;
    std::vector<int> clashes(4);
    for (std::size_t self = 0; self < clashes.size(); ++self) {
        threads.emplace_back([self, &clashes] {
            const std::byte mark{static_cast<unsigned char>(self + 1)};
            for (int round = 0; round < 2000; ++round) {
                std::vector<std::byte*> mine;
                for (int i = 0; i < 8; ++i) {
                    mine.push_back(arena::take(64));
                    if (!is_zero(mine.back(), 64)) ++clashes[self];
                    std::fill_n(mine.back(), 64, mark);
                }
                for (std::byte* const block : mine) {
                    if (std::count(block, block + 64, mark) != 64) ++clashes[self];
                    arena::give_back(block, 64);
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(clashes == std::vector<int>(4));
}

}  // namespace chapar::testing
