#include "tests/hostile/salsa_box.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "crypto/x25519.h"

namespace chapar::hostile {
namespace {

using Words = std::array<std::uint32_t, 16>;
__extension__ using Wide = unsigned __int128;

std::uint32_t word(const std::byte* from) {
    std::uint32_t out = 0;
    std::memcpy(&out, from, sizeof out);
    return out;
}

Words input(const BoxKey& key, const std::byte* nonce16) {
    constexpr std::array<std::uint32_t, 4> kSigma{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    Words x{};
    for (std::size_t i = 0; i < 4; ++i) {
        x[i * 5] = kSigma[i];
        x[1 + i] = word(key.data() + i * 4);
        x[6 + i] = word(nonce16 + i * 4);
        x[11 + i] = word(key.data() + 16 + i * 4);
    }
    return x;
}

void quarter(std::uint32_t& a, std::uint32_t& b, std::uint32_t& c, std::uint32_t& d) {
    b ^= std::rotl(a + d, 7);
    c ^= std::rotl(b + a, 9);
    d ^= std::rotl(c + b, 13);
    a ^= std::rotl(d + c, 18);
}

Words rounds(Words x) {
    for (int i = 0; i < 10; ++i) {
        for (std::size_t j = 0; j < 4; ++j) {
            quarter(x[j * 5], x[(j * 5 + 4) % 16], x[(j * 5 + 8) % 16], x[(j * 5 + 12) % 16]);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            const std::size_t row = j * 4;
            quarter(x[row + j], x[row + (j + 1) % 4], x[row + (j + 2) % 4], x[row + (j + 3) % 4]);
        }
    }
    return x;
}

BoxKey hsalsa(const BoxKey& key, const std::byte* nonce16) {
    const Words x = rounds(input(key, nonce16));
    constexpr std::array<std::size_t, 8> kPlaces{0, 5, 10, 15, 6, 7, 8, 9};
    BoxKey out{};
    for (std::size_t i = 0; i < 8; ++i) std::memcpy(out.data() + i * 4, &x[kPlaces[i]], 4);
    return out;
}

// Key stream of XSalsa20, from its first byte.
Bytes key_stream(const BoxKey& key, const BoxNonce& nonce, std::size_t size) {
    const BoxKey sub = hsalsa(key, nonce.data());
    std::array<std::byte, 16> counter{};
    std::copy_n(nonce.begin() + 16, 8, counter.begin());
    Bytes out;
    for (std::uint64_t block = 0; out.size() < size; ++block) {
        std::memcpy(counter.data() + 8, &block, 8);
        const Words before = input(sub, counter.data());
        Words after = rounds(before);
        for (std::size_t i = 0; i < 16; ++i) after[i] += before[i];
        append(out, std::as_bytes(std::span(after)));
    }
    out.resize(size);
    return out;
}

// h = (h + block) * r mod 2^130 - 5, in limbs of 44, 44 and 42 bits.
class Poly1305 {
  public:
    explicit Poly1305(ByteView key) {
        const std::uint64_t low = load(key.data());
        const std::uint64_t high = load(key.data() + 8);
        r_ = {low & 0xffc0fffffff, ((low >> 44) | (high << 20)) & 0xfffffc0ffff,
              (high >> 24) & 0x00ffffffc0f};
        pad_low_ = load(key.data() + 16);
        pad_high_ = load(key.data() + 24);
    }
    void block(ByteView text) {
        std::array<std::byte, 17> padded{};
        std::ranges::copy(text, padded.begin());
        padded[text.size()] = std::byte{1};
        const std::uint64_t low = load(padded.data());
        const std::uint64_t high = load(padded.data() + 8);
        h_[0] += low & kLimb;
        h_[1] += ((low >> 44) | (high << 20)) & kLimb;
        h_[2] += (high >> 24) | (std::uint64_t{std::to_integer<std::uint8_t>(padded[16])} << 40);
        multiply();
    }
    std::array<std::byte, 16> tag() {
        carry();
        carry();
        // h - p, if it is not negative.
        std::array<std::uint64_t, 3> g = h_;
        g[0] += 5;
        g[1] += g[0] >> 44;
        g[0] &= kLimb;
        g[2] += g[1] >> 44;
        g[1] &= kLimb;
        if (g[2] >> 42 != 0) {
            g[2] &= kTop;
            h_ = g;
        }
        Wide all = (Wide{h_[2]} << 88) + (Wide{h_[1]} << 44) + h_[0];
        all += (Wide{pad_high_} << 64) + pad_low_;
        std::array<std::byte, 16> out{};
        std::memcpy(out.data(), &all, out.size());
        return out;
    }

  private:
    static constexpr std::uint64_t kLimb = 0xfffffffffff;
    static constexpr std::uint64_t kTop = 0x3ffffffffff;
    static std::uint64_t load(const std::byte* from) {
        std::uint64_t out = 0;
        std::memcpy(&out, from, sizeof out);
        return out;
    }
    void multiply() {
        const std::uint64_t s1 = r_[1] * 20;
        const std::uint64_t s2 = r_[2] * 20;
        const Wide d0 = Wide{h_[0]} * r_[0] + Wide{h_[1]} * s2 + Wide{h_[2]} * s1;
        Wide d1 = Wide{h_[0]} * r_[1] + Wide{h_[1]} * r_[0] + Wide{h_[2]} * s2;
        Wide d2 = Wide{h_[0]} * r_[2] + Wide{h_[1]} * r_[1] + Wide{h_[2]} * r_[0];
        d1 += static_cast<std::uint64_t>(d0 >> 44);
        d2 += static_cast<std::uint64_t>(d1 >> 44);
        h_ = {static_cast<std::uint64_t>(d0) & kLimb, static_cast<std::uint64_t>(d1) & kLimb,
              static_cast<std::uint64_t>(d2) & kTop};
        h_[0] += static_cast<std::uint64_t>(d2 >> 42) * 5;
        h_[1] += h_[0] >> 44;
        h_[0] &= kLimb;
    }
    void carry() {
        h_[1] += h_[0] >> 44;
        h_[0] &= kLimb;
        h_[2] += h_[1] >> 44;
        h_[1] &= kLimb;
        h_[0] += (h_[2] >> 42) * 5;
        h_[2] &= kTop;
    }
    std::array<std::uint64_t, 3> r_{};
    std::array<std::uint64_t, 3> h_{};
    std::uint64_t pad_low_ = 0;
    std::uint64_t pad_high_ = 0;
};

std::array<std::byte, 16> tag_of(ByteView key, ByteView text) {
    Poly1305 poly(key);
    while (!text.empty()) {
        const ByteView block = text.first(std::min<std::size_t>(16, text.size()));
        poly.block(block);
        text = text.subspan(block.size());
    }
    return poly.tag();
}

}  // namespace

BoxKey box_key(const crypto::Secret32& own, const PublicKey& peer) {
    const auto shared = crypto::x25519(own, peer).value();
    BoxKey key{};
    std::ranges::copy(shared.expose(), key.begin());
    return hsalsa(key, std::array<std::byte, 16>{}.data());
}

Bytes box_seal(const BoxKey& key, const BoxNonce& nonce, ByteView text) {
    const Bytes stream = key_stream(key, nonce, 32 + text.size());
    Bytes sealed;
    for (std::size_t i = 0; i < text.size(); ++i) sealed.push_back(text[i] ^ stream[32 + i]);
    Bytes out = to_bytes(tag_of(ByteView(stream).first(32), sealed));
    append(out, sealed);
    return out;
}

std::optional<Bytes> box_open(const BoxKey& key, const BoxNonce& nonce, ByteView box) {
    if (box.size() < kBoxTag) return std::nullopt;
    const ByteView sealed = box.subspan(kBoxTag);
    const Bytes stream = key_stream(key, nonce, 32 + sealed.size());
    if (!std::ranges::equal(tag_of(ByteView(stream).first(32), sealed), box.first(kBoxTag))) {
        return std::nullopt;
    }
    Bytes out;
    for (std::size_t i = 0; i < sealed.size(); ++i) out.push_back(sealed[i] ^ stream[32 + i]);
    return out;
}

}  // namespace chapar::hostile
