#include "client/core/heads.h"

#include <algorithm>
#include <utility>

#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "crypto/tree.h"

namespace chapar::client {
namespace {

constexpr std::string_view kNewest = "newest";
constexpr std::string_view kAlarm = "alarm";
constexpr std::string_view kLine = "line";
// Evidence beyond this tells nothing new and would only fill the disk.
constexpr std::size_t kEvidenceNotes = 64;

// A ring: a newer size takes the place of an older one.
Bytes line_key(TreeSize size) { return numbered_key(view(kLine), size.value % kLineRoots); }

}  // namespace

Result<std::optional<HeldHead>> newest_head(const storage::ReadTxn& txn,
                                            const crypto::NoteVerifier& log) {
    const auto stored = CHAPAR_TRY(txn.get(tables::kHeads, view(kNewest)));
    if (!stored) return std::optional<HeldHead>();
    HeldHead held{to_string(*stored), {}};
    held.checkpoint = CHAPAR_TRY(crypto::open_checkpoint(held.note, log));
    return std::optional(std::move(held));
}

Result<crypto::Checkpoint> accept_published(storage::Txn& txn, const crypto::NoteVerifier& log,
                                            std::string_view note, std::span<const Hash> path) {
    const crypto::Checkpoint fresh = CHAPAR_TRY(crypto::open_checkpoint(note, log));
    if (const auto held = CHAPAR_TRY(newest_head(txn, log))) {
        const crypto::Checkpoint& newest = held->checkpoint;
        const bool older = fresh.size < newest.size;
        const crypto::Checkpoint& small = older ? fresh : newest;
        const crypto::Checkpoint& large = older ? newest : fresh;
        if (fresh.size == newest.size && fresh.root != newest.root) {
            return Error(Errc::HeadMismatch, "two roots for one size");
        }
        if (fresh.size != newest.size &&
            !crypto::check_consistency(small.size.value, small.root, large.size.value, large.root,
                                       path)) {
            return Error(Errc::HeadMismatch, "no proof that the ledger only grew");
        }
        CHAPAR_TRY(remember_line(txn, fresh.size, fresh.root));
        if (fresh.size <= newest.size) return fresh;
    }
    CHAPAR_TRY(txn.put(tables::kHeads, view(kNewest), view(note)));
    CHAPAR_TRY(remember_line(txn, fresh.size, fresh.root));
    return fresh;
}

Result<crypto::Checkpoint> accept_head(storage::Txn& txn, const crypto::NoteVerifier& log,
                                       std::string_view note, std::span<const Hash> consistency) {
    const crypto::Checkpoint fresh = CHAPAR_TRY(crypto::open_checkpoint(note, log));
    const auto held = CHAPAR_TRY(newest_head(txn, log));
    if (held && fresh.size < held->checkpoint.size) {
        return Error(Errc::HeadMismatch, "the ledger has shrunk");
    }
    return accept_published(txn, log, note, consistency);
}

Result<std::optional<Hash>> line_root(const storage::ReadTxn& txn, TreeSize size) {
    const auto stored = CHAPAR_TRY(txn.get(tables::kHeads, line_key(size)));
    if (!stored) return std::optional<Hash>();
    LayoutReader in(*stored);
    const TreeSize kept(in.u64());
    const auto root = in.fixed<Hash>();
    if (!in.finish("heads")) return Error(Errc::StoreDamaged, "heads");
    return kept == size ? std::optional(root) : std::nullopt;
}

Status remember_line(storage::Txn& txn, TreeSize size, const Hash& root) {
    return txn.put(tables::kHeads, line_key(size),
                   LayoutWriter().u64(size.value).raw(root.view()).take());
}

Status keep_as_evidence(storage::Txn& txn, std::string_view note) {
    std::vector<std::string> kept = CHAPAR_TRY(evidence(txn));
    const auto keep = [&](std::string text) -> Status {
        if (kept.size() >= kEvidenceNotes || std::ranges::find(kept, text) != kept.end()) {
            return Done{};
        }
        CHAPAR_TRY(txn.put(tables::kHeads, numbered_key(view(kAlarm), kept.size()), view(text)));
        kept.push_back(std::move(text));
        return Done{};
    };
    if (const auto newest = CHAPAR_TRY(txn.get(tables::kHeads, view(kNewest)))) {
        CHAPAR_TRY(keep(to_string(*newest)));
    }
    return keep(std::string(note));
}

Result<std::vector<std::string>> evidence(const storage::ReadTxn& txn) {
    std::vector<std::string> notes;
    const auto cursor = txn.cursor(tables::kHeads);
    CHAPAR_TRY(cursor->seek(view(kAlarm)));
    while (cursor->at_record() && starts_with(cursor->key(), view(kAlarm))) {
        notes.push_back(to_string(cursor->value()));
        CHAPAR_TRY(cursor->next());
    }
    return notes;
}

Result<crypto::SeenHead> seen_head(const storage::ReadTxn& txn, const Home& home,
                                   LedgerNumber ledger, const crypto::NoteVerifier& log) {
    crypto::SeenHead seen{home, ledger, TreeSize(0), Hash{}};
    if (const auto held = CHAPAR_TRY(newest_head(txn, log))) {
        seen.size = held->checkpoint.size;
        seen.root = held->checkpoint.root;
    }
    return seen;
}

}  // namespace chapar::client
