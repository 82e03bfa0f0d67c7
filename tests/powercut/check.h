// Whether a broker goes on from an image: everything that a start of chapard does with its files,
// by the product's own code, and what must then hold.
//
// Owns: the rules. The key file, store, ledger and bodies open. The tables are, record for record,
// those of one of the commits of the trace (so: no half transaction, and all tables agree), with
// every entry that somebody was told of. Every entry opens; the leaves give the root of the head.
// The high-water file names all that was told, and nothing that the ledger lacks: the broker signs,
// and commits, in this state and no other. Every body that was said to be complete is. Does not
// know how the image was made.
//
// LMDB may end the process on an image that no honest disk leaves. Resource type; one thread.
// REQUIRES: crypto::start() has run.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <vector>

#include "broker/edge/config.h"
#include "broker/edge/node_keys.h"
#include "crypto/random.h"
#include "tests/powercut/load.h"

namespace chapar::powercut {

// How much of what the trace tells must hold: counts of the lists below.
struct Due {
    std::size_t entries = 0;
    std::size_t bodies = 0;
    TreeSize head;
};

class Checker {
  public:
    // The load outlives it.
    explicit Checker(const Load& load);

    // In the order of the trace: what was told, and each commit's tables as the image shows them.
    void told(const Told& told);
    [[nodiscard]] Status committed(const std::filesystem::path& image);
    [[nodiscard]] const Due& due() const { return due_; }

    // The tables after the start. `started`: those after an earlier start from an image of this
    // one, which this one may have been cut short in.
    [[nodiscard]] Result<Hash> check(const std::filesystem::path& image, const Due& due,
                                     const std::optional<Hash>& started) const;

  private:
    class Opened;
    const Load& load_;
    broker::Config config_;
    broker::NodeKeys node_;
    std::vector<Told::Entry> entries_;
    std::vector<Told::Body> bodies_;
    std::vector<Hash> commits_;
    Due due_;
    mutable crypto::SystemRandom random_;
    // Ledgers whose entries have all been opened: size, and how many keys there were.
    mutable std::set<std::pair<std::uint64_t, std::size_t>> opened_;
};

}  // namespace chapar::powercut
