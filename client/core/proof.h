// An entry of the ledger that has been proven to be in it.
//
// Owns: the check "this leaf stands at this index of the tree with this head, and this body is the
// one it commits to". Does not know who signed the head (heads.h) nor what the entry means.
// Errors: LeafInvalid, ProofInvalid, MalformedLayout.
#pragma once

#include <optional>

#include "crypto/checkpoint.h"
#include "crypto/entry_body.h"
#include "crypto/leaf.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"
#include "schemas/frames.h"

namespace chapar::client {

class ProvenEntry {
  public:
    // With its body, in clear. REQUIRES of clear kinds: a zero salt.
    [[nodiscard]] static Result<ProvenEntry> verify(const schemas::EntryProof& proof,
                                                    const crypto::Checkpoint& head);
    // The leaf alone: sealed entries that are no business of this device.
    [[nodiscard]] static Result<ProvenEntry> verify_leaf(const schemas::EntryProof& proof,
                                                         const crypto::Checkpoint& head);

    [[nodiscard]] EntryIndex index() const { return leaf_.index; }
    [[nodiscard]] const crypto::Leaf& leaf() const { return leaf_; }
    [[nodiscard]] ByteView leaf_bytes() const { return leaf_bytes_; }
    // Empty if only the leaf was verified.
    [[nodiscard]] const std::optional<crypto::EntryBody>& body() const { return body_; }

  private:
    ProvenEntry() = default;
    crypto::Leaf leaf_;
    Bytes leaf_bytes_;
    std::optional<crypto::EntryBody> body_;
};

}  // namespace chapar::client
