#include "crypto/chunk_verifier.h"

#include <algorithm>

#include "crypto/tree.h"

namespace chapar::crypto {

Result<ChunkVerifier> ChunkVerifier::create(const StreamCommitment& commitment,
                                            std::vector<Hash> leaf_hashes) {
    const std::uint64_t chunks =
        commitment.size / kSealedChunkBytes + (commitment.size % kSealedChunkBytes != 0 ? 1 : 0);
    if (leaf_hashes.empty() || leaf_hashes.size() != chunks) return Errc::StreamRoot;
    if (tree_root(leaf_hashes) != commitment.root) return Errc::StreamRoot;
    return ChunkVerifier(commitment.size, std::move(leaf_hashes));
}

std::size_t ChunkVerifier::chunk_size(std::uint64_t index) const {
    CHAPAR_ASSERT(index < leaf_hashes_.size());
    const std::uint64_t left = size_ - index * kSealedChunkBytes;
    return static_cast<std::size_t>(std::min<std::uint64_t>(left, kSealedChunkBytes));
}

Status ChunkVerifier::check(std::uint64_t index, ByteView chunk) const {
    if (index >= leaf_hashes_.size() || chunk.size() != chunk_size(index)) return Errc::StreamRoot;
    if (leaf_hash(chunk) != leaf_hashes_[index]) return Errc::StreamRoot;
    return Done{};
}

}  // namespace chapar::crypto
