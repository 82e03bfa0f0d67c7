// An evidence package taken apart: one envelope and one stream of it, with all that proves them.
//
// Owns: the one form of the file (there is exactly one encoding of a package, so a changed byte
// anywhere is a refusal) and of its members. Does not judge what they say (evidence.h). Source:
// crypto/evidence.md, "Evidence package".
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/verify/bytes.h"

namespace verify {

// A note, and the consistency path from the one before it.
struct PackedHead {
    Bytes note;
    std::vector<Hash> path;
};

struct PackedEntry {
    std::uint16_t head = 0;  // the head whose tree `path` leads to
    Bytes leaf;
    Bytes body;  // empty where it is not disclosed
    Hash salt{};
    std::vector<Hash> path;
};

struct Package {
    Bytes manifest;
    std::vector<PackedHead> heads;
    Bytes envelope;  // E
    Bytes item;
    PackedEntry accepted;
    std::vector<PackedEntry> directory;
    std::uint16_t stream = 0;
    Bytes secret;  // s_j
    Bytes ciphertext;
};

constexpr std::uint64_t kLargestPackage = 256ULL << 20;

// Empty, with a sentence in `why`, for any file that is not exactly of the form.
std::optional<Package> parse_package(const Bytes& file, std::string& why);

}  // namespace verify
