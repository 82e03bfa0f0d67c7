#include "crypto/verify/tree.h"

#include <sodium.h>

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
    Bytes input{0};
    input.insert(input.end(), leaf.begin(), leaf.end());
    return sha256(input);
}

Hash node_hash(const Hash& left, const Hash& right) {
    Bytes input{1};
    input.insert(input.end(), left.begin(), left.end());
    input.insert(input.end(), right.begin(), right.end());
    return sha256(input);
}

Hash labelled_hash(std::string_view label, const Bytes& x) {
    Bytes input = prefixed("chapar/1 ", label);
    for (int shift = 24; shift >= 0; shift -= 8) {
        input.push_back(static_cast<std::uint8_t>(x.size() >> shift));
    }
    input.insert(input.end(), x.begin(), x.end());
    return sha256(input);
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

void RunningRoot::push(Hash hash) {
    for (std::uint64_t n = size_; n & 1; n >>= 1) {
        hash = node_hash(peaks_.back(), hash);
        peaks_.pop_back();
    }
    peaks_.push_back(hash);
    ++size_;
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
