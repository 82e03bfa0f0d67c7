#include "crypto/process_memory.h"

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "crypto/secret.h"
#include "support/child_process.h"
#include "support/temporary_directory.h"

namespace chapar::testing {

using namespace crypto;
namespace fs = std::filesystem;

namespace {

// Core files appear in the working directory only if the machine is set up so; and a process under
// a sanitizer dumps none.
bool machine_writes_cores_here() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false;
#else
    std::ifstream file("/proc/sys/kernel/core_pattern");
    std::string pattern;
    std::getline(file, pattern);
    rlimit limit{};
    ::getrlimit(RLIMIT_CORE, &limit);
    return !pattern.empty() && pattern.find_first_of("|/") == std::string::npos &&
           limit.rlim_max == RLIM_INFINITY;
#endif
}

struct Planted {
    std::array<std::byte, 32> in_arena{};
    std::array<std::byte, 32> on_heap{};
};

// Draws both keys where they lie, tells the parent, and dies of a bad access. Nothing here may copy
// a key: a copy on the stack would be found.
int plant_and_crash(const fs::path& folder, int to_parent) {
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_CORE, &unlimited) != 0 || ::chdir(folder.c_str()) != 0) return 1;
    SystemRandom random;
    const Secret32 secret = Secret32::random(random);
    std::vector<std::byte> plain(32);
    random.fill(plain);
    if (::write(to_parent, secret.expose().data(), 32) != 32) return 1;
    if (::write(to_parent, plain.data(), 32) != 32) return 1;
    ::raise(SIGSEGV);
    return 1;
}

std::string content_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool holds(const std::string& content, const std::array<std::byte, 32>& key) {
    const char* const from = reinterpret_cast<const char*>(key.data());
    return content.find(std::string(from, key.size())) != std::string::npos;
}

class FakeSystem {
  public:
    void write(const std::string& path, const std::string& text) const {
        const fs::path file = root_.path() / path;
        fs::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    void swaps(const std::string& lines) const {
        write("proc/swaps", "Filename Type Size Used Priority\n" + lines);
    }
    [[nodiscard]] std::vector<std::string> found() const {
        return unencrypted_swaps({root_.path() / "proc", root_.path() / "sys"});
    }

  private:
    TemporaryDirectory root_;
};

}  // namespace

// Fails if grow() in arena.cpp does not ask for MADV_DONTDUMP; the key on the heap shows that this
// search finds what is there.
TEST_CASE("a key planted in the arena is not in a core file; one planted on the heap is") {
    if (!machine_writes_cores_here()) {
        MESSAGE("no core files here; the flag of the pages is tested in arena_test.cpp");
        return;
    }
    const TemporaryDirectory folder;
    int ends[2] = {-1, -1};
    REQUIRE(::pipe(ends) == 0);
    const int status = in_child([&] { return plant_and_crash(folder.path(), ends[1]); });
    Planted planted;
    REQUIRE(::read(ends[0], planted.in_arena.data(), 32) == 32);
    REQUIRE(::read(ends[0], planted.on_heap.data(), 32) == 32);
    ::close(ends[0]);
    ::close(ends[1]);
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(WCOREDUMP(status));
    const auto core = std::find_if(
        fs::directory_iterator(folder.path()), {},
        [](const auto& entry) { return entry.path().filename().string().starts_with("core"); });
    REQUIRE(core != fs::directory_iterator());
    const std::string content = content_of(core->path());
    CHECK(holds(content, planted.on_heap));
    CHECK_FALSE(holds(content, planted.in_arena));
}

// Fails if either of the two calls is left out: the first check reads the one, the second the
// other.
TEST_CASE("a hardened process leaves no core file, whatever its limits were, and is not dumpable") {
    const TemporaryDirectory folder;
    const int status = in_child([&] {
        const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
        ::setrlimit(RLIMIT_CORE, &unlimited);
        if (::chdir(folder.path().c_str()) != 0 || !harden_process()) return 1;
        rlimit limit{};
        ::getrlimit(RLIMIT_CORE, &limit);
        if (limit.rlim_cur != 0 || limit.rlim_max != 0) return 2;
        if (::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) return 3;
        ::raise(SIGSEGV);
        return 4;
    });
    CHECK(WIFSIGNALED(status));
    CHECK_FALSE(WCOREDUMP(status));
    CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("swap on a plain partition or file is named, encrypted swap and zram are not") {
    const FakeSystem system;
    system.swaps("");
    CHECK(system.found().empty());
    system.write("sys/class/block/dm-0/dm/uuid", "CRYPT-PLAIN-swap\n");
    system.write("sys/class/block/dm-1/dm/uuid", "LVM-volume\n");
    system.write("sys/class/block/dm-1/slaves/dm-9/dm/uuid", "CRYPT-LUKS2-disk\n");
    system.write("sys/class/block/dm-2/dm/uuid", "LVM-volume\n");
    system.write("sys/class/block/dm-2/slaves/sda2/size", "1\n");
    system.swaps(
        "/dev/dm-0 partition 1 0 -2\n/dev/dm-1 partition 1 0 -2\n/dev/zram0 partition 1 0 -2\n");
    CHECK(system.found().empty());
    system.swaps(
        "/dev/dm-0 partition 1 0 -2\n/dev/dm-2 partition 1 0 -2\n/dev/sda3 partition 1 0 "
        "-2\n/nowhere/swapfile file 1 0 -2\n");
    CHECK(system.found() ==
          std::vector<std::string>{"/dev/dm-2", "/dev/sda3", "/nowhere/swapfile"});
}

TEST_CASE("a system that does not tell its swap areas is taken to have none") {
    CHECK(FakeSystem().found().empty());
}

}  // namespace chapar::testing
