// Any complete node of the tree, wherever it lies.
//
// Owns: the choice between the frontier's open buffers, closed tiles and leaf records, and a memory
// of the tiles one proof has touched. Does not know which nodes a proof needs. Lives for one call:
// it borrows the transaction and the frontier, and nothing may be written meanwhile.
#pragma once

#include <map>

#include "broker/core/frontier.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::broker {

// Leaves [begin, end) of the tree.
struct LeafRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

class NodeReader {
  public:
    NodeReader(const storage::ReadTxn& txn, const Frontier& frontier)
        : txn_(txn), frontier_(frontier) {}

    // REQUIRES: the node is complete in the frontier's tree. LedgerDamaged if the store lacks it.
    [[nodiscard]] Result<Hash> node(unsigned height, std::uint64_t position);

    // The root over a range as RFC 9162 splits it: complete subtrees, hashed together from the
    // right. REQUIRES: not empty, within the frontier's tree, and begin is a multiple of the
    // smallest power of two that is not less than the length.
    [[nodiscard]] Result<Hash> range_root(LeafRange range);

  private:
    const storage::ReadTxn& txn_;
    const Frontier& frontier_;
    std::map<TileName, ByteView> tiles_;
};

}  // namespace chapar::broker
