#include "client/core/ledger_mirror.h"

#include <algorithm>
#include <bit>

#include "client/core/mirror_tables.h"
#include "client/core/mirror_tree.h"
#include "client/core/store_keys.h"
#include "crypto/body_seal.h"
#include "crypto/checkpoint.h"
#include "crypto/sha256.h"
#include "crypto/tree.h"

namespace chapar::client {
namespace {

constexpr std::string_view kCard = "card";
constexpr std::string_view kTaken = "taken";
constexpr std::string_view kProven = "proven";
constexpr std::string_view kNote = "note";
constexpr std::string_view kTip = "tip";
// In the place of peaks while entries are dropped: no hash is that.
constexpr Hash kNoPeak{};

// What the leaves taken fix for the next one. A tombstone changes nothing: only MSG entries are
// pruned, so it hides no directory entry, and time and epoch of the leaf before it still bind.
struct Tip {
    bool known = false;
    TimeMs time;
    ProcessEpoch epoch;
    EntryIndex last_directory;
};

Bytes encode(const TreePeaks& tree) {
    LayoutWriter out;
    out.u8(1).u64(tree.size);
    for (const Hash& peak : tree.peaks) out.raw(peak.view());
    return out.take();
}

Result<TreePeaks> get_peaks(const storage::ReadTxn& txn, std::string_view name) {
    const auto row = CHAPAR_TRY(txn.get(tables::kMirrorState, view(name)));
    TreePeaks tree;
    if (!row) return tree;
    LayoutReader in(*row);
    if (in.u8() != 1) return Error(Errc::StoreDamaged, "mirror.state");
    tree.size = in.u64();
    for (int i = std::popcount(tree.size); i > 0; --i) tree.peaks.push_back(in.fixed<Hash>());
    if (!in.finish("mirror.state")) return Error(Errc::StoreDamaged, "mirror.state");
    return tree;
}

Status put_peaks(storage::Txn& txn, std::string_view name, const TreePeaks& tree) {
    return txn.put(tables::kMirrorState, view(name), encode(tree));
}

Result<Tip> get_tip(const storage::ReadTxn& txn) {
    Tip tip;
    const auto row = CHAPAR_TRY(txn.get(tables::kMirrorState, view(kTip)));
    if (!row) return tip;
    LayoutReader in(*row);
    tip.known = in.u8() == 1;
    tip.time = TimeMs(in.u64());
    tip.epoch = ProcessEpoch(in.u32());
    tip.last_directory = EntryIndex(in.u64());
    if (!in.finish("mirror.state")) return Error(Errc::StoreDamaged, "mirror.state");
    return tip;
}

Status put_tip(storage::Txn& txn, const Tip& tip) {
    const Bytes row = LayoutWriter()
                          .u8(tip.known ? 1 : 0)
                          .u64(tip.time.value)
                          .u32(tip.epoch.value)
                          .u64(tip.last_directory.value)
                          .take();
    return txn.put(tables::kMirrorState, view(kTip), row);
}

Status check_leaf(const crypto::Leaf& leaf, std::uint64_t index, const Tip& tip) {
    if (leaf.index.value != index) return Error(Errc::LeafInvalid, "index");
    if (!tip.known) return Done{};
    if (leaf.time < tip.time) return Error(Errc::LeafInvalid, "time");
    if (leaf.epoch < tip.epoch) return Error(Errc::LeafInvalid, "epoch");
    if (leaf.last_dir != tip.last_directory) return Error(Errc::LeafInvalid, "last_dir");
    return Done{};
}

// Clear bodies are open to everyone, so they are checked at once. A KEY entry's may be empty: its
// copies go when its bucket is shredded, and mirror_view asks for the SHRED entry.
Status check_clear_body(const crypto::Leaf& leaf, ByteView body) {
    if (crypto::is_sealed(leaf.kind)) return Done{};
    if (body.empty() && leaf.kind == crypto::LeafKind::Key) return Done{};
    if (crypto::body_commit(crypto::BodySalt{}, body) == leaf.body_commit) return Done{};
    return Error(Errc::LeafInvalid, "the body of entry " + std::to_string(leaf.index.value));
}

Result<std::optional<std::string>> awaited_note(const storage::ReadTxn& txn, std::uint64_t size) {
    const auto row = CHAPAR_TRY(txn.get(tables::kMirrorNotes, number_key(size)));
    return row ? std::optional(to_string(*row)) : std::nullopt;
}

// A signed head is compared with those known of its size, and kept until the entries are here.
Status await_note(storage::Txn& txn, const crypto::NoteVerifier& log, const MirrorState& state,
                  const crypto::Checkpoint& head, const std::string& note) {
    if (head.size.value < state.proven.size) {
        return Error(Errc::HeadMismatch, "the ledger has shrunk");
    }
    if (head.size.value < state.taken.size) {
        return Error(Errc::HeadMismatch, "fewer entries than were handed out");
    }
    if (head.size.value == state.proven.size && state.proven.size > 0) {
        if (head.root == state.proven.root()) return Done{};
        return Error(Errc::HeadMismatch, "two roots for one size");
    }
    if (const auto held = CHAPAR_TRY(awaited_note(txn, head.size.value))) {
        if (CHAPAR_TRY(crypto::open_checkpoint(*held, log)).root == head.root) return Done{};
        return Error(Errc::HeadMismatch, "two roots for one size");
    }
    return txn.put(tables::kMirrorNotes, number_key(head.size.value), view(note));
}

// One page under way.
class Taking {
  public:
    Taking(storage::Txn& txn, const crypto::NoteVerifier& log, MirrorState state, Tip tip)
        : txn_(txn), log_(log), state_(std::move(state)), tip_(tip) {}

