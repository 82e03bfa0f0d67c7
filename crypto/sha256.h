// SHA-256: the one hash of the project, and the one place that computes it.
//
// Does not know what is hashed; domain separation is transcript.h's and tree.h's. Source: FIPS
// 180-4, by libcrypto, which uses the processor's own instructions where it has them (of libsodium,
// that has none, a node of the tree costs five times as much).
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"

namespace chapar::crypto {

[[nodiscard]] Hash sha256(ByteView bytes);
// Of the concatenation.
[[nodiscard]] Hash sha256(std::initializer_list<ByteView> parts);

class Sha256 {
  public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = default;
    Sha256& operator=(const Sha256&) = default;

    Sha256& update(ByteView bytes);
    // Ends this hash: no update may follow.
    [[nodiscard]] Hash finish();

  private:
    static constexpr std::size_t kStateBytes = 112;
    alignas(8) std::array<std::byte, kStateBytes> state_;
};

}  // namespace chapar::crypto
