#include "crypto/verify/named_heads.h"

namespace verify {
namespace {

std::string entry(std::uint64_t index) { return "entry " + std::to_string(index); }

}  // namespace

void NamedHeads::name(std::uint64_t size, const Hash& root, std::uint64_t index) {
    if (size == 0) {
        return rule_.demand(root == Hash{}, entry(index) + " names a root of no entries");
    }
    if (size > index) return rule_.fail(entry(index) + " knows the future");
    const auto [known, fresh] = heads_.try_emplace(size, Head{root, index});
    rule_.demand(fresh || known->second.root == root,
                 entry(known->second.entry) + " and " + entry(index) + " name two roots for size " +
                     std::to_string(size) + ": two histories were shown");
}

void NamedHeads::compare(std::uint64_t size, const std::optional<Hash>& root) {
    const Head& head = heads_.at(size);
    const std::string words =
        "the head of size " + std::to_string(size) + " that " + entry(head.entry) + " names ";
    if (!root) return rule_.fail(words + "could not be compared");
    rule_.demand(*root == head.root, words + "has another root: two histories were shown");
    ++compared_;
}

Verdict NamedHeads::verdict() const {
    return rule_.verdict(std::to_string(compared_) + " heads that authors signed are of this tree");
}

}  // namespace verify
