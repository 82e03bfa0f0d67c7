#include "crypto/hkdf.h"

#include <sodium.h>

#include <array>

#include "crypto/sodium_bytes.h"
#include "schemas/base/assert.h"

namespace chapar::crypto {
namespace {

class Hmac {
  public:
    explicit Hmac(ByteView key) { crypto_auth_hmacsha256_init(&state_, in(key), key.size()); }
    ~Hmac() { sodium_memzero(&state_, sizeof state_); }
    Hmac(const Hmac&) = delete;
    Hmac& operator=(const Hmac&) = delete;
    void update(ByteView bytes) { crypto_auth_hmacsha256_update(&state_, in(bytes), bytes.size()); }
    [[nodiscard]] Secret32 finish() {
        Secret32 tag;
        crypto_auth_hmacsha256_final(&state_, out(tag.expose_mutable()));
        return tag;
    }

  private:
    crypto_auth_hmacsha256_state state_;
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
