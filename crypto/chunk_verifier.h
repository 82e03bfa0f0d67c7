// Checks the chunks of a large stream on arrival, in any order, without a key.
//
// Owns: the leaf list of one stream, checked against R_j first. Does not keep chunks. Used to
// resume a transfer; the text is released only when all chunks are there (receive.h).
#pragma once

#include <cstdint>
#include <vector>

#include "crypto/stream.h"

namespace chapar::crypto {

class ChunkVerifier {
  public:
    // StreamRoot unless the leaf hashes have the root and number that the commitment demands.
    [[nodiscard]] static Result<ChunkVerifier> create(const StreamCommitment& commitment,
                                                      std::vector<Hash> leaf_hashes);

    [[nodiscard]] std::uint64_t chunks() const { return leaf_hashes_.size(); }
    // StreamRoot unless this is the ciphertext of chunk `index`.
    [[nodiscard]] Status check(std::uint64_t index, ByteView chunk) const;

  private:
    explicit ChunkVerifier(std::vector<Hash> leaf_hashes) : leaf_hashes_(std::move(leaf_hashes)) {}
    std::vector<Hash> leaf_hashes_;
};

}  // namespace chapar::crypto
