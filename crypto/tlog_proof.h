// The receipt file: C2SP tlog-proof v1, a text that proves one entry to anyone who has the vkey.
//
// Owns: the text form and its check. `extra` carries the leaf in our receipts. Does not know what
// the leaf says (leaf.h). Source: C2SP tlog-proof.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

struct TlogProof {
    Bytes extra;  // empty: no such line. Not authenticated by the format
    EntryIndex index;
    std::vector<Hash> path;  // from the leaf's sibling up, at most 64
    std::string checkpoint;  // the note, verbatim

    [[nodiscard]] std::string text() const;
    // ProofInvalid for any other form. The checkpoint is not looked into.
    [[nodiscard]] static Result<TlogProof> parse(std::string_view text);
    bool operator==(const TlogProof&) const = default;
};

// NoteInvalid or ProofInvalid unless this leaf is at `proof.index` in the tree of the log's note.
[[nodiscard]] Result<Checkpoint> check_tlog_proof(const TlogProof& proof, ByteView leaf,
                                                  const NoteVerifier& log);

}  // namespace chapar::crypto
