#include "crypto/stream.h"

#include <array>

#include "crypto/hkdf.h"
#include "crypto/tree.h"

namespace chapar::crypto {
namespace {

// u88 index || u8 position.
Nonce chunk_nonce(std::uint64_t index, ChunkPosition position) {
    Nonce nonce;
    for (std::size_t i = 0; i < 8; ++i) {
        nonce.bytes[3 + i] = static_cast<std::byte>(index >> (8 * (7 - i)));
    }
    nonce.bytes[11] = static_cast<std::byte>(position);
    return nonce;
}

// Calls visit(index, position, chunk) for each piece of `size` bytes.
template <typename Visit>
Status for_each_chunk(ByteView bytes, std::size_t size, Visit visit) {
    for (std::size_t at = 0, index = 0; at < bytes.size(); at += size, ++index) {
        const ByteView chunk = bytes.subspan(at, std::min(size, bytes.size() - at));
        const bool last = at + chunk.size() == bytes.size();
        CHAPAR_TRY(visit(index, last ? ChunkPosition::Last : ChunkPosition::NotLast, chunk));
    }
    return Done{};
}

std::size_t chunk_count(std::size_t size, std::size_t chunk) { return (size + chunk - 1) / chunk; }

}  // namespace

StreamKeys derive_stream_keys(const Secret32& prk, std::uint16_t stream) {
    const std::array<std::byte, 2> number{static_cast<std::byte>(stream >> 8),
                                          static_cast<std::byte>(stream)};
    return stream_keys_of(hkdf_expand32(prk.expose(), {view("chapar/1 stream"), number}));
}

StreamKeys stream_keys_of(Secret32 secret) {
    Secret32 key = hkdf_expand32(secret.expose(), {view("chapar/1 key")});
    const Secret32 commitment = hkdf_expand32(secret.expose(), {view("chapar/1 commit")});
    return {.secret = std::move(secret),
            .key = std::move(key),
            .commitment = *Hash::from(commitment.expose())};
}

Bytes seal_chunk(const Secret32& key, std::uint64_t index, ChunkPosition position,
                 ByteView plaintext) {
    CHAPAR_ASSERT(!plaintext.empty() && plaintext.size() <= limits::kChunkBytes);
    return chacha_seal(key, chunk_nonce(index, position), {}, plaintext);
}

Result<SecretBuffer> open_chunk(const Secret32& key, std::uint64_t index, ChunkPosition position,
                                ByteView sealed) {
    if (sealed.size() <= kTagBytes || sealed.size() > kSealedChunkBytes) return Errc::StreamOpen;
    Result<SecretBuffer> plaintext = chacha_open(key, chunk_nonce(index, position), {}, sealed);
    if (!plaintext) return Errc::StreamOpen;
    return plaintext;
}

Bytes seal_stream(const Secret32& key, ByteView padded) {
    CHAPAR_ASSERT(!padded.empty());
    Bytes sealed(padded.size() + kTagBytes * chunk_count(padded.size(), limits::kChunkBytes));
    const Status done =
        for_each_chunk(padded, limits::kChunkBytes,
                       [&](std::uint64_t index, ChunkPosition position, ByteView chunk) -> Status {
                           const auto place = std::span(sealed).subspan(index * kSealedChunkBytes,
                                                                        chunk.size() + kTagBytes);
                           chacha_seal(key, chunk_nonce(index, position), {}, chunk, place);
                           return Done{};
                       });
    CHAPAR_ASSERT(done.has_value());
    return sealed;
}

Result<SecretBuffer> open_stream(const Secret32& key, ByteView ciphertext) {
    const std::size_t chunks = chunk_count(ciphertext.size(), kSealedChunkBytes);
    // The last chunk is never empty, so each has at least one byte besides its tag.
    if (chunks == 0 || (ciphertext.size() - 1) % kSealedChunkBytes < kTagBytes) {
        return Errc::StreamOpen;
    }
    SecretBuffer padded(ciphertext.size() - kTagBytes * chunks);
    CHAPAR_TRY(for_each_chunk(
        ciphertext, kSealedChunkBytes,
        [&](std::uint64_t index, ChunkPosition position, ByteView chunk) -> Status {
            const auto place = padded.expose_mutable().subspan(index * limits::kChunkBytes,
                                                               chunk.size() - kTagBytes);
            const Nonce nonce = chunk_nonce(index, position);
            return chacha_open(key, nonce, {}, chunk, place) ? Status(Done{})
                                                             : Status(Errc::StreamOpen);
        }));
    return padded;
}

std::vector<Hash> chunk_leaves(ByteView ciphertext) {
    CHAPAR_ASSERT(!ciphertext.empty());
    std::vector<Hash> leaves;
    leaves.reserve(chunk_count(ciphertext.size(), kSealedChunkBytes));
    const Status done = for_each_chunk(ciphertext, kSealedChunkBytes,
                                       [&](std::uint64_t, ChunkPosition, ByteView chunk) -> Status {
                                           leaves.push_back(leaf_hash(chunk));
                                           return Done{};
                                       });
    CHAPAR_ASSERT(done.has_value());
    return leaves;
}

Status check_stream(const StreamCommitment& commitment, ByteView ciphertext) {
    if (ciphertext.empty() || ciphertext.size() != commitment.size) return Errc::StreamRoot;
    if (tree_root(chunk_leaves(ciphertext)) != commitment.root) return Errc::StreamRoot;
    return Done{};
}

}  // namespace chapar::crypto
