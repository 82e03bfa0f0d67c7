// A large attachment on its way in: which chunks are here, and how it becomes a file again.
//
// Owns: the pure state of a download (the leaf list, verified against R_j before anything else; the
// chunks that are here, in any order; each checked on arrival) and the release: chunk by chunk
// through the seal, the padding and the SHA-256 that stream 0 names. Does not know files, frames or
// the vault: sealed chunks are read and text is written through functions. Holds one chunk of text
// at a time, wiped. Units: bytes, chunk numbers from 0. Source: crypto/envelope.md, "Streams";
// crypto.md 2.
//
// Errors: StreamRoot (not the ciphertext that was signed: fetch it again), Commitments, StreamOpen,
// StreamPadding, ManifestMismatch (genuine ciphertext, but not what the sender's own manifest says:
// it never becomes a file).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "crypto/chunk_verifier.h"
#include "crypto/secret.h"
#include "crypto/stream.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::client {

// Consecutive chunks.
struct ChunkRange {
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    bool operator==(const ChunkRange&) const = default;
};

class Download {
  public:
    // StreamRoot unless these are the leaf hashes of the commitment; TooLarge for a size above that
    // of any attachment.
    [[nodiscard]] static Result<Download> create(const crypto::StreamCommitment& commitment,
                                                 std::vector<Hash> leaf_hashes);

    [[nodiscard]] const crypto::StreamCommitment& commitment() const { return commitment_; }
    [[nodiscard]] const std::vector<Hash>& leaf_hashes() const { return verifier_.leaf_hashes(); }
    [[nodiscard]] std::uint64_t chunks() const { return verifier_.chunks(); }
    [[nodiscard]] std::uint64_t missing() const { return missing_; }
    [[nodiscard]] bool is_complete() const { return missing_ == 0; }
    // Ciphertext bytes of the chunks that are here.
    [[nodiscard]] std::uint64_t bytes_here() const { return bytes_here_; }
    [[nodiscard]] bool has(std::uint64_t chunk) const { return have_[chunk]; }
    // Where a chunk lies in the ciphertext, and how long it is. REQUIRES: chunk < chunks().
    [[nodiscard]] static std::uint64_t offset_of(std::uint64_t chunk) {
        return chunk * crypto::kSealedChunkBytes;
    }
    [[nodiscard]] std::size_t size_of(std::uint64_t chunk) const {
        return verifier_.chunk_size(chunk);
    }

    // The next chunks to ask for, not before `from` and at most `most` of them; empty when none is
    // missing from there on.
    [[nodiscard]] std::optional<ChunkRange> next_missing(std::uint64_t from,
                                                         std::uint64_t most) const;
    // `data` as the chunks from `first` on: how many. StreamRoot unless every one is whole and the
    // signed one. Changes nothing: keep them, then mark them.
    [[nodiscard]] Result<std::uint64_t> check(std::uint64_t first, ByteView data) const;
    void mark(const ChunkRange& range);
    void forget(std::uint64_t chunk);
    // One bit a chunk, the lowest first: as frames and files carry it.
    [[nodiscard]] Bytes bitmap() const;

  private:
    Download(const crypto::StreamCommitment& commitment, crypto::ChunkVerifier verifier);
    crypto::StreamCommitment commitment_;
    crypto::ChunkVerifier verifier_;
    std::vector<bool> have_;
    std::uint64_t missing_ = 0;
    std::uint64_t bytes_here_ = 0;
};

// Whether a bitmap, as frames carry it, names this chunk. A bitmap that is too short does not.
[[nodiscard]] bool bit_of(ByteView bitmap, std::uint64_t chunk);

// What stands behind a stream: its secret, what E says of it, and what stream 0 says of its text.
struct AttachmentSeal {
    const crypto::Secret32& secret;       // s_j
    crypto::StreamCommitment commitment;  // of E
    std::uint64_t length = 0;             // of the text, by the manifest
    Hash digest;                          // SHA-256 of the text, by stream 0
};

// ManifestMismatch unless a text of `length` bytes makes a ciphertext of this size.
[[nodiscard]] Status check_length(const crypto::StreamCommitment& commitment, std::uint64_t length);

// A whole sealed chunk; the text of consecutive chunks, without padding.
using ReadChunk = std::function<Result<Bytes>(std::uint64_t chunk)>;
using WriteText = std::function<Status(ByteView text)>;

// Opens the whole stream into `write`. Only after Done may what was written be shown to anyone:
// until then it is not known to be whole. Checks the ciphertext against R_j again on the way, so
// what a disk changed since it was fetched is StreamRoot, not StreamOpen.
[[nodiscard]] Status open_attachment(const AttachmentSeal& seal, const ReadChunk& read,
                                     const WriteText& write);

}  // namespace chapar::client
