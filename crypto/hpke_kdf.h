// LabeledExtract and LabeledExpand of RFC 9180, section 4. For crypto/ only.
#pragma once

#include <array>
#include <initializer_list>
#include <string_view>

#include "crypto/hkdf.h"

namespace chapar::crypto {

enum class HpkeSuite { Kem, Hpke };

inline ByteView suite_id(HpkeSuite suite) {
    // "KEM" || 0x0020 and "HPKE" || 0x0020 || 0x0001 || 0x0003.
    static constexpr std::string_view kKem("KEM\x00\x20", 5);
    static constexpr std::string_view kHpke("HPKE\x00\x20\x00\x01\x00\x03", 10);
    return view(suite == HpkeSuite::Kem ? kKem : kHpke);
}

inline Secret32 labeled_extract(HpkeSuite suite, ByteView salt, std::string_view label,
                                ByteView key_material) {
    return hkdf_extract(salt, {view("HPKE-v1"), suite_id(suite), view(label), key_material});
}

// REQUIRES: prk is a pseudorandom key; out.size() <= kHkdfBytes.
inline void labeled_expand(HpkeSuite suite, const Secret32& prk, std::string_view label,
                           ByteView info, std::span<std::byte> out) {
    const std::array<std::byte, 2> length{static_cast<std::byte>(out.size() >> 8),
                                          static_cast<std::byte>(out.size())};
    const Status expanded = hkdf_expand(
        prk.expose(), {length, view("HPKE-v1"), suite_id(suite), view(label), info}, out);
    CHAPAR_ASSERT(expanded.has_value());
}

}  // namespace chapar::crypto
