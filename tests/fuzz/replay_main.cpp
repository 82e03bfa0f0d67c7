// Runs a fuzz target without libFuzzer: every file named on the command line, or else its seeds
// and a fixed number of mutations of each. The same inputs on every run and machine.
// `--write-seeds FOLDER` makes a corpus for libFuzzer to start from.
#include <cstdio>
#include <fstream>
#include <iterator>

#include "tests/fuzz/fuzz_target.h"

namespace chapar::testing {
namespace {

constexpr int kMutationsPerSeed = 2000;
constexpr std::uint64_t kInteresting[] = {0, 1, 2, 0x7F, 0x80, 0xFF, 0xFFFF, 0xFFFFFFFF, ~0ULL};

// SplitMix64.
class Draws {
  public:
    explicit Draws(std::uint64_t seed) : state_(seed) {}
    std::uint64_t below(std::uint64_t bound) {
        state_ += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        return bound == 0 ? 0 : (z ^ (z >> 31)) % bound;
    }

  private:
    std::uint64_t state_;
};

void mutate_once(Bytes& bytes, Draws& draws) {
    const std::size_t at = draws.below(bytes.size());
    switch (draws.below(6)) {
        case 0:
            bytes[at] ^= static_cast<std::byte>(1U << draws.below(8));
            break;
        case 1:
            bytes[at] = static_cast<std::byte>(draws.below(256));
            break;
        case 2: {  // four or eight bytes that programs trip over
            const std::uint64_t value = kInteresting[draws.below(std::size(kInteresting))];
            const std::size_t width = draws.below(2) == 0 ? 4 : 8;
            for (std::size_t i = 0; i < width && at / width * width + i < bytes.size(); ++i) {
                bytes[at / width * width + i] = static_cast<std::byte>(value >> (8 * i));
            }
            break;
        }
        case 3: {  // a word that stands elsewhere: pointers that alias
            const std::size_t from = draws.below(bytes.size()) / 8 * 8;
            for (std::size_t i = 0; i < 8; ++i) {
                if (at / 8 * 8 + i < bytes.size() && from + i < bytes.size()) {
                    bytes[at / 8 * 8 + i] = bytes[from + i];
                }
            }
            break;
        }
        case 4:
            bytes.resize(draws.below(4) == 0 ? at : at / 8 * 8);
            break;
        default:
            bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at / 8 * 8), 8,
                         static_cast<std::byte>(draws.below(256)));
    }
}

void run(const Bytes& bytes) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

int run_files(int count, char** names) {
    for (int i = 0; i < count; ++i) {
        std::ifstream file(names[i], std::ios::binary);
        if (!file) {
            std::fprintf(stderr, "%s cannot be read\n", names[i]);
            return 1;
        }
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        run(to_bytes(bytes));
    }
    return 0;
}

int write_seeds(const std::string& folder) {
    int number = 0;
    for (const Bytes& seed : fuzz_seeds()) {
        std::ofstream file(folder + "/seed" + std::to_string(number++), std::ios::binary);
        if (!(file << to_string(seed))) {
            std::fprintf(stderr, "%s cannot be written\n", folder.c_str());
            return 1;
        }
    }
    return 0;
}

int run_seeds() {
    const std::vector<Bytes> seeds = fuzz_seeds();
    std::size_t inputs = 0;
    for (std::size_t i = 0; i < seeds.size(); ++i) {
        run(seeds[i]);
        Draws draws(i);
        for (int n = 0; n < kMutationsPerSeed; ++n, ++inputs) {
            Bytes bytes = seeds[i];
            const std::uint64_t steps = 1 + draws.below(4);
            for (std::uint64_t step = 0; step < steps && !bytes.empty(); ++step) {
                mutate_once(bytes, draws);
            }
            run(bytes);
        }
    }
    std::printf("%zu seeds, %zu mutations\n", seeds.size(), inputs);
    return seeds.empty() ? 1 : 0;
}

}  // namespace
}  // namespace chapar::testing

int main(int argc, char** argv) {
    using namespace chapar::testing;
    if (argc == 3 && std::string(argv[1]) == "--write-seeds") return write_seeds(argv[2]);
    return argc > 1 ? run_files(argc - 1, argv + 1) : run_seeds();
}
