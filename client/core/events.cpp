#include "client/core/events.h"

#include <algorithm>
#include <string_view>

#include "client/core/directory_replica.h"
#include "client/core/outbox.h"
#include "client/core/peer_trust.h"
#include "client/core/statements.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "crypto/batch.h"

namespace chapar::client {
namespace {

constexpr std::string_view kNextEvent = "next-event";

// The event refers to this envelope's own ACCEPTED entry for that agency.
Status check_reference(const storage::ReadTxn& txn, const OutboxItem& item,
                       const ProvenEntry& entry) {
    const crypto::EntryBody& body = *entry.body();
    for (const ReceiptEntry& receipt : CHAPAR_TRY(receipts_of(txn, item.hash))) {
        if (body.accepted == receipt.index && body.recipient_agency == receipt.agency &&
            receipt.index < entry.index()) {
            return Done{};
        }
    }
    return Error(Errc::LeafInvalid, "accepted");
}

bool sealed_to(const OutboxItem& item, const CertificateHash& device, const AgencyId& agency) {
    return std::ranges::any_of(item.offices, [&](const OutboxOffice& office) {
        return office.agency == agency &&
               std::ranges::find(office.devices, device) != office.devices.end();
    });
}

// The device that signed the statement in the entry, if it may and did. Behind the entry nothing is
// believed: a revocation of the signer may stand in what is missing.
Result<CertificateHash> signer_of(const storage::ReadTxn& txn, const AgencyRoots& own,
                                  const ProvenEntry& entry) {
    const crypto::EntryBody& body = *entry.body();
    const auto statement = CHAPAR_TRY(crypto::DeliveryStatement::decode(*body.statement));
    CHAPAR_TRY(check_statement_entry(entry, statement));
    const auto believed =
        CHAPAR_TRY(may_believe(DirectoryView(txn), own, statement.signer,
                               {entry.index(), entry.leaf().last_dir, body.time}));
    switch (believed.doubt) {
        case Doubt::None:
            break;
        case Doubt::DirectoryBehind:
        case Doubt::SignerNotHeld:
            return Error(Errc::Provisional);
        case Doubt::Unconfirmed:
            return Error(Errc::PeerUnconfirmed, body.recipient_agency->text());
        case Doubt::KeyChanged:
            return Error(Errc::PeerKeyChanged, body.recipient_agency->text());
    }
    const auto& request = believed.signer->record.request.request;
    const auto key = CHAPAR_TRY(crypto::VerifyingKey::create(request.sign_key));
    const auto item = CHAPAR_TRY(crypto::BatchItem::decode(*body.item));
    CHAPAR_TRY(crypto::check_item(statement, item, key));
    return statement.signer;
}

Result<std::vector<CertificateHash>> concerned(const storage::ReadTxn& txn, const AgencyRoots& own,
                                               const ProvenEntry& entry,
                                               crypto::MessageEvent event) {
    switch (event) {
        case crypto::MessageEvent::Delivered:
        case crypto::MessageEvent::Opened:
        case crypto::MessageEvent::Acked:
        case crypto::MessageEvent::Unopenable:
        case crypto::MessageEvent::Recalled:
            return std::vector{CHAPAR_TRY(signer_of(txn, own, entry))};
        case crypto::MessageEvent::Withheld:
        case crypto::MessageEvent::Expired:
            return entry.body()->devices;
        default:
            return Error(Errc::LeafInvalid, "event");
    }
}

}  // namespace

Result<EventEffect> apply_event(storage::Txn& txn, const AgencyRoots& own,
                                const ProvenEntry& entry) {
    if (entry.leaf().kind != crypto::LeafKind::Message || !entry.body()) {
        return Error(Errc::LeafInvalid, "kind");
    }
    const crypto::EntryBody& body = *entry.body();
    if (!body.envelope_hash) return Error(Errc::LeafInvalid, "envelope hash");
    const auto item = CHAPAR_TRY(outbox_find(txn, *body.envelope_hash));
    if (!item) return EventEffect::NotOurs;
    if (item->stage != schemas::Stage::Logged) return Error(Errc::Conflict, "no receipt yet");
    CHAPAR_TRY(check_reference(txn, *item, entry));
    const auto event = static_cast<crypto::MessageEvent>(body.event);
    const auto devices = CHAPAR_TRY(concerned(txn, own, entry, event));
    std::uint16_t reason = statement_reason::kNone;
    if (body.statement) {
        reason = CHAPAR_TRY(crypto::DeliveryStatement::decode(*body.statement)).reason;
    }
    if (event == crypto::MessageEvent::Withheld) reason = body.reason.value_or(reason);
    for (const CertificateHash& device : devices) {
        if (!sealed_to(*item, device, *body.recipient_agency)) {
            return Error(Errc::LeafInvalid, "not a recipient");
        }
        CHAPAR_TRY(outbox_office_event(txn, item->number,
                                       {device, event, entry.index(), body.time, reason}));
    }
    return EventEffect::Updated;
}

Result<EntryIndex> next_event(const storage::ReadTxn& txn) {
    const auto next = CHAPAR_TRY(get_number(txn, tables::kState, view(kNextEvent)));
    return EntryIndex(next.value_or(0));
}

Status set_next_event(storage::Txn& txn, EntryIndex next) {
    return put_number(txn, tables::kState, view(kNextEvent), next.value);
}

}  // namespace chapar::client
