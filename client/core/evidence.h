// Evidence packages: one envelope and one of its streams, for a court that has no key.
//
// Owns: which proofs go into a package, that they fit each other before they are written, and the
// layout of the file. Does not know where the proofs came from (edge/evidence_fetch.h asks for
// them), who reads the file (`chapar-verify evidence`, a second reading of the same page), or
// files. Discloses the secret of one stream and no key. Pure. Source: crypto/evidence.md, "Evidence
// package".
//
// Errors: NoteInvalid, HeadMismatch (heads that are not on one line), ProofInvalid, LeafInvalid (a
// directory entry that is missing or is none; no acceptance), NotFound (no such stream),
// Commitments, StreamRoot (secret or ciphertext of another stream), TooLarge.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/core/receipt.h"
#include "crypto/checkpoint.h"
#include "crypto/envelope.h"
#include "crypto/record.h"
#include "crypto/secret.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"
#include "schemas/frames.h"

namespace chapar::client {

// The directory of the ledger with its proofs, page by page as a broker hands it out, from the head
// under which the envelope was accepted onward.
class EvidenceDirectory {
  public:
    // `note`: of the receipt. NoteInvalid.
    [[nodiscard]] static Result<EvidenceDirectory> begin(const crypto::NoteVerifier& log,
                                                         std::string note);
    // A head whose consistency path leads from the last one given.
    [[nodiscard]] Status add_head(const schemas::Head& head);
    // Entries under the last head given. Bundles (kind LADDER) are left out, and so are bodies that
    // a package does not hold.
    [[nodiscard]] Status add_entries(std::span<const schemas::EntryProof> entries);

    // The newest directory entry that is held; empty before the first.
    [[nodiscard]] std::optional<EntryIndex> newest() const;

  private:
    friend class EvidenceWriter;
    struct Head {
        std::string note;
        std::vector<Hash> path;
        crypto::Checkpoint checkpoint;
    };
    struct Entry {
        std::uint16_t head = 0;
        schemas::EntryProof proof;
    };
    explicit EvidenceDirectory(const crypto::NoteVerifier& log) : log_(&log) {}

    const crypto::NoteVerifier* log_;
    std::vector<Head> heads_;
    std::vector<Entry> entries_;
};

// One stream of the envelope, with what discloses it. Borrows.
struct EvidenceStream {
    std::uint16_t number = 0;
    const crypto::Secret32& secret;  // s_j
    ByteView ciphertext;
};

// The statement that a receipt's body holds: which streams there are, and what they must fit.
[[nodiscard]] Result<crypto::EnvelopeStatement> accepted_statement(const ReceiptEntry& receipt);
// The note of a receipt.
[[nodiscard]] Result<std::string> receipt_note(const ReceiptEntry& receipt);

// The file. `receipt`: one ACCEPTED entry of the envelope, of a sender or of a recipient. REQUIRES:
// the directory was begun with the receipt's note.
[[nodiscard]] Result<Bytes> write_evidence(const crypto::SignedRecord& manifest,
                                           const ReceiptEntry& receipt,
                                           const EvidenceDirectory& directory,
                                           const EvidenceStream& stream);

}  // namespace chapar::client
