// Cap'n Proto words, edited by hand as an attacker would.
//
// Owns: little-endian words and the fields of pointers (capnproto.org/encoding.html). Offsets count
// words from the word after the pointer.
#pragma once

#include <cstdint>
#include <vector>

#include "schemas/base/bytes.h"

namespace chapar::testing {

using Words = std::vector<std::uint64_t>;

[[nodiscard]] inline Words words_of(ByteView bytes) {
    Words out(bytes.size() / 8);
    for (std::size_t i = 0; i < out.size() * 8; ++i) {
        out[i / 8] |= static_cast<std::uint64_t>(bytes[i]) << (8 * (i % 8));
    }
    return out;
}
[[nodiscard]] inline Bytes bytes_of(const Words& words) {
    Bytes out;
    for (const std::uint64_t word : words) {
        for (int i = 0; i < 8; ++i) out.push_back(static_cast<std::byte>(word >> (8 * i)));
    }
    return out;
}

[[nodiscard]] inline std::uint64_t struct_pointer(std::uint64_t offset, std::uint64_t data,
                                                  std::uint64_t pointers) {
    return offset << 2 | data << 32 | pointers << 48;
}
// `size_code`: 2 bytes, 6 pointers, 7 structs.
[[nodiscard]] inline std::uint64_t list_pointer(std::uint64_t offset, std::uint64_t size_code,
                                                std::uint64_t count) {
    return 1 | offset << 2 | size_code << 32 | count << 35;
}
[[nodiscard]] inline std::uint64_t offset_of(std::uint64_t pointer) {
    return (pointer & 0xFFFFFFFF) >> 2;
}
[[nodiscard]] inline std::uint64_t data_words(std::uint64_t pointer) {
    return pointer >> 32 & 0xFFFF;
}
[[nodiscard]] inline std::uint64_t pointer_words(std::uint64_t pointer) { return pointer >> 48; }

}  // namespace chapar::testing
