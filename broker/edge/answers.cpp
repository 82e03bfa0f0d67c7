#include "broker/edge/answers.h"

#include "broker/core/ledger_proof.h"
#include "schemas/base/limits.h"
#include "schemas/frames_codec.h"

namespace chapar::broker {

std::size_t list_room() { return limits::kFrameBytes - schemas::kFrameOverheadBytes - kHeadRoom; }

Result<schemas::Head> next_head(const storage::ReadTxn& txn, const Tick& tick, TreeSize& told) {
    schemas::Head head;
    // Read-only since the start, without a single note: only the operator is answered then.
    if (!tick.has_signed_head()) return head;
    const SignedHead& published = tick.signed_head();
    head.checkpoint = published.note;
    if (told.value > 0 && told < published.head.size) {
        head.consistency =
            CHAPAR_TRY(consistency_path(txn, tick.frontier(), told, published.head.size));
    }
    told = std::max(told, published.head.size);
    return head;
}

Result<schemas::EntryProof> proof_of(const storage::ReadTxn& txn, const Tick& tick,
                                     EntryIndex index, Body body) {
    const TreeSize size = tick.signed_head().head.size;
    if (const MadeEntry* made = tick.recent().find(index)) {
        schemas::EntryProof proof{index,
                                  made->leaf,
                                  CHAPAR_TRY(inclusion_path(txn, tick.frontier(), index, size)),
                                  {},
                                  {}};
        if (body == Body::Withheld) return proof;
        proof.body = made->opened.body;
        proof.salt = Hash{made->opened.salt.bytes};
        return proof;
    }
    ProvenEntry entry =
        CHAPAR_TRY(prove_entry(txn, tick.frontier(), tick.keys(), index, size, body));
    return schemas::EntryProof{entry.index, std::move(entry.leaf), std::move(entry.path),
                               std::move(entry.opened.body), Hash{entry.opened.salt.bytes}};
}

Result<schemas::ItemOutcome> item_of(const storage::ReadTxn& txn, const Tick& tick,
                                     const Outcome& outcome) {
    schemas::ItemOutcome item;
    item.about = outcome.about;
    if (outcome.code) item.code = text_of(*outcome.code).code;
    item.context = outcome.context;
    for (const DecisionLine& line : outcome.lines) {
        if (line.effect != Effect::Deny) continue;
        item.rule = line.rule;
        if (!line.policy.is_zero()) item.policy = line.policy;
        break;
    }
    for (std::uint32_t i = 0; i < outcome.count; ++i) {
        const EntryIndex index(outcome.first.value + i);
        auto proof = proof_of(txn, tick, index, Body::Opened);
        // Only of an outcome long ago, asked for again: that it was decided is all that is left.
        if (!proof && is_gone(proof.error().code)) {
            item.code = text_of(proof.error().code).code;
            item.proofs.clear();
            return item;
        }
        item.proofs.push_back(CHAPAR_TRY(std::move(proof)));
    }
    return item;
}

schemas::ItemOutcome refused_item(const Hash& about, const Error& error) {
    schemas::ItemOutcome item;
    item.about = about;
    item.code = text_of(error.code).code;
    item.context = error.context;
    return item;
}

namespace {

// Cuts one outcome into pieces that fit a frame each.
std::vector<schemas::ItemOutcome> pieces_of(schemas::ItemOutcome item) {
    std::vector<schemas::ItemOutcome> pieces;
    std::vector<schemas::EntryProof> proofs = std::move(item.proofs);
    item.proofs.clear();
    std::size_t used = schemas::wire_bytes(item);
    pieces.push_back(item);
    for (schemas::EntryProof& proof : proofs) {
        const std::size_t more = schemas::wire_bytes(proof);
        if (!pieces.back().proofs.empty() && used + more > list_room()) {
            used = schemas::wire_bytes(item);
            pieces.push_back(item);
        }
        used += more;
        pieces.back().proofs.push_back(std::move(proof));
    }
    return pieces;
}

}  // namespace

std::vector<std::vector<schemas::ItemOutcome>> split_items(
    std::vector<schemas::ItemOutcome> items) {
    std::vector<std::vector<schemas::ItemOutcome>> groups;
    std::size_t used = 0;
    for (schemas::ItemOutcome& whole : items) {
        for (schemas::ItemOutcome& piece : pieces_of(std::move(whole))) {
            const std::size_t more = schemas::wire_bytes(piece);
            const bool full =
                !groups.empty() &&
                (used + more > list_room() || groups.back().size() >= limits::kEnvelopesPerFrame);
            if (groups.empty() || full) {
                groups.emplace_back();
                used = 0;
            }
            used += more;
            groups.back().push_back(std::move(piece));
        }
    }
    return groups;
}

}  // namespace chapar::broker
