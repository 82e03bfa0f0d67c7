// Heads (size and root) that signed entries name: what their authors had seen of the ledger.
//
// Owns: one head for each size, and the rule over them. A second root at a size fails at once: one
// of the two authors was shown another history. The others are compared when the caller has walked
// to their size again. Memory: about 100 bytes for each size that is named.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "crypto/verify/bytes.h"
#include "crypto/verify/verdict.h"

namespace verify {

class NamedHeads {
  public:
    struct Head {
        Hash root{};
        std::uint64_t entry = 0;  // the first that names it
    };

    explicit NamedHeads(const std::string& rule) : rule_(rule) {}
    // Entry `index` names this head. Size 0 with a root of zeros: its author had seen nothing.
    void name(std::uint64_t size, const Hash& root, std::uint64_t index);
    const std::map<std::uint64_t, Head>& by_size() const { return heads_; }
    // Without a root the tree could not be asked. REQUIRES: the size is one of by_size().
    void compare(std::uint64_t size, const std::optional<Hash>& root);
    Verdict verdict() const;

  private:
    std::map<std::uint64_t, Head> heads_;
    std::size_t compared_ = 0;
    Judge rule_;
};

}  // namespace verify
