// The archives that PRUNE entries name by their SHA-256: whether a file is one of them, and holds
// what is gone.
//
// Owns: one rule over the files given. Of each it reads the whole leaves up to the end of what was
// pruned, and the root they lead to, which the caller compares with the tree: equal roots are equal
// leaf hashes. Sealed bodies must be there; that they open is not judged. Memory: one bundle.
// Source: crypto/records.md, "Signed records" 14; FORMAT.txt.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/verify/retention.h"
#include "crypto/verify/segment.h"
#include "crypto/verify/verdict.h"

namespace verify {

class PrunedArchives {
  public:
    // Reads the files that were given.
    void read(const std::vector<std::string>& files,
              const std::vector<Retention::Pruning>& prunings);
    // Sizes at which the caller tells the tree's root, ascending.
    std::vector<std::uint64_t> sizes() const;
    // Without a root the tree could not be asked.
    void compare(std::uint64_t size, const std::optional<Hash>& root);

    Verdict verdict() const;
    std::vector<std::string> not_proven() const;

  private:
    struct Claim {
        Retention::Pruning pruning;
        std::uint64_t below = 0;  // pruned before, by an earlier entry
        std::string file;         // empty: not given
        std::optional<Hash> root;
    };
    void read_file(const std::string& file);
    std::optional<Hash> root_of(const Claim& claim);
    bool take_bundle(const Claim& claim, Archive& archive, std::uint64_t number,
                     std::uint64_t width, RunningRoot& root);

    std::vector<Claim> claims_;
    std::size_t given_ = 0;
    Judge rule_{"prune.archive"};
};

}  // namespace verify
