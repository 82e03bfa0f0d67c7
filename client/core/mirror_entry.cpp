#include "client/core/mirror_entry.h"

#include <algorithm>
#include <array>

#include "client/core/mirror_tables.h"
#include "client/core/store_keys.h"
#include "crypto/bundle.h"
#include "crypto/certificate.h"
#include "crypto/envelope.h"
#include "crypto/override.h"
#include "crypto/peers.h"
#include "crypto/registrars.h"
#include "crypto/retention.h"
#include "crypto/suspension.h"
#include "schemas/header_codec.h"

namespace chapar::client {
namespace {

using crypto::LeafKind;
using crypto::RecordType;

void write_name(LayoutWriter& out, const std::optional<AgencyId>& name) {
    out.counted8(name ? view(name->text()) : ByteView());
}

Error damaged() { return Error(Errc::StoreDamaged, "mirror.entry"); }

Result<std::optional<AgencyId>> read_name(ByteView bytes) {
    if (bytes.empty()) return std::optional<AgencyId>();
    const auto name = AgencyId::parse(to_string(bytes));
    if (!name) return damaged();
    return std::optional(*name);
}

void add_office(EntrySummary& summary, const std::optional<OfficeId>& office) {
    if (office && std::ranges::find(summary.offices, *office) == summary.offices.end()) {
        summary.offices.push_back(*office);
    }
}

Status add_certificate(const storage::ReadTxn& txn, EntrySummary& summary,
                       const CertificateHash& certificate) {
    add_office(summary, CHAPAR_TRY(mirror_office(txn, certificate)));
    return Done{};
}

Status take_envelope(const storage::ReadTxn& txn, EntrySummary& summary,
                     const crypto::EntryBody& body) {
    const auto statement = CHAPAR_TRY(crypto::EnvelopeStatement::decode(*body.envelope));
    const auto header = CHAPAR_TRY(schemas::decode_header(statement.header));
    summary.message_kind = static_cast<std::uint16_t>(header.kind);
    summary.case_id = header.case_id;
    CHAPAR_TRY(add_certificate(txn, summary, header.sender));
    for (const crypto::BodyStanza& stanza : *body.stanzas) {
        if (stanza.label) CHAPAR_TRY(add_certificate(txn, summary, stanza.label->certificate));
    }
    if (body.decision) summary.code = body.decision->code;
    return Done{};
}

// An event speaks of an envelope whose ACCEPTED entry stands before it.
Status take_event(const storage::ReadTxn& txn, EntrySummary& summary,
                  const crypto::EntryBody& body) {
    summary.accepted = body.accepted;
    if (body.accepted) {
        if (const auto first = CHAPAR_TRY(mirror_entry(txn, *body.accepted))) {
            summary.message_kind = first->message_kind;
            summary.case_id = first->case_id;
        }
    }
    if (body.statement) {
        const auto statement = CHAPAR_TRY(crypto::DeliveryStatement::decode(*body.statement));
        CHAPAR_TRY(add_certificate(txn, summary, statement.signer));
    }
    for (const CertificateHash& device : body.devices) {
        CHAPAR_TRY(add_certificate(txn, summary, device));
    }
    if (body.reason && *body.reason != 0)
        summary.subject = "reason " + std::to_string(*body.reason);
    return Done{};
}

void name(EntrySummary& summary, const AgencyId& agency, std::string_view more = {}) {
    summary.sender_agency = agency;
    summary.subject = agency.text();
    if (!more.empty()) summary.subject += ", " + std::string(more);
}

Status take_certificate(const storage::ReadTxn& txn, EntrySummary& summary,
                        const CertificateHash& certificate) {
    CHAPAR_TRY(add_certificate(txn, summary, certificate));
    if (!summary.offices.empty()) summary.subject = summary.offices.front().text();
    return Done{};
}

Status take_retention(EntrySummary& summary, const crypto::SignedRecord& record) {
    switch (record.type) {
        case RecordType::Shred: {
            const auto shred = CHAPAR_TRY(crypto::ShredRecord::decode(record.body));
            name(summary, shred.bucket.sender,
                 "to " + shred.bucket.recipient.text() + " in " +
                     std::to_string(shred.bucket.month.value) + ", " +
                     std::string(text_of(shred.bucket.retention)) + ": " + shred.basis);
            return Done{};
        }
        case RecordType::Hold: {
            const auto hold = CHAPAR_TRY(crypto::HoldRecord::decode(record.body));
            const bool set = hold.action == crypto::HoldAction::Set;
            name(summary, hold.agency, (set ? "set: " : "released: ") + hold.reason);
            return Done{};
        }
        case RecordType::Prune: {
            const auto prune = CHAPAR_TRY(crypto::PruneRecord::decode(record.body));
            summary.subject = "below " + std::to_string(prune.end.value) + ": " + prune.policy;
            return Done{};
        }
        default: {
            const auto override_record = CHAPAR_TRY(crypto::OverrideRecord::decode(record.body));
            summary.subject = override_record.reason;
            return Done{};
        }
    }
}

Status take_record(const storage::ReadTxn& txn, EntrySummary& summary,
                   const crypto::SignedRecord& record) {
    switch (record.type) {
        case RecordType::Agency:
            name(summary, CHAPAR_TRY(crypto::AgencyRecord::decode(record.body)).agency);
            return Done{};
        case RecordType::Registrars:
            name(summary, CHAPAR_TRY(crypto::RegistrarsRecord::decode(record.body)).agency);
            return Done{};
        case RecordType::Peers:
            name(summary, CHAPAR_TRY(crypto::PeersRecord::decode(record.body)).agency);
            return Done{};
        case RecordType::Policy:
            name(summary, CHAPAR_TRY(crypto::PolicyRecord::decode(record.body)).agency);
            return Done{};
        case RecordType::Office: {
            const auto office = CHAPAR_TRY(crypto::OfficeRecord::decode(record.body));
            name(summary, office.agency, office.office.text());
            add_office(summary, office.office);
            return Done{};
        }
        case RecordType::Device: {
            const auto device = CHAPAR_TRY(crypto::DeviceRecord::decode(record.body));
            const auto& request = device.request.request;
            name(summary, request.agency, request.office.text() + ", " + request.officer);
            add_office(summary, request.office);
            return Done{};
        }
        case RecordType::Revoke:
            return take_certificate(
                txn, summary, CHAPAR_TRY(crypto::RevokeRecord::decode(record.body)).certificate);
        case RecordType::Suspend:
            return take_certificate(
                txn, summary, CHAPAR_TRY(crypto::SuspendRecord::decode(record.body)).certificate);
        case RecordType::Reinstate:
            return take_certificate(
                txn, summary, CHAPAR_TRY(crypto::ReinstateRecord::decode(record.body)).certificate);
        case RecordType::Bundle:
            return take_certificate(
                txn, summary, CHAPAR_TRY(crypto::PrekeyBundle::decode(record.body)).certificate);
        case RecordType::Manifest:
            summary.subject = "the centre";
            return Done{};
        case RecordType::Succession:
            summary.subject = "the centre, after a ledger that was closed";
            return Done{};
        default:
            return take_retention(summary, record);
    }
}

Status take_other(const storage::ReadTxn& txn, EntrySummary& summary, const crypto::Leaf& leaf,
                  const crypto::EntryBody& body) {
    if (!body.record) {
        if (body.build) summary.subject = *body.build;
        return Done{};
    }
    if (leaf.kind == LeafKind::Key &&
        body.event == crypto::event_number(crypto::KeyEvent::Opened)) {
        const auto scope = CHAPAR_TRY(crypto::LedgerKeyRecord::decode(*body.record)).scope;
        static constexpr std::array kWords{"bucket", "tag", "pad"};
        summary.subject = kWords[static_cast<std::size_t>(scope.purpose()) - 1];
        if (scope.first()) summary.subject += " " + scope.first()->text();
        if (scope.second()) summary.subject += " to " + scope.second()->text();
        if (scope.retention()) summary.subject += " " + std::string(text_of(*scope.retention()));
        if (scope.month().value != 0) summary.subject += " " + std::to_string(scope.month().value);
        return Done{};
    }
    return take_record(txn, summary, CHAPAR_TRY(crypto::SignedRecord::decode(*body.record)));
}

}  // namespace

Bytes EntrySummary::encode() const {
    LayoutWriter out;
    out.u8(1).u8(static_cast<std::uint8_t>(kind)).u8(event).u64(time.value);
    write_name(out, sender_agency);
    write_name(out, recipient_agency);
    out.u16(message_kind).u8(case_id ? 1 : 0);
    if (case_id) out.raw(case_id->view());
    out.raw(envelope.view()).u8(accepted ? 1 : 0);
    if (accepted) out.u64(accepted->value);
    out.u16(static_cast<std::uint16_t>(offices.size()));
    for (const OfficeId& office : offices) out.counted8(view(office.text()));
    out.counted16(view(code)).counted16(view(subject));
    return out.take();
}

Result<EntrySummary> EntrySummary::decode(EntryIndex index, ByteView bytes) {
    LayoutReader in(bytes);
    EntrySummary out;
    out.index = index;
    if (in.u8() != 1) return damaged();
    out.kind = static_cast<LeafKind>(in.u8());
    out.event = in.u8();
    out.time = TimeMs(in.u64());
    out.sender_agency = CHAPAR_TRY(read_name(in.counted8()));
    out.recipient_agency = CHAPAR_TRY(read_name(in.counted8()));
    out.message_kind = in.u16();
    if (in.u8() != 0) out.case_id = in.fixed<CaseId>();
    out.envelope = in.fixed<EnvelopeHash>();
    if (in.u8() != 0) out.accepted = EntryIndex(in.u64());
    const std::size_t offices = in.u16();
    for (std::size_t i = 0; i < offices && in.ok(); ++i) {
        const auto office = OfficeId::parse(to_string(in.counted8()));
        if (!office) return damaged();
        out.offices.push_back(*office);
    }
    out.code = to_string(in.counted16());
    out.subject = to_string(in.counted16());
    if (!in.finish("mirror.entry")) return damaged();
    return out;
}

Result<EntrySummary> summarize(const storage::ReadTxn& txn, const crypto::Leaf& leaf,
                               const crypto::EntryBody& body) {
    EntrySummary out;
    out.index = leaf.index;
    out.kind = leaf.kind;
    out.event = body.event;
    out.time = body.time;
    out.sender_agency = body.sender_agency;
    out.recipient_agency = body.recipient_agency;
    if (body.envelope_hash) out.envelope = *body.envelope_hash;
    if (leaf.kind != LeafKind::Message) {
        CHAPAR_TRY(take_other(txn, out, leaf, body));
    } else if (body.envelope) {
        CHAPAR_TRY(take_envelope(txn, out, body));
    } else {
        CHAPAR_TRY(take_event(txn, out, body));
    }
    return out;
}

std::string event_word(LeafKind kind, std::uint8_t event) {
    static constexpr std::array<const char*, 10> kMessage{
        "accepted", "delivered", "opened",  "acknowledged", "unopenable",
        "recalled", "withheld",  "expired", "refused",      "forwarded"};
    static constexpr std::array<const char*, 9> kKey{"agency",     "office",     "device",
                                                     "revocation", "ledger key", "registrars",
                                                     "peers",      "suspension", "reinstatement"};
    static constexpr std::array<const char*, 11> kKinds{"message", "key",    "policy", "admin",
                                                        "time",    "anchor", "shred",  "epoch",
                                                        "prune",   "hold",   "prekeys"};
    if (kind == LeafKind::Message && event >= 1 && event <= kMessage.size()) {
        return kMessage[event - 1U];
    }
    if (kind == LeafKind::Key && event >= 1 && event <= kKey.size()) return kKey[event - 1U];
    if (kind == LeafKind::Admin) return event == 2 ? "override" : "founded";
    if (kind == LeafKind::Time && event == 1) return "clock step";
    return kKinds[static_cast<std::size_t>(kind) - 1];
}

Result<std::optional<OfficeId>> mirror_office(const storage::ReadTxn& txn,
                                              const CertificateHash& certificate) {
    const auto row = CHAPAR_TRY(txn.get(tables::kMirrorDevices, certificate.view()));
    if (!row) return std::optional<OfficeId>();
    return std::optional(CHAPAR_TRY(OfficeId::parse(to_string(*row))));
}

Result<std::optional<EntrySummary>> mirror_entry(const storage::ReadTxn& txn, EntryIndex index) {
    const auto row = CHAPAR_TRY(txn.get(tables::kMirrorEntries, number_key(index.value)));
    if (!row) return std::optional<EntrySummary>();
    return std::optional(CHAPAR_TRY(EntrySummary::decode(index, *row)));
}

}  // namespace chapar::client
