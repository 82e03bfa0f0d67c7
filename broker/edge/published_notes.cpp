#include "broker/edge/published_notes.h"

#include "broker/core/ledger_read.h"
#include "broker/edge/fault_point.h"
#include "broker/edge/rollback.h"

namespace chapar::broker {
namespace {

constexpr std::size_t kThinnedAtOnce = 1024;

std::optional<TreeSize> size_of(ByteView key) {
    if (key.size() != 8) return std::nullopt;
    std::uint64_t size = 0;
    for (const std::byte byte : key) size = size << 8 | std::to_integer<std::uint64_t>(byte);
    return TreeSize(size);
}

bool stays(crypto::LeafKind kind) {
    return kind == crypto::LeafKind::Epoch || kind == crypto::LeafKind::Anchor ||
           kind == crypto::LeafKind::Prune;
}

}  // namespace

Status PublishedNotes::keep(TreeSize size, const std::string& note) {
    const auto txn = CHAPAR_TRY(store_.begin_write());
    CHAPAR_TRY(txn->put(kCheckpointTable, number_key(size.value), view(note)));
    CHAPAR_TRY(std::move(*txn).commit());
    reach(FaultPoint::NoteStored);
    return Done{};
}

Result<bool> PublishedNotes::thin(TimeMs now) {
    if (now.value < kDay.value) return false;
    const std::uint64_t before = now.value - kDay.value;
    std::vector<TreeSize> due;
    std::size_t looked = 0;
    bool more = false;
    {
        const auto txn = CHAPAR_TRY(store_.begin_read());
        const auto cursor = txn->cursor(kCheckpointTable);
        for (CHAPAR_TRY(cursor->seek(number_key(thinned_to_.value))); cursor->at_record();
             CHAPAR_TRY(cursor->next())) {
            if (more = ++looked > kThinnedAtOnce; more) break;
            const auto size = size_of(cursor->key());
            if (!size || size->value == 0) continue;
            // A pruned leaf has no time any more; its note stays.
            const ByteView stored = CHAPAR_TRY(stored_leaf(*txn, EntryIndex(size->value - 1)));
            if (!crypto::is_tombstone(stored)) {
                const crypto::Leaf leaf = CHAPAR_TRY(crypto::Leaf::decode(stored));
                if (leaf.time.value >= before) break;
                const std::uint64_t minute = leaf.time.value / kMinute.value;
                if (!stays(leaf.kind) && kept_minute_ == minute) due.push_back(*size);
                kept_minute_ = minute;
            }
            thinned_to_ = TreeSize(size->value + 1);
        }
    }
    if (due.empty()) return more;
    const auto txn = CHAPAR_TRY(store_.begin_write());
    for (const TreeSize size : due) {
        CHAPAR_TRY(txn->erase(kCheckpointTable, number_key(size.value)));
    }
    CHAPAR_TRY(std::move(*txn).commit());
    return more;
}

Result<std::optional<SignedHead>> PublishedNotes::find(const Frontier& frontier,
                                                       const crypto::WitnessPolicy* policy) const {
    const auto txn = CHAPAR_TRY(store_.begin_read());
    const auto cursor = txn->cursor(kCheckpointTable);
    std::size_t looked = 0;
    for (CHAPAR_TRY(cursor->seek_last()); cursor->at_record() && looked < kLookedAt;
         CHAPAR_TRY(cursor->previous()), ++looked) {
        std::string note = to_string(cursor->value());
        if (policy != nullptr) {
            const auto witnessed = crypto::open_witnessed(note, log_, *policy);
            if (!witnessed || !witnessed->met) continue;
        }
        const auto judged = judge_note(note, log_, *txn, frontier);
        if (!judged && judged.error().code == Errc::NoteInvalid) continue;
        if (!judged) return judged.error();
        const TreeSize size = judged->checkpoint.size;
        if (judged->verdict != NoteVerdict::Covered || size.value == 0) continue;
        // The epoch of a head is that of its newest entry; a pruned one does not tell any more.
        ProcessEpoch epoch;
        const ByteView stored = CHAPAR_TRY(stored_leaf(*txn, EntryIndex(size.value - 1)));
        if (!crypto::is_tombstone(stored)) {
            epoch = CHAPAR_TRY(crypto::Leaf::decode(stored)).epoch;
        }
        return std::optional<SignedHead>(
            SignedHead{{size, judged->checkpoint.root, epoch}, std::move(note)});
    }
    return std::optional<SignedHead>();
}

Result<std::optional<SignedHead>> PublishedNotes::newest(const Frontier& frontier) const {
    return find(frontier, nullptr);
}

Result<std::optional<SignedHead>> PublishedNotes::newest_witnessed(
    const Frontier& frontier, const crypto::WitnessPolicy& policy) const {
    return find(frontier, &policy);
}

Result<WitnessMemory> PublishedNotes::memory(const Frontier& frontier,
                                             const crypto::WitnessPolicy& policy) const {
    WitnessMemory memory;
    memory.newest = CHAPAR_TRY(newest(frontier));
    const auto txn = CHAPAR_TRY(store_.begin_read());
    const auto cursor = txn->cursor(kCheckpointTable);
    std::size_t looked = 0;
    for (CHAPAR_TRY(cursor->seek_last()); cursor->at_record() && looked < kLookedAt &&
                                          memory.given.size() < policy.witnesses().size();
         CHAPAR_TRY(cursor->previous()), ++looked) {
        const auto witnessed = crypto::open_witnessed(to_string(cursor->value()), log_, policy);
        if (!witnessed) continue;
        for (const crypto::Cosignature& each : witnessed->cosignatures) {
            memory.given.try_emplace(each.witness,
                                     WitnessMemory::Given{witnessed->checkpoint.size, each.time});
        }
    }
    return memory;
}

}  // namespace chapar::broker