    Status take(const schemas::StoredEntry& entry) {
        const std::uint64_t index = state_.taken.size;
        const Hash hash = CHAPAR_TRY(read(entry, index));
        CHAPAR_TRY(txn_.append(tables::kMirrorLeaves, number_key(index), entry.leaf));
        CHAPAR_TRY(txn_.append(tables::kMirrorBodies, number_key(index), entry.body));
        CHAPAR_TRY(push_leaf(txn_, state_.taken, hash));
        return prove();
    }

    // Where a note of exactly this size is awaited, the entries must lead to it.
    Status prove() {
        const auto note = CHAPAR_TRY(awaited_note(txn_, state_.taken.size));
        if (!note) return Done{};
        const auto head = CHAPAR_TRY(crypto::open_checkpoint(*note, log_));
        if (head.root != state_.taken.root()) {
            return Error(Errc::HeadMismatch, "the entries do not lead to the signed head of " +
                                                 std::to_string(head.size.value) + " entries");
        }
        CHAPAR_TRY(txn_.erase(tables::kMirrorNotes, number_key(head.size.value)));
        state_.proven = state_.taken;
        state_.note = *note;
        CHAPAR_TRY(put_peaks(txn_, kProven, state_.proven));
        return txn_.put(tables::kMirrorState, view(kNote), view(*note));
    }

    Result<MirrorState> finish() && {
        CHAPAR_TRY(put_peaks(txn_, kTaken, state_.taken));
        CHAPAR_TRY(put_tip(txn_, tip_));
        return std::move(state_);
    }

  private:
    Result<Hash> read(const schemas::StoredEntry& entry, std::uint64_t index) {
        if (crypto::is_tombstone(entry.leaf)) {
            if (!entry.body.empty()) return Error(Errc::LeafInvalid, "a body without its leaf");
            return *Hash::from(ByteView(entry.leaf).subspan(1));
        }
        const auto leaf = CHAPAR_TRY(crypto::Leaf::decode(entry.leaf));
        CHAPAR_TRY(check_leaf(leaf, index, tip_));
        CHAPAR_TRY(check_clear_body(leaf, entry.body));
        tip_ = {true, leaf.time, leaf.epoch,
                crypto::is_directory(leaf.kind) ? leaf.index : leaf.last_dir};
        return crypto::leaf_hash(entry.leaf);
    }

