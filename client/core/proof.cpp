#include "client/core/proof.h"

#include "crypto/body_seal.h"
#include "crypto/tree.h"

namespace chapar::client {

Result<ProvenEntry> ProvenEntry::verify_leaf(const schemas::EntryProof& proof,
                                             const crypto::Checkpoint& head) {
    ProvenEntry entry;
    entry.leaf_ = CHAPAR_TRY(crypto::Leaf::decode(proof.leaf));
    if (entry.leaf_.index != proof.index) return Error(Errc::LeafInvalid, "index");
    CHAPAR_TRY(crypto::check_inclusion(crypto::leaf_hash(proof.leaf), proof.index.value,
                                       head.size.value, proof.path, head.root));
    entry.leaf_bytes_ = proof.leaf;
    return entry;
}

Result<ProvenEntry> ProvenEntry::verify(const schemas::EntryProof& proof,
                                        const crypto::Checkpoint& head) {
    ProvenEntry entry = CHAPAR_TRY(verify_leaf(proof, head));
    const crypto::LeafKind kind = entry.leaf_.kind;
    if (!crypto::is_sealed(kind) && !proof.salt.is_zero()) {
        return Error(Errc::LeafInvalid, "salt of a clear body");
    }
    const Hash commit = crypto::body_commit(crypto::BodySalt{proof.salt.bytes}, proof.body);
    if (commit != entry.leaf_.body_commit) return Error(Errc::LeafInvalid, "body");
    entry.body_ = CHAPAR_TRY(crypto::EntryBody::decode(kind, proof.body));
    // The leaf rounds; the body is exact. Two times would be two stories.
    if (crypto::leaf_time(entry.body_->time) != entry.leaf_.time) {
        return Error(Errc::LeafInvalid, "time");
    }
    return entry;
}

}  // namespace chapar::client
