#include "crypto/verify/entry.h"

#include <algorithm>

#include "crypto/verify/tree.h"

namespace verify {

std::optional<Leaf> parse_leaf(const Bytes& bytes) {
    Reader in(bytes);
    const std::uint64_t version = in.number(1);
    Leaf out;
    out.kind = static_cast<EntryKind>(in.number(1));
    out.clock = static_cast<std::uint8_t>(in.number(1));
    out.views = static_cast<std::uint8_t>(in.number(1));
    out.epoch = static_cast<std::uint32_t>(in.number(4));
    out.index = in.number(8);
    out.time_ms = in.number(8);
    out.last_directory = in.number(8);
    out.body_commit = in.hash();
    for (std::size_t i = 0; i < out.views; ++i) {
        std::array<std::uint8_t, 16> beyond{};
        in.fixed(i < out.tags.size() ? out.tags.at(i) : beyond);
    }
    if (!in.complete() || version != 1) return std::nullopt;
    return out;
}

bool is_tombstone(const Bytes& leaf) { return leaf.size() == 33 && leaf.front() == 0; }

Hash stored_leaf_hash(const Bytes& leaf) {
    if (!is_tombstone(leaf)) return leaf_hash(leaf);
    Hash out{};
    std::copy(leaf.begin() + 1, leaf.end(), out.begin());
    return out;
}

Hash body_commit(const Hash& salt, const Bytes& body) {
    Bytes input = bytes_of("chapar/body/v1\n");
    input.insert(input.end(), salt.begin(), salt.end());
    input.insert(input.end(), body.begin(), body.end());
    return sha256(input);
}

std::optional<BodyRecords> parse_body(const Bytes& body) {
    Reader in(body);
    BodyRecords out;
    while (in.ok() && in.remaining() > 0) {
        const auto id = static_cast<std::uint8_t>(in.number(1));
        if (!out.empty() && out.rbegin()->first >= id) return std::nullopt;
        out[id] = in.counted(2);
    }
    if (!in.complete()) return std::nullopt;
    return out;
}

std::optional<std::vector<Bytes>> parse_bundle(const Bytes& bundle, std::size_t width) {
    Reader in(bundle);
    std::vector<Bytes> out;
    while (in.ok() && in.remaining() > 0) out.push_back(in.counted(width));
    if (!in.complete()) return std::nullopt;
    return out;
}

std::string tile_name(const std::string& prefix, std::uint64_t number, std::uint64_t width) {
    const auto group = [](std::uint64_t n) {
        const std::string digits = std::to_string(n % 1000);
        return std::string(3 - digits.size(), '0') + digits;
    };
    std::string path = group(number);
    for (number /= 1000; number > 0; number /= 1000) path = "x" + group(number) + "/" + path;
    path = prefix + "/" + path;
    if (width < 256) path += ".p/" + std::to_string(width);
    return path;
}

}  // namespace verify
