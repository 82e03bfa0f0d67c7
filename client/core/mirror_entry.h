// What an auditor's tables say about one entry, and how it is read out of a body.
//
// Owns: the summary, its stored form, and what is taken from which kind of body: kind and case
// stand in H inside E; offices are those of the certificates named. Does not know whether the body
// is the leaf's (mirror_view.h checks that first). Value types. Errors: those of the decoders,
// which mean that the entry is not what the broker should have logged; StoreDamaged.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/entry_body.h"
#include "crypto/leaf.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client {

struct EntrySummary {
    EntryIndex index;
    crypto::LeafKind kind = crypto::LeafKind::Message;
    std::uint8_t event = 0;  // of the body
    TimeMs time;             // exact
    std::optional<AgencyId> sender_agency;
    std::optional<AgencyId> recipient_agency;
    std::uint16_t message_kind = 0;  // schemas::Kind; 0: the entry is not about an envelope
    std::optional<CaseId> case_id;
    EnvelopeHash envelope;               // zero: none
    std::optional<EntryIndex> accepted;  // of the envelope an event is about
    std::vector<OfficeId> offices;       // the author's or signer's first, then the recipients'
    std::string code;                    // of a refusal; "" otherwise
    std::string subject;                 // of a directory entry: agency, office or officer

    [[nodiscard]] bool refused() const { return !code.empty(); }
    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<EntrySummary> decode(EntryIndex index, ByteView bytes);
    bool operator==(const EntrySummary&) const = default;
};

// Looks up offices and the ACCEPTED entry in `txn`.
[[nodiscard]] Result<EntrySummary> summarize(const storage::ReadTxn& txn, const crypto::Leaf& leaf,
                                             const crypto::EntryBody& body);
// What a word says of such an entry: "accepted", "device", "policy", ..
[[nodiscard]] std::string event_word(crypto::LeafKind kind, std::uint8_t event);

// The office of a certificate, kept by indexing. Empty: not in the mirror's directory.
[[nodiscard]] Result<std::optional<OfficeId>> mirror_office(const storage::ReadTxn& txn,
                                                            const CertificateHash& certificate);
// Empty for an entry that was not indexed, or is not this reader's.
[[nodiscard]] Result<std::optional<EntrySummary>> mirror_entry(const storage::ReadTxn& txn,
                                                               EntryIndex index);

}  // namespace chapar::client
