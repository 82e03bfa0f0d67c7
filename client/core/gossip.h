// Gossip: the ledger head that every signature of another device names, held against our own line.
//
// Owns: the rule that a head named in a batch (crypto/batch.h) by somebody whose signature was
// verified must lie on this device's line, and the list of those for which the broker still owes
// the proof. Two devices that are shown different histories find it when the first message passes
// between them, and the broker cannot strip it: the head is under the sender's signature.
//
// The proof needs no frame of its own: the path of entry N-1 in an accepted head holds, as its left
// siblings, the whole subtrees of the first N-1 entries; with the leaf they give the root of size N
// (RFC 9162 2.1.3). Of others' entries the broker gives the hash alone (a tombstone,
// crypto/leaf.h). Does not know networks. A head larger than the entry that carries it is a made-up
// or foreign number: told, and nothing else changes; it is never asked for. Errors: those of a
// broken store, ProofInvalid.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "client/core/proof.h"
#include "crypto/batch.h"
#include "crypto/checkpoint.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::client {

// A head under a signature that was verified.
struct NamedHead {
    crypto::SeenHead seen;
    CertificateHash author;
    EnvelopeHash envelope;  // that the signature is about
    EntryIndex logged;      // where the ledger holds it
};

enum class Gossip : std::uint8_t {
    Agrees,       // on our line, or the author held none
    Awaits,       // the broker owes the proof
    Contradicts,  // not on our line: OtherHistory is raised
    Beyond,       // larger than its own entry: HeadBeyond is raised, nothing is believed
};
[[nodiscard]] Result<Gossip> heed_named_head(storage::Txn& txn, const NamedHead& named, TimeMs now);

// A head whose proof is owed: that of entry size - 1, against any accepted head.
struct OwedHead {
    TreeSize size;
    Hash root;
    CertificateHash author;
    EnvelopeHash envelope;
    TimeMs since{};  // waited time of the first look (waited_time.h), or kNotLookedAt
    bool operator==(const OwedHead&) const = default;
};
constexpr std::size_t kOwedHeads = 1024;
[[nodiscard]] Result<std::vector<OwedHead>> owed_heads(const storage::ReadTxn& txn);

// Settles the owed heads of size proof.index + 1. `head` has been accepted. ProofInvalid if the
// proof does not lead to it: what is owed stays owed.
[[nodiscard]] Status settle_named_heads(storage::Txn& txn, const schemas::EntryProof& proof,
                                        const crypto::Checkpoint& head, TimeMs now);
// Raises HeadUnproven for what is owed longer than limits::kWitnessedBy, else lifts it. `waited`:
// now, as waited time.
[[nodiscard]] Status judge_owed_heads(storage::Txn& txn, TimeMs waited, TimeMs now);

// The root of the first `index + 1` entries, out of an inclusion path of the last of them; empty if
// the path does not have the length that (index, size) demands.
[[nodiscard]] std::optional<Hash> prefix_root(const Hash& leaf, std::uint64_t index,
                                              std::uint64_t size, std::span<const Hash> path);

}  // namespace chapar::client
