// Ciphertext for tests of stored streams: random bytes in whole chunks, with their leaf list.
#pragma once

#include <algorithm>

#include "crypto/stream.h"
#include "crypto/tree.h"
#include "schemas/frames.h"
#include "tests/support/fake_random.h"

namespace chapar::testing {

struct BodySample {
    explicit BodySample(std::size_t size, std::uint8_t seed = 1)
        : BodySample(random_bytes(size, seed)) {}
    explicit BodySample(Bytes given)
        : sealed(std::move(given)),
          leaves(crypto::chunk_leaves(sealed)),
          root(crypto::tree_root(leaves)) {}
    [[nodiscard]] static Bytes random_bytes(std::size_t size, std::uint8_t seed) {
        Bytes out(size);
        FakeRandom random(seed);
        random.fill(out);
        return out;
    }
    [[nodiscard]] schemas::Upload upload() const { return {root, sealed.size(), leaves}; }
    [[nodiscard]] std::size_t chunks() const { return leaves.size(); }
    [[nodiscard]] Bytes bytes(std::size_t first, std::size_t count) const {
        const std::size_t from = first * limits::kSealedChunkBytes;
        const std::size_t to = std::min(sealed.size(), from + count * limits::kSealedChunkBytes);
        return {sealed.begin() + static_cast<std::ptrdiff_t>(from),
                sealed.begin() + static_cast<std::ptrdiff_t>(to)};
    }
    [[nodiscard]] schemas::Chunk chunk(std::size_t first, std::size_t count = 1) const {
        return {root, first, bytes(first, count)};
    }

    Bytes sealed;
    std::vector<Hash> leaves;
    Hash root;
};

}  // namespace chapar::testing
