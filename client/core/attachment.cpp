#include "client/core/attachment.h"

#include <algorithm>
#include <utility>

#include "crypto/padding.h"
#include "crypto/sha256.h"
#include "crypto/tree.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {

constexpr std::byte kMark{0x80};

std::uint64_t chunks_in(std::uint64_t size, std::uint64_t chunk) {
    return size / chunk + (size % chunk != 0 ? 1 : 0);
}

// Takes padded text piece by piece: passes on what stands before the length that the manifest
// gives, and demands the padding behind it.
class Unpadder {
  public:
    explicit Unpadder(std::uint64_t length) : length_(length) {}

    [[nodiscard]] Result<ByteView> text_in(ByteView padded) {
        const std::uint64_t left = length_ > seen_ ? length_ - seen_ : 0;
        const auto text = static_cast<std::size_t>(std::min<std::uint64_t>(left, padded.size()));
        for (std::size_t i = text; i < padded.size(); ++i) {
            const std::byte demanded = seen_ + i == length_ ? kMark : std::byte{0};
            if (padded[i] != demanded) return Errc::StreamPadding;
        }
        seen_ += padded.size();
        return padded.first(text);
    }

  private:
    std::uint64_t length_;
    std::uint64_t seen_ = 0;
};

}  // namespace

Result<Download> Download::create(const crypto::StreamCommitment& commitment,
                                  std::vector<Hash> leaf_hashes) {
    if (commitment.size > limits::kStreamBytes) return Error(Errc::TooLarge, "attachment");
    return Download(commitment,
                    CHAPAR_TRY(crypto::ChunkVerifier::create(commitment, std::move(leaf_hashes))));
}

Download::Download(const crypto::StreamCommitment& commitment, crypto::ChunkVerifier verifier)
    : commitment_(commitment),
      verifier_(std::move(verifier)),
      have_(verifier_.chunks(), false),
      missing_(verifier_.chunks()) {}

std::optional<ChunkRange> Download::next_missing(std::uint64_t from, std::uint64_t most) const {
    std::uint64_t first = from;
    while (first < chunks() && have_[first]) ++first;
    if (first >= chunks()) return std::nullopt;
    ChunkRange range{first, 0};
    while (range.count < most && first + range.count < chunks() && !have_[first + range.count]) {
        ++range.count;
    }
    return range;
}

Result<std::uint64_t> Download::check(std::uint64_t first, ByteView data) const {
    std::uint64_t count = 0;
    while (!data.empty()) {
        if (first >= chunks() || count >= chunks() - first) return Errc::StreamRoot;
        const std::size_t size = size_of(first + count);
        if (data.size() < size) return Errc::StreamRoot;
        CHAPAR_TRY(verifier_.check(first + count, data.first(size)));
        data = data.subspan(size);
        ++count;
    }
    if (count == 0) return Errc::StreamRoot;
    return count;
}

void Download::mark(const ChunkRange& range) {
    CHAPAR_ASSERT(range.first <= chunks() && range.count <= chunks() - range.first);
    for (std::uint64_t i = range.first; i < range.first + range.count; ++i) {
        if (have_[i]) continue;
        have_[i] = true;
        --missing_;
        bytes_here_ += size_of(i);
    }
}

void Download::forget(std::uint64_t chunk) {
    CHAPAR_ASSERT(chunk < chunks());
    if (!have_[chunk]) return;
    have_[chunk] = false;
    ++missing_;
    bytes_here_ -= size_of(chunk);
}

Bytes Download::bitmap() const {
    Bytes bits(chunks_in(chunks(), 8));
    for (std::uint64_t i = 0; i < chunks(); ++i) {
        if (have_[i]) bits[i / 8] |= static_cast<std::byte>(1U << (i % 8));
    }
    return bits;
}

bool bit_of(ByteView bitmap, std::uint64_t chunk) {
    if (chunk / 8 >= bitmap.size()) return false;
    return (bitmap[chunk / 8] >> (chunk % 8) & std::byte{1}) != std::byte{0};
}

Status check_length(const crypto::StreamCommitment& commitment, std::uint64_t length) {
    if (length > limits::kAttachmentBytes) return Error(Errc::TooLarge, "attachment");
    const std::uint64_t padded = crypto::padded_size(length);
    const std::uint64_t tags = chunks_in(padded, limits::kChunkBytes) * limits::kTagBytes;
    if (commitment.size != padded + tags) return Error(Errc::ManifestMismatch, "length");
    return Done{};
}

Status open_attachment(const AttachmentSeal& seal, const ReadChunk& read, const WriteText& write) {
    const crypto::StreamKeys keys = crypto::stream_keys_of(seal.secret.duplicate());
    if (keys.commitment != seal.commitment.commitment) return Errc::Commitments;
    CHAPAR_TRY(check_length(seal.commitment, seal.length));

    const std::uint64_t chunks = chunks_in(seal.commitment.size, crypto::kSealedChunkBytes);
    std::vector<Hash> leaves;
    leaves.reserve(chunks);
    std::optional<Error> problem;
    Unpadder unpadder(seal.length);
    crypto::Sha256 digest;
    for (std::uint64_t i = 0; i < chunks; ++i) {
        const Bytes sealed = CHAPAR_TRY(read(i));
        leaves.push_back(crypto::leaf_hash(sealed));
        if (problem) continue;
        const auto position =
            i + 1 == chunks ? crypto::ChunkPosition::Last : crypto::ChunkPosition::NotLast;
        const auto padded = crypto::open_chunk(keys.key, i, position, sealed);
        const auto text = padded ? unpadder.text_in(padded->expose()) : padded.error();
        if (!text) {
            problem = text.error();
            continue;
        }
        digest.update(*text);
        CHAPAR_TRY(write(*text));
    }
    // Whether these are the signed bytes at all is said first: then they can be fetched again.
    if (crypto::tree_root(leaves) != seal.commitment.root) return Errc::StreamRoot;
    if (problem) return *problem;
    if (digest.finish() != seal.digest) return Error(Errc::ManifestMismatch, "attachment");
    return Done{};
}

}  // namespace chapar::client
