#include "unit/crypto/shake128.h"

#include <bit>

namespace chapar::testing {
namespace {

constexpr std::array<std::uint64_t, 24> kRoundConstants{
    0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000,
    0x000000000000808B, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
    0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
constexpr std::array<int, 24> kRotations{1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                         27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
constexpr std::array<std::size_t, 24> kLanes{10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                             15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};

void permute(std::array<std::uint64_t, 25>& a) {
    for (const std::uint64_t constant : kRoundConstants) {
        std::array<std::uint64_t, 5> c{};
        for (std::size_t x = 0; x < 5; ++x)
            c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        for (std::size_t x = 0; x < 5; ++x) {
            const std::uint64_t d = c[(x + 4) % 5] ^ std::rotl(c[(x + 1) % 5], 1);
            for (std::size_t y = 0; y < 25; y += 5) a[y + x] ^= d;
        }
        std::uint64_t moved = a[1];
        for (std::size_t i = 0; i < 24; ++i) {
            const std::uint64_t next = a[kLanes[i]];
            a[kLanes[i]] = std::rotl(moved, kRotations[i]);
            moved = next;
        }
        for (std::size_t y = 0; y < 25; y += 5) {
            for (std::size_t x = 0; x < 5; ++x) c[x] = a[y + x];
            for (std::size_t x = 0; x < 5; ++x)
                a[y + x] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]);
        }
        a[0] ^= constant;
    }
}

}  // namespace

void Shake128::absorb_byte(std::byte b) {
    state_[at_ / 8] ^= static_cast<std::uint64_t>(b) << (8 * (at_ % 8));
    if (++at_ == kRate) {
        permute(state_);
        at_ = 0;
    }
}

void Shake128::write(ByteView bytes) {
    for (const std::byte b : bytes) absorb_byte(b);
}

Bytes Shake128::read(std::size_t size) {
    if (!squeezing_) {
        state_[at_ / 8] ^= std::uint64_t{0x1F} << (8 * (at_ % 8));
        state_[(kRate - 1) / 8] ^= std::uint64_t{0x80} << 56;
        permute(state_);
        at_ = 0;
        squeezing_ = true;
    }
    Bytes out;
    while (out.size() < size) {
        if (at_ == kRate) {
            permute(state_);
            at_ = 0;
        }
        out.push_back(static_cast<std::byte>(state_[at_ / 8] >> (8 * (at_ % 8))));
        ++at_;
    }
    return out;
}

}  // namespace chapar::testing
