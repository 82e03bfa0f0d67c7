#include "crypto/verify/bytes.h"

#include <sodium.h>

#include <algorithm>

namespace verify {

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

std::string hex(const std::uint8_t* data, std::size_t size) {
    std::string out(2 * size + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), data, size);
    out.pop_back();
    return out;
}

std::optional<Bytes> from_hex(std::string_view text) {
    Bytes out(text.size() / 2 + 1);  // libsodium wants a place even for nothing
    std::size_t length = 0;
    const char* end = nullptr;
    const int failed =
        sodium_hex2bin(out.data(), out.size(), text.data(), text.size(), nullptr, &length, &end);
    if (failed != 0 || length * 2 != text.size() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    out.resize(length);
    return out;
}

std::optional<Bytes> from_base64(std::string_view text) {
    Bytes out(text.size() + 1);
    std::size_t length = 0;
    const char* end = nullptr;
    const int failed = sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr,
                                         &length, &end, sodium_base64_VARIANT_ORIGINAL);
    if (failed != 0 || end != text.data() + text.size()) return std::nullopt;
    out.resize(length);
    // libsodium 1.0.18 reads '+' and '/' with their highest bit set as '+' and '/': one encoding
    // only is taken.
    std::string again(sodium_base64_ENCODED_LEN(length, sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(again.data(), again.size(), out.data(), length,
                      sodium_base64_VARIANT_ORIGINAL);
    again.pop_back();
    if (again != text) return std::nullopt;
    return out;
}

std::uint64_t Reader::number(std::size_t width) {
    if (short_ || width > size_ - at_) {
        short_ = true;
        return 0;
    }
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < width; ++i) n = n << 8 | data_[at_ + i];
    at_ += width;
    return n;
}

Bytes Reader::raw(std::size_t size) {
    if (short_ || size > size_ - at_) {
        short_ = true;
        return {};
    }
    const Bytes out(data_ + at_, data_ + at_ + size);
    at_ += size;
    return out;
}

Hash Reader::hash() {
    Hash out{};
    fixed(out);
    return out;
}

}  // namespace verify
