#include "crypto/verify/pruned_archive.h"

#include <sodium.h>

#include <algorithm>
#include <fstream>

#include "crypto/verify/entry.h"
#include "crypto/verify/tiles.h"

namespace verify {
namespace {

std::string at(std::uint64_t index) { return "entry " + std::to_string(index); }

std::optional<Hash> digest_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    std::vector<char> block(std::size_t{1} << 20);
    while (in) {
        in.read(block.data(), static_cast<std::streamsize>(block.size()));
        crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(block.data()),
                                  static_cast<unsigned long long>(in.gcount()));
    }
    if (in.bad()) return std::nullopt;
    Hash out{};
    crypto_hash_sha256_final(&state, out.data());
    return out;
}

}  // namespace

void PrunedArchives::read(const std::vector<std::string>& files,
                          const std::vector<Retention::Pruning>& prunings) {
    std::uint64_t below = 0;
    for (const Retention::Pruning& pruning : prunings) {
        claims_.push_back({pruning, below, {}, {}});
        below = pruning.end;
    }
    given_ = files.size();
    for (const std::string& file : files) read_file(file);
}

void PrunedArchives::read_file(const std::string& file) {
    const auto digest = digest_of(file);
    if (!digest) return rule_.fail(file + " cannot be read as one file");
    const auto claim = std::find_if(claims_.begin(), claims_.end(), [&](const Claim& one) {
        return one.file.empty() && one.pruning.archive == *digest;
    });
    if (claim == claims_.end()) {
        return rule_.fail(file + ": no PRUNE entry names a file with its SHA-256");
    }
    claim->file = file;
    claim->root = root_of(*claim);
}

std::optional<Hash> PrunedArchives::root_of(const Claim& claim) {
    std::string why;
    auto archive = Archive::open(claim.file, why);
    const auto segment = archive ? read_segment(*archive, why) : std::nullopt;
    if (!segment) {
        rule_.fail(claim.file + ": " + why);
        return std::nullopt;
    }
    const Range& range = segment->members.range;
    auto root = RunningRoot::from_peaks(range.start, segment->previous);
    if (!root || range.start > claim.below || range.end < claim.pruning.end) {
        rule_.fail(claim.file + " has entries " + std::to_string(range.start) + " to " +
                   std::to_string(range.end) + ", and not all that " + at(claim.pruning.entry) +
                   " pruned");
        return std::nullopt;
    }
    const bool whole = for_each_bundle(range, [&](std::uint64_t number, std::uint64_t width) {
        return root->size() >= claim.pruning.end ||
               take_bundle(claim, *archive, number, width, *root);
    });
    if (!whole) return std::nullopt;
    return root->root();
}

bool PrunedArchives::take_bundle(const Claim& claim, Archive& archive, std::uint64_t number,
                                 std::uint64_t width, RunningRoot& root) {
    const auto entries =
        parse_bundle(archive.read(tile_name("tile/entries", number, width)).value_or(Bytes{}), 2);
    const auto bodies =
        parse_bundle(archive.read(tile_name("body", number, width)).value_or(Bytes{}), 4);
    if (!entries || !bodies || entries->size() != width || bodies->size() != width) {
        rule_.fail(claim.file + ": a bundle is missing or damaged");
        return false;
    }
    for (std::size_t i = 0; i < width && root.size() < claim.pruning.end; ++i) {
        const std::uint64_t index = root.size();
        const Bytes& entry = entries->at(i);
        root.push(stored_leaf_hash(entry));
        if (index < claim.below) continue;  // another archive's
        const auto leaf = parse_leaf(entry);
        if (!leaf || bodies->at(i).empty()) {
            rule_.fail(claim.file + " does not hold " + at(index) + " whole");
            return false;
        }
    }
    return true;
}

std::vector<std::uint64_t> PrunedArchives::sizes() const {
    std::vector<std::uint64_t> out;
    for (const Claim& claim : claims_) {
        if (claim.root) out.push_back(claim.pruning.end);
    }
    return out;
}

void PrunedArchives::compare(std::uint64_t size, const std::optional<Hash>& root) {
    for (const Claim& claim : claims_) {
        if (!claim.root || claim.pruning.end != size) continue;
        if (!root) return rule_.fail(claim.file + " could not be compared with the tree");
        rule_.demand(*root == *claim.root, claim.file + " holds other entries than those that " +
                                               at(claim.pruning.entry) + " pruned");
    }
}

Verdict PrunedArchives::verdict() const {
    return rule_.verdict(std::to_string(given_) + " archives hold what PRUNE entries took out");
}

std::vector<std::string> PrunedArchives::not_proven() const {
    std::vector<std::string> out;
    for (const Claim& claim : claims_) {
        if (!claim.file.empty()) continue;
        out.push_back("that what " + at(claim.pruning.entry) +
                      " pruned is kept: the file with SHA-256 " + hex(claim.pruning.archive) +
                      " was not given (--archive)");
    }
    return out;
}

}  // namespace verify
