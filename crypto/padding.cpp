#include "crypto/padding.h"

#include <bit>

namespace chapar::crypto {
namespace {

constexpr std::uint64_t kSmallest = 256;

// Padme: a length keeps as many low bits zero as its exponent has not bits.
std::uint64_t padme(std::uint64_t length) {
    if (length <= kSmallest) return kSmallest;
    const int exponent = static_cast<int>(std::bit_width(length)) - 1;
    const int low = exponent - static_cast<int>(std::bit_width(static_cast<unsigned>(exponent)));
    const std::uint64_t mask = (std::uint64_t{1} << low) - 1;
    return (length + mask) & ~mask;
}

}  // namespace

std::uint64_t padded_size(std::uint64_t length) { return padme(length + 1); }

SecretBuffer pad(ByteView text) {
    SecretBuffer padded(padded_size(text.size()));
    std::ranges::copy(text, padded.expose_mutable().begin());
    padded.expose_mutable()[text.size()] = kPaddingMark;
    return padded;
}

Result<std::size_t> unpadded_size(ByteView padded) {
    std::size_t at = padded.size();
    while (at > 0 && padded[at - 1] == std::byte{0}) --at;
    if (at == 0 || padded[at - 1] != kPaddingMark) return Errc::StreamPadding;
    if (padded_size(at - 1) != padded.size()) return Errc::StreamPadding;
    return at - 1;
}

}  // namespace chapar::crypto
