#include "client/core/receipt.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "crypto/body_seal.h"
#include "crypto/tlog_proof.h"
#include "crypto/transcript.h"

namespace chapar::client {
namespace {

Error not_ours(std::string rule) { return Error(Errc::LeafInvalid, std::move(rule)); }

// Agencies in the order in which the stanzas name them first: the order of the entries.
Result<std::vector<AgencyId>> agencies_in_order(const SentEnvelope& sent) {
    std::vector<AgencyId> order;
    for (const crypto::StanzaDigest& stanza : sent.stanzas) {
        const auto found = sent.stanza_agency.find(stanza.label.certificate);
        if (found == sent.stanza_agency.end()) return Error(Errc::CertificateUnknown, "stanza");
        if (std::ranges::find(order, found->second) == order.end()) order.push_back(found->second);
    }
    return order;
}

// TH("stanza", label, SHA256(enc || ct)): how an agency sees the stanzas of the others.
Hash bare_value(const crypto::StanzaDigest& stanza) {
    const Bytes label = stanza.label.encode();
    return crypto::transcript_hash(crypto::Label::Stanza, {label, stanza.seal_hash.view()});
}

enum class Shown { Own, All };

// The labels that were sealed, each in its place: in full for `agency` (or for all, in a refusal),
// as a bare value for every other.
Status check_stanzas(const SentEnvelope& sent, const std::vector<crypto::BodyStanza>& stanzas,
                     const AgencyId& agency, Shown shown) {
    if (stanzas.size() != sent.stanzas.size()) return not_ours("number of stanzas");
    for (std::size_t i = 0; i < stanzas.size(); ++i) {
        const crypto::StanzaDigest& mine = sent.stanzas[i];
        const crypto::BodyStanza& logged = stanzas[i];
        const bool full =
            shown == Shown::All || sent.stanza_agency.at(mine.label.certificate) == agency;
        if (logged.label.has_value() != full) return not_ours("whose stanzas are shown");
        if (full && (*logged.label != mine.label || logged.value != mine.seal_hash)) {
            return not_ours("labels");
        }
        if (!full && logged.value != bare_value(mine)) return not_ours("stanzas of others");
    }
    return Done{};
}

// What ACCEPTED and REJECTED have in common: this very envelope, from this very sender.
Status check_same_envelope(const SentEnvelope& sent, const ProvenEntry& entry,
                           crypto::MessageEvent event) {
    if (entry.leaf().kind != crypto::LeafKind::Message) return not_ours("kind");
    const crypto::EntryBody& body = *entry.body();
    if (body.event != crypto::event_number(event)) return not_ours("event");
    if (body.envelope_hash != sent.hash) return not_ours("envelope hash");
    if (body.envelope != sent.statement) return not_ours("envelope");
    if (body.item != sent.item) return not_ours("item");
    if (body.blind != sent.blind) return not_ours("audience blind");
    if (body.sender_agency != sent.sender_agency) return not_ours("sender agency");
    return Done{};
}

std::string receipt_text(const schemas::EntryProof& proof, const std::string& note) {
    return crypto::TlogProof{proof.leaf, proof.index, proof.path, note}.text();
}

Status check_accepted(const SentEnvelope& sent, const ProvenEntry& entry, const AgencyId& agency) {
    CHAPAR_TRY(check_same_envelope(sent, entry, crypto::MessageEvent::Accepted));
    const crypto::EntryBody& body = *entry.body();
    if (body.recipient_agency != agency) return not_ours("recipient agency");
    if (!body.decision || body.decision->effect != crypto::PolicyEffect::Permit) {
        return not_ours("decision");
    }
    return check_stanzas(sent, *body.stanzas, agency, Shown::Own);
}

}  // namespace

Result<Receipt> verify_receipt(const SentEnvelope& sent,
                               std::span<const schemas::EntryProof> proofs,
                               const crypto::Checkpoint& head, const std::string& note) {
    const std::vector<AgencyId> agencies = CHAPAR_TRY(agencies_in_order(sent));
    if (proofs.size() != agencies.size()) return not_ours("one entry for each recipient agency");
    Receipt receipt;
    receipt.envelope_ = sent.hash;
    for (std::size_t i = 0; i < proofs.size(); ++i) {
        const ProvenEntry entry = CHAPAR_TRY(ProvenEntry::verify(proofs[i], head));
        CHAPAR_TRY(check_accepted(sent, entry, agencies[i]));
        const TimeMs time = entry.body()->time;
        if (i > 0) {
            const ReceiptEntry& before = receipt.entries_.back();
            if (before.index.next() != entry.index()) return not_ours("consecutive entries");
            if (before.time != time) return not_ours("one time for all entries");
        }
        receipt.entries_.push_back({entry.index(), agencies[i], time, receipt_text(proofs[i], note),
                                    proofs[i].body, proofs[i].salt});
    }
    return receipt;
}

Result<Refusal> verify_refusal(const SentEnvelope& sent, const schemas::EntryProof& proof,
                               const crypto::Checkpoint& head, const std::string& note) {
    const ProvenEntry entry = CHAPAR_TRY(ProvenEntry::verify(proof, head));
    CHAPAR_TRY(check_same_envelope(sent, entry, crypto::MessageEvent::Rejected));
    const crypto::EntryBody& body = *entry.body();
    if (body.recipient_agency != sent.sender_agency) return not_ours("recipient agency");
    if (!body.decision || body.decision->effect != crypto::PolicyEffect::Deny ||
        body.decision->code.empty()) {
        return not_ours("decision");
    }
    CHAPAR_TRY(check_stanzas(sent, *body.stanzas, sent.sender_agency, Shown::All));
    return Refusal{
        sent.hash,      sent.sender_agency,        entry.index(), body.time, body.decision->code,
        *body.decision, receipt_text(proof, note), proof.body,    proof.salt};
}

Result<crypto::EntryBody> check_receipt_file(std::string_view text, const ReceiptOpening& opening,
                                             const crypto::NoteVerifier& log) {
    const crypto::TlogProof proof = CHAPAR_TRY(crypto::TlogProof::parse(text));
    const crypto::Checkpoint head = CHAPAR_TRY(crypto::open_checkpoint(proof.checkpoint, log));
    const schemas::EntryProof entry{proof.index, proof.extra, proof.path, opening.body,
                                    opening.salt};
    const ProvenEntry proven = CHAPAR_TRY(ProvenEntry::verify(entry, head));
    return *proven.body();
}

}  // namespace chapar::client
