#include "crypto/verify/envelope.h"

#include <sodium.h>

#include <algorithm>
#include <bit>

#include "crypto/verify/capnp.h"
#include "crypto/verify/tree.h"

namespace verify {
namespace {

constexpr std::size_t kChunk = 65536, kTag = 16, kSealedChunk = kChunk + kTag;
constexpr std::size_t kHeaderWords = 7, kHeaderPointers = 12;  // of header version 1
constexpr std::uint64_t kVersion = 1, kSuite = 1;

std::optional<Header> parse_header(const Bytes& bytes) {
    WireSegment segment(bytes);
    const auto root = segment.root();
    // Longer sections are fields of another version: unknown, so refused.
    if (!root || root->data_words > kHeaderWords || root->pointer_count > kHeaderPointers) {
        return std::nullopt;
    }
    if (segment.number(*root, 0, 16) != kVersion || segment.number(*root, 16, 16) != kSuite) {
        return std::nullopt;
    }
    Header out;
    out.kind = segment.number(*root, 32, 16);
    out.classification = segment.number(*root, 48, 16);
    out.created = segment.number(*root, 64, 64);
    out.expires = segment.number(*root, 256, 64);
    out.retain_until = segment.number(*root, 320, 64);
    out.home = segment.data(*root, 0).value_or(Bytes{});
    out.sender = segment.data(*root, 1).value_or(Bytes{});
    out.message = segment.data(*root, 2).value_or(Bytes{});
    out.case_id = segment.data(*root, 3).value_or(Bytes{});
    out.content = segment.data(*root, 10).value_or(Bytes{});
    const bool sizes = out.home.size() == 32 && out.sender.size() == 32 &&
                       out.message.size() == 16 && out.case_id.size() == 16 &&
                       out.content.size() == 32;
    if (!segment.ok() || !sizes) return std::nullopt;
    return out;
}

// HKDF-Expand with HMAC-SHA256, one block.
Bytes expand(const Bytes& prk, std::string_view info) {
    Bytes input = bytes_of(info);
    input.push_back(1);
    Bytes out(crypto_auth_hmacsha256_BYTES);
    crypto_auth_hmacsha256(out.data(), input.data(), input.size(), prk.data());
    return out;
}

// The smallest padded length that a text of `size` bytes may have.
std::uint64_t padded_length(std::uint64_t size) {
    const std::uint64_t n = size + 1;
    if (n <= 256) return 256;
    const auto exponent = static_cast<unsigned>(std::bit_width(n)) - 1;
    const auto low = exponent - static_cast<unsigned>(std::bit_width(exponent));
    return ((n + (1ULL << low) - 1) >> low) << low;
}

}  // namespace

std::optional<Envelope> parse_envelope(const Bytes& statement) {
    Reader in(statement);
    Envelope out;
    out.header_bytes = in.counted(4);
    const std::uint64_t streams = in.number(2);
    for (std::uint64_t i = 0; i < streams && in.ok(); ++i) {
        const Hash commitment = in.hash(), root = in.hash();
        out.streams.push_back({commitment, root, in.number(8)});
    }
    const std::uint64_t approvals = in.number(1);
    for (std::uint64_t i = 0; i < approvals && in.ok(); ++i) {
        const Hash approver = in.hash();
        Bytes audience = in.raw(32);
        const bool follows = out.approvals.empty() || (out.approvals.back().approver < approver &&
                                                       out.approvals.back().audience == audience);
        if (!follows) return std::nullopt;
        out.approvals.push_back({approver, std::move(audience), in.raw(64)});
    }
    out.stanzas = in.number(2);
    out.stanza_root = in.hash();
    const bool limits = !out.header_bytes.empty() && out.header_bytes.size() <= 4096 &&
                        streams >= 1 && streams <= 32 && approvals <= 8 && out.stanzas >= 1 &&
                        out.stanzas <= 256;
    if (!in.complete() || !limits) return std::nullopt;
    const auto header = parse_header(out.header_bytes);
    if (!header) return std::nullopt;
    out.header = *header;
    out.hash = labelled_hash("envelope", statement);
    const Hash context = labelled_hash("ctx", out.header_bytes);
    out.context = Bytes(context.begin(), context.end());
    return out;
}

std::optional<Item> parse_item(const Bytes& bytes) {
    constexpr std::size_t kHead = 110, kMostNodes = 8;  // of a batch of 256
    Reader in(bytes);
    Item out;
    out.head = in.raw(kHead);
    out.signature = in.raw(64);
    out.index = in.number(2);
    while (in.ok() && in.remaining() > 0) out.path.push_back(in.hash());
    if (!in.complete()) return std::nullopt;
    Reader head(out.head);
    out.home = head.raw(32);
    out.ledger = head.number(4);
    out.seen_size = head.number(8);
    out.seen_root = head.hash();
    out.count = head.number(2);
    out.root = head.hash();
    if (out.count < 1 || out.count > 256 || out.path.size() > kMostNodes) return std::nullopt;
    return out;
}

bool in_batch(const Item& item, const Hash& envelope) {
    const Bytes value(envelope.begin(), envelope.end());
    return root_of_path(leaf_hash(value), item.index, item.count, item.path) == item.root;
}

Hash commitment_of(const Bytes& secret) {
    const Bytes bytes = expand(secret, "chapar/1 commit");
    Hash out{};
    std::copy(bytes.begin(), bytes.end(), out.begin());
    return out;
}

Hash stream_root(const Bytes& ciphertext) {
    RunningRoot root;
    for (std::size_t at = 0; at < ciphertext.size(); at += kSealedChunk) {
        const std::size_t end = std::min(at + kSealedChunk, ciphertext.size());
        root.push(leaf_hash(Bytes(ciphertext.begin() + static_cast<std::ptrdiff_t>(at),
                                  ciphertext.begin() + static_cast<std::ptrdiff_t>(end))));
    }
    return root.root();
}

std::optional<Bytes> open_stream(const Bytes& secret, const Bytes& ciphertext) {
    const Bytes key = expand(secret, "chapar/1 key");
    Bytes padded;
    std::uint64_t index = 0;
    for (std::size_t at = 0; at < ciphertext.size(); at += kSealedChunk, ++index) {
        const std::size_t size = std::min(kSealedChunk, ciphertext.size() - at);
        if (size <= kTag) return std::nullopt;
        std::array<std::uint8_t, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> nonce{};
        for (std::size_t i = 0; i < 8; ++i) {
            nonce.at(3 + i) = static_cast<std::uint8_t>(index >> (56 - 8 * i));
        }
        nonce.back() = at + size == ciphertext.size() ? 1 : 0;
        Bytes chunk(size - kTag);
        if (crypto_aead_chacha20poly1305_ietf_decrypt(chunk.data(), nullptr, nullptr,
                                                      ciphertext.data() + at, size, nullptr, 0,
                                                      nonce.data(), key.data()) != 0) {
            return std::nullopt;
        }
        padded.insert(padded.end(), chunk.begin(), chunk.end());
    }
    std::size_t end = padded.size();
    while (end > 0 && padded[end - 1] == 0) --end;
    if (end == 0 || padded[end - 1] != 0x80) return std::nullopt;
    if (padded.size() != padded_length(end - 1)) return std::nullopt;
    padded.resize(end - 1);
    return padded;
}

}  // namespace verify
