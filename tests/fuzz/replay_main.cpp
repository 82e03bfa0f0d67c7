// Runs a fuzz target without libFuzzer: every file that is named or lies in a folder that is named,
// and a fixed number of mutations of them in all. The same inputs on every run and machine.
//
//     fuzz_NAME [--mutations TOTAL] FILE|FOLDER..
//     fuzz_NAME --write-seeds FOLDER      makes the committed seeds again: tests/fuzz/seeds/NAME
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_target.h"

namespace chapar::testing {
namespace {

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

std::optional<Bytes> read_whole(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        std::fprintf(stderr, "%s cannot be read\n", path.c_str());
        return std::nullopt;
    }
    return to_bytes(std::string{std::istreambuf_iterator<char>(file), {}});
}

// Files as they are named, those of a folder in the order of their names.
std::vector<std::filesystem::path> files_of(const std::vector<std::string>& names) {
    std::vector<std::filesystem::path> out;
    for (const std::string& name : names) {
        if (!std::filesystem::is_directory(name)) {
            out.emplace_back(name);
            continue;
        }
        const std::size_t begin = out.size();
        for (const auto& entry : std::filesystem::directory_iterator(name)) {
            if (entry.is_regular_file()) out.push_back(entry.path());
        }
        std::sort(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end());
    }
    return out;
}

void run_mutations(const Bytes& seed, std::uint64_t count, std::uint64_t number) {
    Draws draws(number);
    for (std::uint64_t n = 0; n < count; ++n) {
        Bytes bytes = seed;
        const std::uint64_t steps = 1 + draws.below(4);
        for (std::uint64_t step = 0; step < steps && !bytes.empty(); ++step) {
            mutate_once(bytes, draws);
        }
        run(bytes);
    }
}

int write_seeds(const std::filesystem::path& folder) {
    int number = 0;
    for (const Bytes& seed : fuzz_seeds()) {
        std::string digits = std::to_string(number++);
        digits.insert(0, digits.size() < 2 ? 1 : 0, '0');
        std::ofstream file(folder / ("seed-" + digits), std::ios::binary);
        if (!(file << to_string(seed))) {
            std::fprintf(stderr, "%s cannot be written\n", folder.c_str());
            return 1;
        }
    }
    return 0;
}

int replay(const std::vector<std::string>& names, std::uint64_t mutations) {
    const auto files = files_of(names);
    for (std::size_t i = 0; i < files.size(); ++i) {
        const auto seed = read_whole(files[i]);
        if (!seed) return 1;
        run(*seed);
        run_mutations(*seed, mutations / files.size(), i);
    }
    std::printf("%zu inputs, %zu mutations\n", files.size(),
                files.empty() ? 0 : mutations / files.size() * files.size());
    return files.empty() ? 1 : 0;
}

}  // namespace
}  // namespace chapar::testing

int main(int argc, char** argv) {
    using namespace chapar::testing;
    std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() == 2 && words[0] == "--write-seeds") return write_seeds(words[1]);
    std::uint64_t mutations = 0;
    if (words.size() > 2 && words[0] == "--mutations") {
        mutations = std::strtoull(words[1].c_str(), nullptr, 10);
        words.erase(words.begin(), words.begin() + 2);
    }
    return replay(words, mutations);
}