    storage::Txn& txn_;
    const crypto::NoteVerifier& log_;
    MirrorState state_;
    Tip tip_;
};

// The last leaf of the proven part says what the next one must follow.
Result<Tip> tip_at(const storage::ReadTxn& txn, std::uint64_t size) {
    while (size > 0) {
        const ByteView row = CHAPAR_TRY(mirror_leaf(txn, EntryIndex(--size)));
        if (crypto::is_tombstone(row)) continue;
        const auto leaf = CHAPAR_TRY(crypto::Leaf::decode(row));
        return Tip{true, leaf.time, leaf.epoch,
                   crypto::is_directory(leaf.kind) ? leaf.index : leaf.last_dir};
    }
    return Tip{};
}

Status erase_notes(storage::Txn& txn) {
    for (;;) {
        Bytes key;
        {
            const auto cursor = txn.cursor(tables::kMirrorNotes);
            CHAPAR_TRY(cursor->seek_first());
            if (!cursor->at_record()) return Done{};
            key = to_bytes(cursor->key());
        }
        CHAPAR_TRY(txn.erase(tables::kMirrorNotes, key));
    }
}

}  // namespace

Status bind_mirror(storage::Txn& txn, const TrustCard& card) {
    if (const auto held = CHAPAR_TRY(txn.get(tables::kMirrorState, view(kCard)))) {
        const auto bound = CHAPAR_TRY(TrustCard::parse(to_string(*held)));
        if (bound.home() == card.home()) return Done{};
        return Error(Errc::Conflict, "the mirror is of " + bound.manifest().origin);
    }
    return txn.put(tables::kMirrorState, view(kCard), view(card.json()));
}

Result<TrustCard> mirror_card(const storage::ReadTxn& txn) {
    const auto held = CHAPAR_TRY(txn.get(tables::kMirrorState, view(kCard)));
    if (!held) return Error(Errc::NotFound, "an empty mirror: chapar ledger sync");
    return TrustCard::parse(to_string(*held));
}

Result<MirrorState> mirror_state(const storage::ReadTxn& txn) {
    MirrorState state{CHAPAR_TRY(get_peaks(txn, kTaken)), CHAPAR_TRY(get_peaks(txn, kProven)), {}};
    state.dropping = std::ranges::find(state.taken.peaks, kNoPeak) != state.taken.peaks.end();
    if (const auto note = CHAPAR_TRY(txn.get(tables::kMirrorState, view(kNote)))) {
        state.note = to_string(*note);
    }
    return state;
}

Result<PageTaken> take_page(storage::Txn& txn, const TrustCard& card, const schemas::Ledger& page) {
    auto state = CHAPAR_TRY(mirror_state(txn));
    if (state.dropping) return Error(Errc::Conflict, "entries that are to go first");
    const auto& note = page.head.checkpoint;
    const auto head = CHAPAR_TRY(crypto::open_checkpoint(note, card.log()));
    CHAPAR_TRY(await_note(txn, card.log(), state, head, note));
    if (page.entries.size() > head.size.value - state.taken.size) {
        return Error(Errc::MalformedFrame, "more entries than the signed head has");
    }
    if (page.entries.empty() && state.taken.size < head.size.value) {
        return Error(Errc::MalformedFrame, "a page without entries below the signed head");
    }
    Taking taking(txn, card.log(), std::move(state), CHAPAR_TRY(get_tip(txn)));
    for (const schemas::StoredEntry& entry : page.entries) CHAPAR_TRY(taking.take(entry));
    CHAPAR_TRY(taking.prove());
    state = CHAPAR_TRY(std::move(taking).finish());
    return PageTaken{EntryIndex(state.taken.size), state.proven.size == head.size.value};
}

Result<std::size_t> drop_unproven(storage::Txn& txn, std::size_t most) {
    auto state = CHAPAR_TRY(mirror_state(txn));
    CHAPAR_TRY(erase_notes(txn));
    std::size_t dropped = 0;
    for (std::uint64_t i = state.taken.size; i-- > state.proven.size && dropped < most; ++dropped) {
        CHAPAR_TRY(txn.erase(tables::kMirrorLeaves, number_key(i)));
        CHAPAR_TRY(txn.erase(tables::kMirrorBodies, number_key(i)));
        CHAPAR_TRY(drop_nodes(txn, i));
        --state.taken.size;
    }
    if (dropped == 0) return dropped;
    // Between two calls only the size says how far to go on; the peaks are whole again at the end.
    state.taken.peaks.assign(static_cast<std::size_t>(std::popcount(state.taken.size)), kNoPeak);
    if (state.taken.size == state.proven.size) {
        state.taken = state.proven;
        const Tip tip = CHAPAR_TRY(tip_at(txn, state.proven.size));
        CHAPAR_TRY(put_tip(txn, tip));
    }
    CHAPAR_TRY(put_peaks(txn, kTaken, state.taken));
    return dropped;
}

Status replace_body(storage::Txn& txn, EntryIndex index, const schemas::StoredEntry& entry) {
    if (!equal(CHAPAR_TRY(mirror_leaf(txn, index)), entry.leaf)) {
        return Error(Errc::LeafInvalid, "another leaf at " + std::to_string(index.value));
    }
    return txn.put(tables::kMirrorBodies, number_key(index.value), entry.body);
}

Result<ByteView> mirror_leaf(const storage::ReadTxn& txn, EntryIndex index) {
    const auto row = CHAPAR_TRY(txn.get(tables::kMirrorLeaves, number_key(index.value)));
    if (!row) return Error(Errc::NotFound, "entry " + std::to_string(index.value));
    return *row;
}

Result<ByteView> mirror_body(const storage::ReadTxn& txn, EntryIndex index) {
    const auto row = CHAPAR_TRY(txn.get(tables::kMirrorBodies, number_key(index.value)));
    if (!row) return Error(Errc::NotFound, "entry " + std::to_string(index.value));
    return *row;
}

Result<crypto::TlogProof> mirror_proof(const storage::ReadTxn& txn, EntryIndex index) {
    const auto state = CHAPAR_TRY(mirror_state(txn));
    if (index.value >= state.proven.size) {
        return Error(Errc::NotFound, "entry " + std::to_string(index.value));
    }
    crypto::TlogProof proof;
    const ByteView leaf = CHAPAR_TRY(mirror_leaf(txn, index));
    if (!crypto::is_tombstone(leaf)) proof.extra = to_bytes(leaf);
    proof.index = index;
    proof.path = CHAPAR_TRY(inclusion_path(txn, index.value, state.proven.size));
    proof.checkpoint = state.note;
    return proof;
}

}  // namespace chapar::client
