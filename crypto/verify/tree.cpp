#include "crypto/verify/tree.h"

#include <sodium.h>

#include <algorithm>
#include <bit>

namespace verify {
namespace {

Bytes prefixed(std::string_view prefix, std::string_view label) {
    Bytes out = bytes_of(prefix);
    out.insert(out.end(), label.begin(), label.end());
    out.push_back(0);
    return out;
}

}  // namespace

Hash sha256(const Bytes& data) {
    Hash out{};
    crypto_hash_sha256(out.data(), data.data(), data.size());
    return out;
}

Hash leaf_hash(const Bytes& leaf) {
    constexpr std::uint8_t kPrefix = 0;
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, &kPrefix, 1);
    crypto_hash_sha256_update(&state, leaf.data(), leaf.size());
    Hash out{};
    crypto_hash_sha256_final(&state, out.data());
    return out;
}

Hash node_hash(const Hash& left, const Hash& right) {
    std::array<std::uint8_t, 65> input{1};
    std::copy(left.begin(), left.end(), input.begin() + 1);
    std::copy(right.begin(), right.end(), input.begin() + 33);
    Hash out{};
    crypto_hash_sha256(out.data(), input.data(), input.size());
    return out;
}

Hash labelled_hash(std::string_view label, const std::vector<Bytes>& xs) {
    Bytes input = prefixed("chapar/1 ", label);
    for (const Bytes& x : xs) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            input.push_back(static_cast<std::uint8_t>(x.size() >> shift));
        }
        input.insert(input.end(), x.begin(), x.end());
    }
    return sha256(input);
}

Hash labelled_hash(std::string_view label, const Bytes& x) {
    return labelled_hash(label, std::vector<Bytes>{x});
}

bool signature(const Bytes& message, const Bytes& key, const Bytes& sig) {
    if (key.size() != crypto_sign_PUBLICKEYBYTES || sig.size() != crypto_sign_BYTES) return false;
    return crypto_core_ed25519_is_valid_point(key.data()) == 1 &&
           crypto_sign_verify_detached(sig.data(), message.data(), message.size(), key.data()) == 0;
}

bool labelled_signature(std::string_view label, const Bytes& x, const Bytes& key,
                        const Bytes& sig) {
    Bytes message = prefixed("chapar/1 sign ", label);
    const Hash hash = labelled_hash(label, x);
    message.insert(message.end(), hash.begin(), hash.end());
    return signature(message, key, sig);
}

std::optional<Hash> root_of_path(Hash leaf, std::uint64_t index, std::uint64_t size,
                                 const std::vector<Hash>& path) {
    if (index >= size) return std::nullopt;
    std::uint64_t last = size - 1;
    for (const Hash& node : path) {
        if (last == 0) return std::nullopt;
        if ((index & 1) != 0 || index == last) {
            leaf = node_hash(node, leaf);
            while ((index & 1) == 0 && index != 0) {
                index >>= 1;
                last >>= 1;
            }
        } else {
            leaf = node_hash(leaf, node);
        }
        index >>= 1;
        last >>= 1;
    }
    if (last != 0) return std::nullopt;
    return leaf;
}

bool is_prefix(const TreeHead& older, const TreeHead& newer, const std::vector<Hash>& path) {
    if (older.size == 0 || older.size > newer.size) return false;
    if (older.size == newer.size) return path.empty() && older.root == newer.root;
    std::vector<Hash> nodes = path;
    if ((older.size & (older.size - 1)) == 0) nodes.insert(nodes.begin(), older.root);
    if (nodes.empty()) return false;
    std::uint64_t at = older.size - 1, last = newer.size - 1;
    while ((at & 1) != 0) {
        at >>= 1;
        last >>= 1;
    }
    Hash old_root = nodes.front(), new_root = nodes.front();
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        if (last == 0) return false;
        if ((at & 1) != 0 || at == last) {
            old_root = node_hash(nodes[i], old_root);
            new_root = node_hash(nodes[i], new_root);
            while ((at & 1) == 0 && at != 0) {
                at >>= 1;
                last >>= 1;
            }
        } else {
            new_root = node_hash(new_root, nodes[i]);
        }
        at >>= 1;
        last >>= 1;
    }
    return last == 0 && old_root == older.root && new_root == newer.root;
}

Hash tile_root(const std::vector<Hash>& hashes) {
    RunningRoot root;
    for (const Hash& hash : hashes) root.push(hash);
    return root.root();
}

std::optional<RunningRoot> RunningRoot::from_peaks(std::uint64_t size, std::vector<Hash> peaks) {
    if (peaks.size() != static_cast<std::size_t>(std::popcount(size))) return std::nullopt;
    RunningRoot out;
    out.size_ = size;
    out.peaks_ = std::move(peaks);
    return out;
}

void RunningRoot::push_subtree(Hash hash, unsigned height) {
    for (std::uint64_t n = size_ >> height; n & 1; n >>= 1) {
        hash = node_hash(peaks_.back(), hash);
        peaks_.pop_back();
    }
    peaks_.push_back(hash);
    size_ += std::uint64_t{1} << height;
}

Hash RunningRoot::root() const {
    if (peaks_.empty()) return sha256({});
    Hash root = peaks_.back();
    for (auto peak = peaks_.rbegin() + 1; peak != peaks_.rend(); ++peak) {
        root = node_hash(*peak, root);
    }
    return root;
}

}  // namespace verify
