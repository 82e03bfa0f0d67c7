#include "client/core/mirror_alarms.h"

#include <algorithm>

#include "client/core/ledger_mirror.h"
#include "client/core/mirror_tables.h"
#include "client/core/mirror_tree.h"
#include "client/core/store_keys.h"
#include "crypto/checkpoint.h"
#include "crypto/leaf.h"
#include "crypto/tree.h"

namespace chapar::client {
namespace {

constexpr std::size_t kAlarms = 64;

// Of the proven tree's first `size` entries. REQUIRES: 1 <= size <= proven size.
Result<Hash> root_at(const storage::ReadTxn& txn, std::uint64_t size) {
    const std::uint64_t last = size - 1;
    const Hash leaf = crypto::stored_leaf_hash(CHAPAR_TRY(mirror_leaf(txn, EntryIndex(last))));
    const auto root =
        crypto::root_from_path(leaf, last, size, CHAPAR_TRY(inclusion_path(txn, last, size)));
    if (!root) return Error(Errc::StoreDamaged, "the mirror's tree");
    return *root;
}

Result<bool> is_proven(const storage::ReadTxn& txn, std::string_view note, std::uint64_t proven) {
    const auto end = note.find("\n\n");
    if (end == std::string_view::npos) return false;
    const auto head = crypto::Checkpoint::parse(note.substr(0, end + 1));
    if (!head || head->size.value == 0 || head->size.value > proven) return false;
    return CHAPAR_TRY(root_at(txn, head->size.value)) == head->root;
}

}  // namespace

Status keep_mirror_alarm(storage::Txn& txn, std::string_view note) {
    const auto kept = CHAPAR_TRY(mirror_alarms(txn));
    if (std::ranges::find(kept, note) != kept.end()) return Done{};
    if (kept.size() >= kAlarms) return Done{};
    return txn.put(tables::kMirrorAlarms, number_key(kept.size()), view(note));
}

Result<std::vector<std::string>> mirror_alarms(const storage::ReadTxn& txn) {
    std::vector<std::string> notes;
    const auto cursor = txn.cursor(tables::kMirrorAlarms);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        notes.push_back(to_string(cursor->value()));
    }
    return notes;
}

Result<std::vector<std::string>> contradicting_notes(const storage::ReadTxn& txn) {
    const std::uint64_t proven = CHAPAR_TRY(mirror_state(txn)).proven.size;
    std::vector<std::string> notes;
    for (std::string& note : CHAPAR_TRY(mirror_alarms(txn))) {
        if (!CHAPAR_TRY(is_proven(txn, note, proven))) notes.push_back(std::move(note));
    }
    return notes;
}

}  // namespace chapar::client
