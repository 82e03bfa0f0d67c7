// Strict big-endian layouts: the encoding of everything that is hashed or signed (except the
// header, which is canonical Cap'n Proto carried as bytes).
//
// Fixed field order, u8/u16/u32-counted variable parts, no optional bytes. A reader that does not
// use every byte is an error: `LayoutReader::finish()` says so.
#pragma once

#include <cstdint>
#include <string>

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar {

class LayoutWriter {
  public:
    LayoutWriter& u8(std::uint8_t n) { return number(n, 1); }
    LayoutWriter& u16(std::uint16_t n) { return number(n, 2); }
    LayoutWriter& u32(std::uint32_t n) { return number(n, 4); }
    LayoutWriter& u64(std::uint64_t n) { return number(n, 8); }
    LayoutWriter& raw(ByteView bytes) {
        append(out_, bytes);
        return *this;
    }
    // REQUIRES: the length fits the count.
    LayoutWriter& counted8(ByteView bytes) { return counted(bytes, 1); }
    LayoutWriter& counted16(ByteView bytes) { return counted(bytes, 2); }
    LayoutWriter& counted32(ByteView bytes) { return counted(bytes, 4); }
    [[nodiscard]] const Bytes& bytes() const { return out_; }
    [[nodiscard]] Bytes take() { return std::move(out_); }

  private:
    LayoutWriter& number(std::uint64_t n, int size) {
        for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
            out_.push_back(static_cast<std::byte>(n >> shift));
        }
        return *this;
    }
    LayoutWriter& counted(ByteView bytes, int size) {
        CHAPAR_ASSERT(size == 8 || bytes.size() < (1ULL << (8 * size)));
        return number(bytes.size(), size).raw(bytes);
    }
    Bytes out_;
};

// Reads what LayoutWriter wrote. Borrows its input. After the first short read every later read
// yields zeros or empty views and finish() fails, so a parser checks once, at its end.
class LayoutReader {
  public:
    explicit LayoutReader(ByteView input) : rest_(input) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
    std::uint64_t u64() { return number(8); }
    ByteView raw(std::size_t size) {
        if (size > rest_.size()) {
            short_ = true;
            rest_ = {};
            return {};
        }
        const ByteView out = rest_.first(size);
        rest_ = rest_.subspan(size);
        return out;
    }
    ByteView counted8() { return raw(u8()); }
    ByteView counted16() { return raw(u16()); }
    ByteView counted32() { return raw(u32()); }
    template <typename Fixed>
    Fixed fixed() {
        return Fixed::from(raw(Fixed::kSize)).value_or(Fixed{});
    }
    [[nodiscard]] std::size_t remaining() const { return rest_.size(); }
    [[nodiscard]] bool ok() const { return !short_; }
    // MalformedLayout unless every byte was used and none was missing. `what` names the layout.
    [[nodiscard]] Status finish(const char* what) const {
        if (short_ || !rest_.empty()) return Error(Errc::MalformedLayout, what);
        return Done{};
    }

  private:
    std::uint64_t number(std::size_t size) {
        std::uint64_t n = 0;
        for (const std::byte b : raw(size)) n = n << 8 | static_cast<std::uint64_t>(b);
        return n;
    }
    ByteView rest_;
    bool short_ = false;
};

}  // namespace chapar
