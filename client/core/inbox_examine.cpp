#include "client/core/inbox_examine.h"

#include <set>
#include <string>
#include <utility>

#include "schemas/header_codec.h"

namespace chapar::client::inbox_examine {
namespace {

Error not_ours(std::string rule) { return Error(Errc::LeafInvalid, std::move(rule)); }

Result<crypto::HandedStanza> handed(const schemas::DeliveredStanza& stanza) {
    return crypto::HandedStanza{
        {CHAPAR_TRY(crypto::StanzaLabel::decode(stanza.label)), stanza.enc, stanza.ct},
        stanza.index,
        stanza.path};
}

// The entry accepts this very envelope, for this device's agency, with this very stanza.
Status check_entry(const Device& device, const schemas::Delivery& delivery,
                   const ProvenEntry& entry, const crypto::ReceivedEnvelope& received,
                   const crypto::HandedStanza& own) {
    if (entry.leaf().kind != crypto::LeafKind::Message) return not_ours("kind");
    const crypto::EntryBody& body = *entry.body();
    if (body.event != crypto::event_number(crypto::MessageEvent::Accepted)) {
        return not_ours("event");
    }
    if (body.envelope_hash != received.hash()) return not_ours("envelope hash");
    if (body.envelope != delivery.envelope) return not_ours("envelope");
    if (body.recipient_agency != device.agency) return not_ours("recipient agency");
    if (!body.decision || body.decision->effect != crypto::PolicyEffect::Permit) {
        return not_ours("decision");
    }
    if (own.stanza.label.certificate != device.certificate) return not_ours("own label");
    if (own.index >= body.stanzas->size()) return not_ours("stanza index");
    const crypto::BodyStanza& logged = (*body.stanzas)[own.index];
    if (logged.label != own.stanza.label ||
        logged.value != crypto::digest_of(own.stanza).seal_hash) {
        return not_ours("own stanza");
    }
    return Done{};
}

// One AUDIT stanza for each auditor that the header names, and none else: a broker that keeps one
// back would hide a sham from every other recipient.
Status check_auditors(const schemas::Header& header, const crypto::ReceivedEnvelope& received) {
    std::set<CertificateHash> handed;
    for (const crypto::HandedStanza& audit : received.audit_stanzas()) {
        handed.insert(audit.stanza.label.certificate);
    }
    const crypto::StanzaLabel& own = received.own_label();
    if (own.type == crypto::StanzaType::Audit) handed.insert(own.certificate);
    if (handed != std::set(header.auditors.begin(), header.auditors.end())) {
        return Errc::StanzaAuditors;
    }
    return Done{};
}

}  // namespace

Result<Examined> examine(const Device& device, const schemas::Delivery& delivery,
                         const crypto::Checkpoint& head) {
    ProvenEntry entry = CHAPAR_TRY(ProvenEntry::verify(delivery.proof, head));
    crypto::HandedStanza own = CHAPAR_TRY(handed(delivery.stanza));
    std::vector<crypto::HandedStanza> audits;
    for (const auto& audit : delivery.audits) audits.push_back(CHAPAR_TRY(handed(audit)));
    crypto::BatchItem item = CHAPAR_TRY(crypto::BatchItem::decode(delivery.item));
    crypto::ReceivedEnvelope received = CHAPAR_TRY(crypto::ReceivedEnvelope::parse(
        delivery.envelope, std::move(item), own, std::move(audits)));
    CHAPAR_TRY(check_entry(device, delivery, entry, received, own));
    schemas::Header header = CHAPAR_TRY(schemas::decode_header(received.header()));
    if (header.home != device.card.home()) return Error(Errc::WrongHome);
    // A sender seals to everyone but itself: its own words coming back are someone else's doing.
    if (header.sender == device.certificate) return Error(Errc::RecordRefused, "reflected");
    CHAPAR_TRY(check_auditors(header, received));
    return Examined{std::move(entry), std::move(received), std::move(header)};
}

}  // namespace chapar::client::inbox_examine
