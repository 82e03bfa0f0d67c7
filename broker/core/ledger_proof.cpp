#include "broker/core/ledger_proof.h"

#include <algorithm>
#include <bit>

#include "broker/core/ledger_nodes.h"
#include "crypto/sha256.h"

namespace chapar::broker {

namespace {

Status check_size(const Frontier& frontier, TreeSize size) {
    if (size > frontier.size()) return Error(Errc::HeadUnknown, "size of the ledger");
    return Done{};
}

// Where RFC 9162 splits a range: the largest power of two less than its length. REQUIRES: length
// >= 2.
std::uint64_t split_of(LeafRange range) {
    return range.begin + std::bit_floor(range.end - range.begin - 1);
}

}  // namespace

Result<Hash> root_at(const storage::ReadTxn& txn, const Frontier& frontier, TreeSize size) {
    CHAPAR_TRY(check_size(frontier, size));
    if (size.value == 0) return crypto::sha256(ByteView());
    return NodeReader(txn, frontier).range_root({0, size.value});
}

Result<std::vector<Hash>> inclusion_path(const storage::ReadTxn& txn, const Frontier& frontier,
                                         EntryIndex index, TreeSize size) {
    CHAPAR_TRY(check_size(frontier, size));
    if (index.value >= size.value) return Error(Errc::NotFound, "index of a ledger entry");
    NodeReader nodes(txn, frontier);
    std::vector<Hash> path;
    for (LeafRange range{0, size.value}; range.end - range.begin > 1;) {
        const std::uint64_t split = split_of(range);
        const LeafRange left{range.begin, split};
        const LeafRange right{split, range.end};
        const bool goes_left = index.value < split;
        path.push_back(CHAPAR_TRY(nodes.range_root(goes_left ? right : left)));
        range = goes_left ? left : right;
    }
    std::ranges::reverse(path);
    return path;
}

Result<std::vector<Hash>> consistency_path(const storage::ReadTxn& txn, const Frontier& frontier,
                                           TreeSize old_size, TreeSize new_size) {
    CHAPAR_TRY(check_size(frontier, new_size));
    if (old_size > new_size) return Error(Errc::NotFound, "the older size is the greater one");
    std::vector<Hash> path;
    if (old_size.value == 0 || old_size == new_size) return path;
    NodeReader nodes(txn, frontier);
    // RFC 9162 2.1.4.1 SUBPROOF from the root down, so the path is collected backwards.
    LeafRange range{0, new_size.value};
    while (range.end != old_size.value) {
        const std::uint64_t split = split_of(range);
        const LeafRange left{range.begin, split};
        const LeafRange right{split, range.end};
        const bool goes_left = old_size.value <= split;
        path.push_back(CHAPAR_TRY(nodes.range_root(goes_left ? right : left)));
        range = goes_left ? left : right;
    }
    // The verifier holds the old root itself where the old tree is one whole left subtree.
    if (range.begin != 0) path.push_back(CHAPAR_TRY(nodes.range_root(range)));
    std::ranges::reverse(path);
    return path;
}

}  // namespace chapar::broker
