// The newest verified head of the ledger that this device holds.
//
// Owns: the persisted note, and the rule that the ledger only grows: a note is accepted only with a
// consistency proof from the note held before (RFC 9162 2.1.4), so that every head this device has
// ever accepted lies on one line. Does not know what the entries say. A note that contradicts is
// kept as evidence (fork.h tells it). What is not proven: that other devices are shown the same
// line (witnesses and the heads named in signatures, gossip.h, show that). Errors: NoteInvalid
// (signature, form), HeadMismatch (another history).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/batch.h"
#include "crypto/checkpoint.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client {

struct HeldHead {
    std::string note;  // verbatim
    crypto::Checkpoint checkpoint;
};

// Empty before the first note.
[[nodiscard]] Result<std::optional<HeldHead>> newest_head(const storage::ReadTxn& txn,
                                                          const crypto::NoteVerifier& log);

// Verifies `note` against the newest held one and keeps it. `consistency` leads from the held size
// to the note's. A smaller tree, or another root for the same size, is HeadMismatch.
[[nodiscard]] Result<crypto::Checkpoint> accept_head(storage::Txn& txn,
                                                     const crypto::NoteVerifier& log,
                                                     std::string_view note,
                                                     std::span<const Hash> consistency);

// The same for a head that may be older than the newest one held, as PROOFS carry them: then `path`
// leads from the note's tree to the held one, and what is held stays.
[[nodiscard]] Result<crypto::Checkpoint> accept_published(storage::Txn& txn,
                                                          const crypto::NoteVerifier& log,
                                                          std::string_view note,
                                                          std::span<const Hash> path);

// The root of this size on this device's line, if it remembers one: of the newest kLineRoots or so
// that were accepted or proven.
constexpr std::uint64_t kLineRoots = 1024;
[[nodiscard]] Result<std::optional<Hash>> line_root(const storage::ReadTxn& txn, TreeSize size);
// REQUIRES: proven against an accepted head.
[[nodiscard]] Status remember_line(storage::Txn& txn, TreeSize size, const Hash& root);

// Keeps a note that was refused with HeadMismatch, and the one it contradicts; each once.
[[nodiscard]] Status keep_as_evidence(storage::Txn& txn, std::string_view note);
// Notes kept so, oldest first. Not empty: this device has seen two histories.
[[nodiscard]] Result<std::vector<std::string>> evidence(const storage::ReadTxn& txn);

// What signatures of this device name as "the newest head I saw": zero size and root before the
// first note.
[[nodiscard]] Result<crypto::SeenHead> seen_head(const storage::ReadTxn& txn, const Home& home,
                                                 LedgerNumber ledger,
                                                 const crypto::NoteVerifier& log);

}  // namespace chapar::client
