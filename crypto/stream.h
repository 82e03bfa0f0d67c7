// One stream of an envelope: its keys, its chunks, and the root over their ciphertexts.
//
// Owns: s_j, k_j, c_j and the chunk cipher (age's STREAM construction). Does not know the envelope.
// Chunks hold 65,536 bytes, the last 1 to 65,536; only the last carries flag 1. Source:
// crypto/envelope.md, "Streams".
#pragma once

#include <cstdint>
#include <vector>

#include "crypto/aead.h"
#include "crypto/secret.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/limits.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

constexpr std::size_t kSealedChunkBytes = limits::kChunkBytes + kTagBytes;

// What a stream contributes to E.
struct StreamCommitment {
    Hash commitment;         // c_j
    Hash root;               // R_j
    std::uint64_t size = 0;  // ciphertext bytes, tags included
    bool operator==(const StreamCommitment&) const = default;
};

struct StreamKeys {
    Secret32 secret;  // s_j: discloses this stream and no other
    Secret32 key;     // k_j
    Hash commitment;  // c_j
};

// From PRK and the number of the stream.
[[nodiscard]] StreamKeys derive_stream_keys(const Secret32& prk, std::uint16_t stream);
// From s_j alone: what a holder of an evidence package does.
[[nodiscard]] StreamKeys stream_keys_of(Secret32 secret);

enum class ChunkPosition : std::uint8_t { NotLast = 0, Last = 1 };

// REQUIRES: 0 < plaintext.size() <= kChunkBytes.
[[nodiscard]] Bytes seal_chunk(const Secret32& key, std::uint64_t index, ChunkPosition position,
                               ByteView plaintext);
// StreamOpen, whatever the reason.
[[nodiscard]] Result<SecretBuffer> open_chunk(const Secret32& key, std::uint64_t index,
                                              ChunkPosition position, ByteView sealed);

// A whole stream: the ciphertext of the padded text, chunk after chunk.
[[nodiscard]] Bytes seal_stream(const Secret32& key, ByteView padded);
// The padded text; StreamOpen unless every chunk opens in its place and the last is marked so.
[[nodiscard]] Result<SecretBuffer> open_stream(const Secret32& key, ByteView ciphertext);

// RFC 9162 leaf hashes of the sealed chunks. REQUIRES: ciphertext is not empty.
[[nodiscard]] std::vector<Hash> chunk_leaves(ByteView ciphertext);
// StreamRoot unless size and root are those of the commitment. Needs no key.
[[nodiscard]] Status check_stream(const StreamCommitment& commitment, ByteView ciphertext);

}  // namespace chapar::crypto
