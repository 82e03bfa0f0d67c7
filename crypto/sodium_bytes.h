// Casts between our bytes and libsodium's. For the .cpp files of crypto/ only.
#pragma once

#include <cstddef>
#include <span>

#include "schemas/base/bytes.h"

namespace chapar::crypto {

inline const unsigned char* in(ByteView bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}
inline unsigned char* out(std::span<std::byte> bytes) {
    return reinterpret_cast<unsigned char*>(bytes.data());
}

}  // namespace chapar::crypto
