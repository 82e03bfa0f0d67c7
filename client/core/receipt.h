// Receipts: the proof that the ledger holds *this* envelope, or its refusal.
//
// Owns: the rules of ledger.md 2.5 for the sender: one ACCEPTED entry for each recipient agency, in
// consecutive places, each with this envelope's bytes and the stanzas that were sealed, decision
// permit; or one REJECTED entry. Does not know outboxes. A proof of some other entry proves
// nothing. View tags cannot be recomputed here (their keys are the agency's); that both are there
// is checked. Errors: ProofInvalid, LeafInvalid (context: which rule), MalformedLayout.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "client/core/proof.h"
#include "crypto/checkpoint.h"
#include "crypto/stanza.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::client {

// What the sender knows of an envelope it sealed.
struct SentEnvelope {
    EnvelopeHash hash;
    Bytes statement;  // E
    Bytes item;
    AudienceBlind blind;
    AgencyId sender_agency;
    std::vector<crypto::StanzaDigest> stanzas;          // in the order of SR
    std::map<CertificateHash, AgencyId> stanza_agency;  // of every stanza's certificate
};

struct ReceiptEntry {
    EntryIndex index;
    AgencyId agency;   // the recipient agency it is about
    TimeMs time;       // exact
    std::string text;  // C2SP tlog-proof, `extra` = the leaf
    Bytes body{};
    Hash salt{};  // opens the leaf's body_commit
    // Newest cosignature in the note of `text`, where a quorum of the home's policy signed it.
    std::optional<TimeMs> witnessed{};
    bool operator==(const ReceiptEntry&) const = default;
};

// ACCEPTED in full. Made only by verify_receipt().
class Receipt {
  public:
    [[nodiscard]] const EnvelopeHash& envelope() const { return envelope_; }
    [[nodiscard]] const std::vector<ReceiptEntry>& entries() const { return entries_; }
    [[nodiscard]] EntryIndex first() const { return entries_.front().index; }
    [[nodiscard]] TimeMs time() const { return entries_.front().time; }

  private:
    friend Result<Receipt> verify_receipt(const SentEnvelope&, std::span<const schemas::EntryProof>,
                                          const crypto::Checkpoint&, const std::string&);
    Receipt() = default;
    EnvelopeHash envelope_;
    std::vector<ReceiptEntry> entries_;
};

// `head` is the checkpoint inside `note`, accepted by heads.h.
[[nodiscard]] Result<Receipt> verify_receipt(const SentEnvelope& sent,
                                             std::span<const schemas::EntryProof> proofs,
                                             const crypto::Checkpoint& head,
                                             const std::string& note);

struct Refusal {
    EnvelopeHash envelope;
    AgencyId agency;  // the sender's: refusals are nobody else's business
    EntryIndex index;
    TimeMs time;
    std::string code;
    crypto::BodyDecision decision;
    std::string text;  // C2SP tlog-proof
    Bytes body;
    Hash salt;
};
// The one REJECTED entry about this envelope.
[[nodiscard]] Result<Refusal> verify_refusal(const SentEnvelope& sent,
                                             const schemas::EntryProof& proof,
                                             const crypto::Checkpoint& head,
                                             const std::string& note);

// What opens the commitment of a receipt's leaf.
struct ReceiptOpening {
    Bytes body;
    Hash salt;
};
// A receipt file read back: its leaf is in the tree of its note, signed by this log, and commits to
// the body, which is returned.
[[nodiscard]] Result<crypto::EntryBody> check_receipt_file(std::string_view text,
                                                           const ReceiptOpening& opening,
                                                           const crypto::NoteVerifier& log);

}  // namespace chapar::client
