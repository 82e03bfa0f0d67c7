// Byte strings: owned (`Bytes`), borrowed (`ByteView`) and fixed (`FixedBytes`).
//
// A `ByteView` lives as long as what it was made from; functions that keep bytes copy them. Nothing
// here is for secrets: those are `crypto::SecretBytes`, which cannot be copied, compared or
// printed.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chapar {

using Bytes = std::vector<std::byte>;
using ByteView = std::span<const std::byte>;

inline ByteView view(std::string_view text) {
    return std::as_bytes(std::span<const char>(text.data(), text.size()));
}
inline std::string to_string(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(ByteView bytes) { return {bytes.begin(), bytes.end()}; }
inline Bytes to_bytes(std::string_view text) { return to_bytes(view(text)); }
inline void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }
inline bool equal(ByteView a, ByteView b) { return std::ranges::equal(a, b); }

// N public bytes that mean one thing: two instances with different tags do not convert.
template <typename Tag, std::size_t N>
struct FixedBytes {
    static constexpr std::size_t kSize = N;
    std::array<std::byte, N> bytes{};

    [[nodiscard]] ByteView view() const { return bytes; }
    // Empty unless `from` has exactly N bytes.
    [[nodiscard]] static std::optional<FixedBytes> from(ByteView from) {
        if (from.size() != N) return std::nullopt;
        FixedBytes out;
        std::copy(from.begin(), from.end(), out.bytes.begin());
        return out;
    }
    [[nodiscard]] bool is_zero() const {
        return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; });
    }
    auto operator<=>(const FixedBytes&) const = default;
};

}  // namespace chapar
