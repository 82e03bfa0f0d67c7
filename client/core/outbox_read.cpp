// Reading the outbox.
#include <algorithm>
#include <utility>

#include "client/core/outbox.h"
#include "client/core/outbox_store.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"

namespace chapar::client {

using schemas::Stage;

schemas::SubmittedEnvelope submitted(const OutboxBytes& bytes) {
    schemas::SubmittedEnvelope out{
        bytes.statement, bytes.item.encode(), bytes.blind, {}, bytes.streams};
    for (const crypto::Stanza& stanza : bytes.stanzas) {
        out.stanzas.push_back({stanza.label.encode(), stanza.enc, stanza.ciphertext});
    }
    return out;
}

Result<OutboxItem> outbox_item(const storage::ReadTxn& txn, OutboxNumber number) {
    const auto stored = CHAPAR_TRY(txn.get(tables::kOutbox, number_key(number.value)));
    if (!stored) return Error(Errc::NotFound, "outbox " + std::to_string(number.value));
    return outbox_store::decode_item(number, *stored);
}

Result<OutboxItem> outbox_item(const storage::ReadTxn& txn, const MessageId& id) {
    const auto number = CHAPAR_TRY(get_number(txn, tables::kOutboxIds, id.view()));
    if (!number || *number == outbox_store::kDropped) return Error(Errc::NotFound, "message id");
    return outbox_item(txn, OutboxNumber(*number));
}

Result<std::optional<OutboxItem>> outbox_find(const storage::ReadTxn& txn,
                                              const EnvelopeHash& hash) {
    const auto number = CHAPAR_TRY(get_number(txn, tables::kOutboxHashes, hash.view()));
    if (!number) return std::optional<OutboxItem>();
    return std::optional(CHAPAR_TRY(outbox_item(txn, OutboxNumber(*number))));
}

Result<std::vector<OutboxItem>> outbox_items(const storage::ReadTxn& txn) {
    std::vector<OutboxItem> items;
    const auto cursor = txn.cursor(tables::kOutbox);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const OutboxNumber number(number_at_end(cursor->key()));
        items.push_back(CHAPAR_TRY(outbox_store::decode_item(number, cursor->value())));
    }
    return items;
}

Result<std::vector<OutboxItem>> outbox_pending(const storage::ReadTxn& txn) {
    std::vector<OutboxItem> items = CHAPAR_TRY(outbox_items(txn));
    std::erase_if(items,
                  [](const OutboxItem& item) { return item.stage != Stage::OnThisComputer; });
    std::ranges::stable_sort(items, {}, &OutboxItem::urgency);
    return items;
}

Result<OutboxBytes> outbox_bytes(const storage::ReadTxn& txn, OutboxNumber number) {
    const auto stored = CHAPAR_TRY(txn.get(tables::kOutboxBytes, number_key(number.value)));
    if (!stored) return Error(Errc::NotFound, "outbox " + std::to_string(number.value));
    return outbox_store::decode_bytes(*stored);
}

Result<crypto::SecretBuffer> outbox_draft(const storage::ReadTxn& txn, OutboxNumber number,
                                          crypto::Vault& vault) {
    const Bytes key = number_key(number.value);
    const auto stored = CHAPAR_TRY(txn.get(tables::kOutboxDrafts, key));
    if (!stored) return Error(Errc::NotFound, "outbox " + std::to_string(number.value));
    return vault.open({tables::kOutboxDrafts.name, key}, *stored);
}

Result<std::vector<crypto::Secret32>> stream_secrets(const storage::ReadTxn& txn,
                                                     const Device& device, OutboxNumber number) {
    const Bytes key = number_key(number.value);
    const auto stored = CHAPAR_TRY(txn.get(tables::kOutboxSecrets, key));
    if (!stored) return Error(Errc::NotFound, "outbox " + std::to_string(number.value));
    const auto opened = CHAPAR_TRY(device.vault.open({tables::kOutboxSecrets.name, key}, *stored));
    return outbox_store::decode_secrets(opened.expose());
}

Result<std::uint32_t> receipts_held(const storage::ReadTxn& txn, const CertificateHash& author,
                                    const CertificateHash& recipient) {
    const auto held =
        CHAPAR_TRY(get_number(txn, tables::kGot, outbox_store::got_key(author, recipient)));
    return static_cast<std::uint32_t>(held.value_or(0));
}

Result<SentEnvelope> sent_envelope(const storage::ReadTxn& txn, OutboxNumber number,
                                   const AgencyId& sender_agency) {
    const OutboxItem item = CHAPAR_TRY(outbox_item(txn, number));
    OutboxBytes bytes = CHAPAR_TRY(outbox_bytes(txn, number));
    SentEnvelope sent{
        item.hash, std::move(bytes.statement), bytes.item.encode(), bytes.blind, sender_agency, {},
        {}};
    for (std::size_t i = 0; i < bytes.stanzas.size(); ++i) {
        sent.stanzas.push_back(crypto::digest_of(bytes.stanzas[i]));
        sent.stanza_agency.emplace(bytes.stanzas[i].label.certificate, bytes.stanza_agencies[i]);
    }
    return sent;
}

Result<std::vector<ReceiptEntry>> receipts_of(const storage::ReadTxn& txn,
                                              const EnvelopeHash& hash) {
    std::vector<ReceiptEntry> found;
    const auto cursor = txn.cursor(tables::kReceipts);
    CHAPAR_TRY(cursor->seek(hash.view()));
    while (cursor->at_record() && starts_with(cursor->key(), hash.view())) {
        const EntryIndex index(number_at_end(cursor->key()));
        found.push_back(CHAPAR_TRY(outbox_store::decode_receipt(index, cursor->value())));
        CHAPAR_TRY(cursor->next());
    }
    return found;
}

}  // namespace chapar::client
