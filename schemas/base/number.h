// Numbers that mean one thing: indices, counts and times do not convert into each other.
#pragma once

#include <compare>
#include <cstdint>

namespace chapar {

template <typename Tag, typename Rep = std::uint64_t>
struct StrongNumber {
    Rep value{};

    constexpr StrongNumber() = default;
    constexpr explicit StrongNumber(Rep number) : value(number) {}
    [[nodiscard]] constexpr StrongNumber next() const { return StrongNumber(value + 1); }
    auto operator<=>(const StrongNumber&) const = default;
};

}  // namespace chapar
