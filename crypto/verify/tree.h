// The Merkle tree of RFC 9162 section 2.1, as far as a verifier needs it, and the two hash forms of
// the protocol.
#pragma once

#include <string_view>
#include <vector>

#include "crypto/verify/bytes.h"

namespace verify {

Hash sha256(const Bytes& data);
Hash leaf_hash(const Bytes& leaf);                    // SHA-256(00 || leaf)
Hash node_hash(const Hash& left, const Hash& right);  // SHA-256(01 || left || right)
// The root over 1..256 hashes.
Hash tile_root(const std::vector<Hash>& hashes);
// TH(label, x) = SHA-256("chapar/1 " || label || 00 || u32 length || x)
Hash labelled_hash(std::string_view label, const Bytes& x);
// TH(label, x1, .., xk), each with its own length.
Hash labelled_hash(std::string_view label, const std::vector<Bytes>& xs);
// Ed25519 over "chapar/1 sign " || label || 00 || TH(label, x), by the pinned rule: libsodium's
// verification and a public key in the main subgroup.
bool labelled_signature(std::string_view label, const Bytes& x, const Bytes& key, const Bytes& sig);
bool signature(const Bytes& message, const Bytes& key, const Bytes& sig);

// The root that this leaf hash and path lead to; empty unless the path has exactly the number of
// nodes that (index, size) demands.
std::optional<Hash> root_of_path(Hash leaf, std::uint64_t index, std::uint64_t size,
                                 const std::vector<Hash>& path);
// Whether the tree of `old_size` is a prefix of the one of `new_size` (RFC 9162, 2.1.4.2).
struct TreeHead {
    std::uint64_t size = 0;
    Hash root{};
};
bool is_prefix(const TreeHead& older, const TreeHead& newer, const std::vector<Hash>& path);

// The root of a growing list of leaf hashes, in memory logarithmic in its length.
class RunningRoot {
  public:
    RunningRoot() = default;
    // Goes on from the perfect subtrees of `size` leaves, largest first. Empty unless their number
    // is the one that `size` demands.
    static std::optional<RunningRoot> from_peaks(std::uint64_t size, std::vector<Hash> peaks);

    void push(Hash hash) { push_subtree(hash, 0); }
    // The root of 2^height leaves. REQUIRES: size() is a multiple of that.
    void push_subtree(Hash hash, unsigned height);
    std::uint64_t size() const { return size_; }
    Hash root() const;  // SHA-256 of nothing for an empty list
    const std::vector<Hash>& peaks() const { return peaks_; }

  private:
    std::uint64_t size_ = 0;
    std::vector<Hash> peaks_;  // roots of the perfect subtrees, largest first
};

}  // namespace verify
