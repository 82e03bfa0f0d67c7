// toml++ as this project uses it: what its parser assumes of a text is checked, in every build.
//
// toml++ 3.3 takes "[;" for the begin of a key: an abort where assertions are on, undefined
// behaviour where they are off (found by tests/fuzz/fuzz_policy). Here such an assumption that does
// not hold is an exception, like every other error of the parser; the edge that called it catches
// both (TomlAssumption has no place in the text). Include nothing else of toml++.
#pragma once

#include <cassert>
#include <exception>

namespace chapar {

class TomlAssumption final : public std::exception {
  public:
    [[nodiscard]] const char* what() const noexcept override { return "not TOML"; }
};

// Where toml++ has promised not to throw, this ends the process, as its own assertion would.
[[noreturn]] inline void refuse_toml() { throw TomlAssumption(); }

}  // namespace chapar

#ifdef NDEBUG
#define CHAPAR_TOML_NDEBUG
#undef NDEBUG  // or toml++ turns its assertions into promises to the compiler
#endif
#define TOML_HEADER_ONLY 1
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : ::chapar::refuse_toml())
#include <toml++/toml.h>
#ifdef CHAPAR_TOML_NDEBUG
#define NDEBUG
#undef CHAPAR_TOML_NDEBUG
#endif
