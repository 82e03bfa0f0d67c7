#include "crypto/hkdf.h"

#include <algorithm>
#include <array>

#include "crypto/sha256.h"
#include "schemas/base/assert.h"

namespace chapar::crypto {
namespace {

constexpr std::size_t kBlockBytes = 64;

class Hmac {
  public:
    explicit Hmac(ByteView key) {
        std::array<std::byte, kBlockBytes> block{};
        if (key.size() > kBlockBytes) {
            Hash shortened = sha256(key);
            std::ranges::copy(shortened.bytes, block.begin());
            wipe(shortened.bytes);
        } else {
            std::ranges::copy(key, block.begin());
        }
        for (std::byte& b : block) b ^= std::byte{0x36};
        inner_.update(block);
        for (std::byte& b : block) b ^= std::byte{0x36 ^ 0x5C};
        outer_.update(block);
        wipe(block);
    }
    void update(ByteView bytes) { inner_.update(bytes); }
    [[nodiscard]] Secret32 finish() {
        Hash hash = inner_.finish();
        outer_.update(hash.view());
        hash = outer_.finish();
        Secret32 tag;
        std::ranges::copy(hash.bytes, tag.expose_mutable().begin());
        wipe(hash.bytes);
        return tag;
    }

  private:
    Sha256 inner_;
    Sha256 outer_;
};

}  // namespace

Secret32 hmac_sha256(ByteView key, std::initializer_list<ByteView> parts) {
    Hmac hmac(key);
    for (const ByteView part : parts) hmac.update(part);
    return hmac.finish();
}

Secret32 hkdf_extract(ByteView salt, std::initializer_list<ByteView> key_material) {
    const std::array<std::byte, 32> zeros{};
    return hmac_sha256(salt.empty() ? ByteView(zeros) : salt, key_material);
}

Status hkdf_expand(ByteView pseudorandom_key, std::initializer_list<ByteView> info,
                   std::span<std::byte> output) {
    if (output.size() > kHkdfBytes) return Error(Errc::TooLarge, "hkdf");
    Secret32 block;
    std::byte counter{1};
    for (std::size_t at = 0; at < output.size(); at += Secret32::kSize) {
        Hmac hmac(pseudorandom_key);
        if (at > 0) hmac.update(block.expose());
        for (const ByteView part : info) hmac.update(part);
        hmac.update(ByteView(&counter, 1));
        block = hmac.finish();
        const std::size_t take = std::min(Secret32::kSize, output.size() - at);
        std::ranges::copy(block.expose().first(take), output.subspan(at).begin());
        counter = static_cast<std::byte>(static_cast<unsigned>(counter) + 1);
    }
    return Done{};
}

Secret32 hkdf_expand32(ByteView pseudorandom_key, std::initializer_list<ByteView> info) {
    Secret32 output;
    const Status expanded = hkdf_expand(pseudorandom_key, info, output.expose_mutable());
    CHAPAR_ASSERT(expanded.has_value());
    return output;
}

}  // namespace chapar::crypto
