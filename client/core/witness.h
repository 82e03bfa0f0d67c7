// The rules of a witness (C2SP tlog-witness v1.0.0): when a head of a log is cosigned.
//
// Owns: the decision about one request, and what a witness keeps of a log: its newest head, the
// notes before it, and forks. Does not know how a request came (client/edge/witness_service.h), nor
// files or clocks: time is a parameter, state is a `storage::Txn` over kWitnessTables. Pure. The
// caller answers only after the transaction has been committed: what is cosigned is on disk.
//
// In this order, the first that fails is the answer:
//
//     400  the body, or the three lines of the checkpoint, are malformed
//     404  no log of this origin is known here
//     403  no trusted key of the log signed the note, or one signed it wrongly
//     400  the old size is above the note's
//     409  the old size is not the one held; body: that size
//     409  sizes are equal and the roots differ: a fork; body as above
//     422  the path does not lead from the head held to this one (from size 0: the path is empty)
//     200  the cosignature; the head is held
//
// A note that its log signed and that names another root than a note held of the same size is
// evidence, whatever the answer: it is kept before it is answered. A note of another size proves
// nothing by itself and is not kept. After a fork the witness goes on with the line it holds.
//
// Errors: of the store only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/cosignature.h"
#include "crypto/fork_evidence.h"
#include "crypto/note.h"
#include "crypto/witness_request.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::client {

// A witness has a store of its own. Keys begin with SHA-256(origin); sizes are big-endian u64.
namespace witness_tables {
// log -> u8 1, u64 time of the last cosignature (ms), u64 notes kept, counted16 note as its log
// signed it, counted16 our line.
constexpr storage::Table kHeads{"witness.heads", storage::Framing::Framed};
// log, size -> note as its log signed it; the newest kNotesKept of a log.
constexpr storage::Table kNotes{"witness.notes", storage::Framing::Framed};
// log, size -> fork evidence (crypto/fork_evidence.h); the first kForksKept of a log.
constexpr storage::Table kForks{"witness.forks", storage::Framing::Framed};
constexpr storage::Table kAll[] = {kHeads, kNotes, kForks};

constexpr std::uint64_t kNotesKept = 4096;
constexpr std::size_t kForksKept = 64;
}  // namespace witness_tables

struct WitnessDecision {
    enum class Write : std::uint8_t { Nothing, Commit };
    crypto::WitnessAnswer answer;
    Write write = Write::Nothing;              // Commit before the answer leaves
    std::optional<crypto::ForkEvidence> fork;  // new with this request
};

class Witness {
  public:
    // `logs`: the keys that are trusted; several of one name are keys of one log.
    Witness(crypto::NoteCosigner key, std::vector<crypto::NoteVerifier> logs);

    [[nodiscard]] const crypto::Cosigner& key() const { return key_.verifier(); }
    [[nodiscard]] const std::vector<crypto::NoteVerifier>& logs() const { return logs_; }

    // Decides one add-checkpoint and writes what follows. The time of a cosignature is `now`, or
    // that of the last one of this log if the clock went back. The head held, asked for again
    // within kCosignedAnew, is answered with the line held, and nothing is written: anyone can ask.
    static constexpr DurationMs kCosignedAnew{1'000};
    [[nodiscard]] Result<WitnessDecision> add_checkpoint(storage::Txn& txn, std::string_view body,
                                                         TimeMs now) const;
    // 200 with the newest note held, its log's lines and ours; else 404.
    [[nodiscard]] static Result<crypto::WitnessAnswer> kept_note(const storage::ReadTxn& txn,
                                                                 const Hash& origin_hash);

  private:
    crypto::NoteCosigner key_;
    std::vector<crypto::NoteVerifier> logs_;
};

// Every fork that is held, in order of logs and sizes.
[[nodiscard]] Result<std::vector<crypto::ForkEvidence>> read_forks(const storage::ReadTxn& txn);

}  // namespace chapar::client
