// An agency's view of a mirror: which entries are its own, that none is missing, and what they say.
//
// Owns: the walk over the sealed leaves with one audit key, after the clear entries were judged
// (mirror_judge.h): only what is believed excuses that something is gone. Of each sealed leaf the
// agency's tag is recomputed from its month's tag key; where it stands, the body must open, fit the
// leaf's commitment and say what such an entry says. So the broker cannot hold back an entry of
// ours without its index being named here. Does not know how pages came (ledger_mirror.h), nor rows
// of other agencies, which stay sealed. The centre's auditor owns every entry.
//
// What is found is written down (summaries in clear, like an inbox's), no secret ever. An entry
// that could not be opened is kept as a gap with its reason; whether that reason is a SHRED entry
// is asked when a report is made, because that entry comes later. Errors: Conflict (another
// reader's key was here before), StoreDamaged, those of the store; what is wrong with an entry is a
// gap and no error. Source: ledger.md 2.9; client/core/auditor.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/core/ledger_mirror.h"
#include "client/core/mirror_entry.h"
#include "client/core/mirror_judge.h"
#include "client/core/mirror_keys.h"

namespace chapar::client {

enum class Gap : std::uint8_t {
    BodyWithheld = 1,  // the broker handed out the leaf and no body
    NotOpened = 2,     // the body does not open, or is not the one of the leaf
    KeyUnknown = 3,    // its bucket's key does not open with this audit key
    TagMissing = 4,    // an entry of ours that does not carry our tag
    NotAnEntry = 5,    // it opens, and says what no such entry may say
};
[[nodiscard]] std::string_view text_of(Gap gap);

// Takes up to `most` of the entries that judge_some() took; how many. 0: all are. Conflict if the
// mirror was viewed with another reader's key before.
[[nodiscard]] Result<std::size_t> view_some(storage::Txn& txn, const TrustCard& card,
                                            const MirrorReader& reader, MirrorSecrets& secrets,
                                            std::size_t most);
// Tries gaps again whose bodies came anew (replace_body). How many were closed.
[[nodiscard]] Result<std::size_t> close_gaps(storage::Txn& txn, const TrustCard& card,
                                             const MirrorReader& reader, MirrorSecrets& secrets);
// Own entries that cannot be opened for lack of a right body: to be asked for again. At most
// `most`.
[[nodiscard]] Result<std::vector<EntryIndex>> missing_bodies(const storage::ReadTxn& txn,
                                                             std::size_t most);

struct MissingEntry {
    EntryIndex index;
    Gap gap = Gap::BodyWithheld;
};
struct ViewReport {
    std::string reader;        // agency, "*" for the centre's auditor, "" before view_some()
    std::uint64_t size = 0;    // of the proven head
    std::uint64_t viewed = 0;  // entries looked at, from 0
    std::uint64_t own = 0;     // sealed entries that are this reader's
    std::uint64_t opened = 0;
    std::uint64_t others = 0;     // sealed, and not this reader's
    std::uint64_t directory = 0;  // clear entries
    std::uint64_t pruned = 0;     // tombstones: whose they were cannot be told any more
    std::uint64_t shredded = 0;
    std::uint64_t missing_total = 0;
    std::vector<MissingEntry> missing;       // the first kMissingShown
    std::uint64_t unfounded_tombstones = 0;  // 1 if an entry is pruned that no PRUNE entry covers
    UnfoundedEntries unfounded;              // clear entries that are not believed
    std::uint64_t contradictions = 0;        // kept notes of another history (mirror_alarms.h)
    std::vector<std::string> locked_keys;    // scopes of ours that this audit key does not open
    // yyyymm: a bucket of ours was opened, and sealed entries follow that no tag key of ours tells
    std::vector<std::string> untagged_months;
    // Nothing of this reader's is missing: every leaf was looked at and every own one opened, but
    // for what was lawfully shredded or pruned; and nobody was shown another history.
    [[nodiscard]] bool complete() const {
        return viewed == size && missing_total == 0 && unfounded_tombstones == 0 &&
               locked_keys.empty() && unfounded.total == 0 && untagged_months.empty() &&
               contradictions == 0;
    }
    static constexpr std::size_t kMissingShown = 32;
};
// Whose view it is, as ViewReport::reader.
[[nodiscard]] Result<std::string> viewed_by(const storage::ReadTxn& txn);
[[nodiscard]] Result<ViewReport> view_report(const storage::ReadTxn& txn, MirrorSecrets& secrets);

// One entry opened: LedgerKeyMissing, EntryShredded, EntryPruned, NotPermitted (another agency's),
// LeafInvalid with the gap's words.
struct OpenedEntry {
    crypto::Leaf leaf;
    crypto::EntryBody body;
    std::string salt_hex;
};
[[nodiscard]] Result<OpenedEntry> open_mirror_entry(const storage::ReadTxn& txn,
                                                    const TrustCard& card,
                                                    const MirrorReader& reader,
                                                    MirrorSecrets& secrets, EntryIndex index);

}  // namespace chapar::client
