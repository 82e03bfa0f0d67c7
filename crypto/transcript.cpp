#include "crypto/transcript.h"

#include <array>

#include "crypto/sha256.h"
#include "schemas/base/assert.h"

namespace chapar::crypto {

Hash transcript_hash(Label label, std::span<const ByteView> parts) {
    constexpr std::array<std::byte, 1> kZero{};
    Sha256 hash;
    hash.update(view("chapar/1 ")).update(view(label_text(label))).update(kZero);
    for (const ByteView part : parts) {
        CHAPAR_ASSERT(part.size() <= UINT32_MAX);
        std::array<std::byte, 4> length{};
        for (std::size_t i = 0; i < 4; ++i) {
            length[i] = static_cast<std::byte>(part.size() >> (8 * (3 - i)));
        }
        hash.update(length).update(part);
    }
    return hash.finish();
}

Hash transcript_hash(Label label, std::initializer_list<ByteView> parts) {
    return transcript_hash(label, std::span<const ByteView>(parts.begin(), parts.size()));
}

}  // namespace chapar::crypto
