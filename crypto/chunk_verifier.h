// Checks the chunks of a large stream on arrival, in any order, without a key.
//
// Owns: the leaf list of one stream, checked against R_j first, and the place and length of each
// chunk in it. Does not keep chunks. Used to resume a transfer; the text is released only when all
// chunks are there (client/core/attachment.h).
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
    [[nodiscard]] const std::vector<Hash>& leaf_hashes() const { return leaf_hashes_; }
    // Ciphertext bytes of chunk `index`, its tag included. REQUIRES: index < chunks().
    [[nodiscard]] std::size_t chunk_size(std::uint64_t index) const;
    // StreamRoot unless this is the ciphertext of chunk `index`, of the length that its place
    // demands: R_j alone would allow a sender chunks that overlap in a file.
    [[nodiscard]] Status check(std::uint64_t index, ByteView chunk) const;

  private:
    ChunkVerifier(std::uint64_t size, std::vector<Hash> leaf_hashes)
        : size_(size), leaf_hashes_(std::move(leaf_hashes)) {}
    std::uint64_t size_;
    std::vector<Hash> leaf_hashes_;
};

}  // namespace chapar::crypto
