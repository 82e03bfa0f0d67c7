#include "crypto/base64.h"

#include <array>
#include <cstdint>

namespace chapar::crypto {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The number of leading characters of a group of four that carry data: 4, or 3 or 2 before padding.
std::size_t data_characters(std::string_view group) {
    if (group[3] != '=') return 4;
    return group[2] != '=' ? 3 : 2;
}

bool decode_group(std::string_view group, bool last, Bytes& out) {
    const std::size_t used = last ? data_characters(group) : 4;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < used; ++i) {
        const std::size_t digit = kAlphabet.find(group[i]);
        if (digit == std::string_view::npos) return false;
        bits |= static_cast<std::uint32_t>(digit) << (18 - 6 * i);
    }
    const std::size_t bytes = used - 1;
    if ((bits & ((1U << (24 - 8 * bytes)) - 1)) != 0) return false;
    for (std::size_t i = 0; i < bytes; ++i) {
        out.push_back(static_cast<std::byte>(bits >> (16 - 8 * i)));
    }
    return true;
}

}  // namespace

std::string to_base64(ByteView bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < count; ++i) {
            bits |= static_cast<std::uint32_t>(bytes[at + i]) << (16 - 8 * i);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            text.push_back(i <= count ? kAlphabet[(bits >> (18 - 6 * i)) & 63] : '=');
        }
    }
    return text;
}

std::optional<Bytes> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    Bytes out;
    out.reserve(text.size() / 4 * 3);
    for (std::size_t at = 0; at < text.size(); at += 4) {
        if (!decode_group(text.substr(at, 4), at + 4 == text.size(), out)) return std::nullopt;
    }
    return out;
}

}  // namespace chapar::crypto
