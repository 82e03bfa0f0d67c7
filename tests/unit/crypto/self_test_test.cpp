#include "crypto/self_test.h"

#include <doctest/doctest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <set>
#include <string>

#include "crypto/random.h"
#include "crypto/sign.h"
#include "tests/support/child_process.h"

namespace chapar::testing {

using namespace crypto;

namespace {

bool patched(const SigningPublicKey& key) { return VerifyingKey::create(key).has_value(); }

// The points that check_points() asks about.
std::set<SigningPublicKey> points() {
    std::set<SigningPublicKey> asked;
    CHECK(check_points([&](const SigningPublicKey& key) {
        asked.insert(key);
        return patched(key);
    }));
    return asked;
}

// From now on the kernel has no random bytes for this process.
bool refuse_randomness() {
    std::array filter{
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_getrandom, 0, 1),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EIO),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{filter.size(), filter.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace

TEST_CASE("the library that is installed passes its self-tests") {
    CHECK(start());
    CHECK(start());
}

// Fails if a point is left out of the list, or its verdict is not compared.
TEST_CASE("a library that accepts one bad point, or refuses the good one, is refused") {
    const std::set<SigningPublicKey> asked = points();
    REQUIRE(asked.size() == 5);
    for (const SigningPublicKey& wrong : asked) {
        const Status status = check_points([&](const SigningPublicKey& key) {
            return key == wrong ? !patched(key) : patched(key);
        });
        REQUIRE_FALSE(status);
        CHECK(status.error().code == Errc::SelfTest);
    }
    CHECK_FALSE(check_points([](const SigningPublicKey&) { return true; }));
    CHECK_FALSE(check_points([](const SigningPublicKey&) { return false; }));
}

// Fails if no handler is set: libsodium then aborts without a word.
TEST_CASE("a process that gets no randomness ends with a line that says so") {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const int status = in_child([&] {
        dup2(ends[1], STDERR_FILENO);
        if (!start() || !refuse_randomness()) return 1;
        std::array<std::byte, 32> bytes{};
        SystemRandom().fill(bytes);
        return 0;
    });
    close(ends[1]);
    std::array<char, 400> text{};
    const ssize_t size = read(ends[0], text.data(), text.size());
    close(ends[0]);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGABRT);
    REQUIRE(size > 0);
    CHECK(
        std::string(text.data(), static_cast<std::size_t>(size)).starts_with("chapar: no random"));
}

}  // namespace chapar::testing
