// What the programs of this folder are told: numbers by name, and --json.
//
// Owns: the loop over the words. A word that nobody knows, or a number that is none, prints the
// usage and ends the program: nothing has been done by then.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <string_view>

namespace chapar::powercut {

struct NumberArgument {
    std::string_view name;
    std::uint64_t& value;

    [[nodiscard]] bool read(std::string_view text) const {
        const auto end = text.data() + text.size();
        const auto [past, error] = std::from_chars(text.data(), end, value);
        return error == std::errc() && past == end;
    }
};

inline void read_arguments(int argc, char** argv, const char* usage,
                           std::initializer_list<NumberArgument> numbers, bool& json) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        bool known = word == "--json";
        json = json || known;
        for (const NumberArgument& number : numbers) {
            if (number.name == word && i + 1 < argc) known = number.read(argv[++i]);
        }
        if (known) continue;
        std::fprintf(stderr, "usage: %s\n", usage);
        std::exit(2);
    }
}

}  // namespace chapar::powercut
