// Properties: sentences that hold for every value, tried on values drawn at random.
//
// Owns: how many cases run and from which seed. CHAPAR_PROPERTY_CASES (1,000 unless set) and
// CHAPAR_PROPERTY_SEED; without the latter every run tries the same cases. A property that fails is
// shown with its smallest case and the seed that finds it again. Uses rapidcheck.
#pragma once

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <sstream>
#include <string>

#include "schemas/base/bytes.h"

namespace chapar::testing {

inline std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
    const char* const text = std::getenv(name);
    return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// `share`: of the cases, for properties that cost more. At least one case.
template <typename Testable>
void holds(Testable&& property, double share = 1.0) {
    constexpr std::uint64_t kCases = 1000, kSeed = 20'261'122;
    rc::detail::TestParams params;
    params.seed = number_from_environment("CHAPAR_PROPERTY_SEED", kSeed);
    const auto cases =
        static_cast<double>(number_from_environment("CHAPAR_PROPERTY_CASES", kCases)) * share;
    params.maxSuccess = std::max(1, static_cast<int>(cases));
    const auto result = rc::detail::checkTestable(std::forward<Testable>(property),
                                                  rc::detail::TestMetadata{}, params);
    const bool held = result.template is<rc::detail::SuccessResult>();
    std::ostringstream text;
    if (!held) rc::detail::printResultMessage(result, text);
    REQUIRE_MESSAGE(held, "CHAPAR_PROPERTY_SEED=" << params.seed << "\n" << text.str());
}

// In [least, most].
inline std::uint64_t drawn(std::uint64_t least, std::uint64_t most) {
    return *rc::gen::resize(100, rc::gen::inRange<std::uint64_t>(least, most + 1));
}

inline Bytes drawn_bytes(std::size_t least, std::size_t most) {
    const std::size_t size = drawn(least, most);
    const auto octets =
        *rc::gen::container<std::vector<std::uint8_t>>(size, rc::gen::arbitrary<std::uint8_t>());
    Bytes out(size);
    for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::byte>(octets[i]);
    return out;
}

template <typename Fixed>
Fixed drawn_fixed() {
    return Fixed::from(drawn_bytes(Fixed::kSize, Fixed::kSize)).value();
}

}  // namespace chapar::testing
