#include "client/core/heads.h"

#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "crypto/tree.h"

namespace chapar::client {
namespace {

constexpr std::string_view kNewest = "newest";
constexpr std::string_view kAlarm = "alarm";
// Evidence beyond this tells nothing new and would only fill the disk.
constexpr std::size_t kEvidenceNotes = 64;

}  // namespace

Result<std::optional<HeldHead>> newest_head(const storage::ReadTxn& txn,
                                            const crypto::NoteVerifier& log) {
    const auto stored = CHAPAR_TRY(txn.get(tables::kHeads, view(kNewest)));
    if (!stored) return std::optional<HeldHead>();
    HeldHead held{to_string(*stored), {}};
    held.checkpoint = CHAPAR_TRY(crypto::open_checkpoint(held.note, log));
    return std::optional(std::move(held));
}

Result<crypto::Checkpoint> accept_head(storage::Txn& txn, const crypto::NoteVerifier& log,
                                       std::string_view note, std::span<const Hash> consistency) {
    const crypto::Checkpoint fresh = CHAPAR_TRY(crypto::open_checkpoint(note, log));
    const auto held = CHAPAR_TRY(newest_head(txn, log));
    if (held) {
        const crypto::Checkpoint& old = held->checkpoint;
        if (fresh.size < old.size) return Error(Errc::HeadMismatch, "the ledger has shrunk");
        if (fresh.size == old.size) {
            if (fresh.root != old.root) return Error(Errc::HeadMismatch, "two roots for one size");
            return fresh;
        }
        if (!crypto::check_consistency(old.size.value, old.root, fresh.size.value, fresh.root,
                                       consistency)) {
            return Error(Errc::HeadMismatch, "no proof that the ledger only grew");
        }
    }
    CHAPAR_TRY(txn.put(tables::kHeads, view(kNewest), view(note)));
    return fresh;
}

Status keep_as_evidence(storage::Txn& txn, std::string_view note) {
    std::vector<std::string> kept = CHAPAR_TRY(evidence(txn));
    const auto keep = [&](std::string text) -> Status {
        if (kept.size() >= kEvidenceNotes) return Done{};
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
