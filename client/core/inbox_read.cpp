#include <array>
#include <utility>

#include "client/core/directory_replica.h"
#include "client/core/inbox.h"
#include "client/core/inbox_store.h"
#include "client/core/outbox_store.h"
#include "client/core/statements.h"
#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "crypto/entry_body.h"
#include "crypto/envelope.h"

namespace chapar::client {

std::string_view text_of(InboxState state) {
    constexpr std::array<std::string_view, 7> kTexts{
        "", "provisional", "received", "opened", "acknowledged", "unopenable", "recalled"};
    return kTexts.at(static_cast<std::size_t>(state));
}

bool is_settled(const InboxItem& item) {
    return item.state == InboxState::Received || item.state == InboxState::Opened ||
           item.state == InboxState::Acknowledged;
}

namespace {

// A revocation may come long after the item: what it disputes is asked whenever the item is read.
Result<InboxItem> read_item(const storage::ReadTxn& txn, InboxNumber number, ByteView stored) {
    InboxItem item = CHAPAR_TRY(inbox_store::decode_item(number, stored));
    const DirectoryView directory(txn);
    const auto standing =
        CHAPAR_TRY(directory.standing(item.sender, item.accepted, item.accepted_at));
    item.disputed = standing == Standing::Disputed;
    return item;
}

}  // namespace

Result<std::vector<InboxItem>> inbox_items(const storage::ReadTxn& txn) {
    std::vector<InboxItem> items;
    const auto cursor = txn.cursor(tables::kInbox);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        const InboxNumber number(number_at_end(cursor->key()));
        items.push_back(CHAPAR_TRY(read_item(txn, number, cursor->value())));
    }
    return items;
}

Result<InboxItem> inbox_item(const storage::ReadTxn& txn, InboxNumber number) {
    const auto stored = CHAPAR_TRY(txn.get(tables::kInbox, number_key(number.value)));
    if (!stored) return Error(Errc::NotFound, "inbox " + std::to_string(number.value));
    return read_item(txn, number, *stored);
}

Result<std::optional<InboxItem>> inbox_find(const storage::ReadTxn& txn, const EnvelopeHash& hash) {
    const auto number = CHAPAR_TRY(get_number(txn, tables::kInboxHashes, hash.view()));
    if (!number) return std::optional<InboxItem>();
    return std::optional(CHAPAR_TRY(inbox_item(txn, InboxNumber(*number))));
}

Result<std::vector<InboxItem>> inbox_find(const storage::ReadTxn& txn, const MessageId& message) {
    // Keys only: whoever sends names up to eight messages, and each is looked for.
    std::vector<InboxItem> items;
    const auto cursor = txn.cursor(tables::kInboxIds);
    for (CHAPAR_TRY(cursor->seek_first()); cursor->at_record(); CHAPAR_TRY(cursor->next())) {
        if (!inbox_store::is_id_of(cursor->key(), message)) continue;
        const auto number = CHAPAR_TRY(get_number(txn, tables::kInboxIds, cursor->key()));
        if (number) items.push_back(CHAPAR_TRY(inbox_item(txn, InboxNumber(*number))));
    }
    std::ranges::sort(items, {}, &InboxItem::number);
    return items;
}

Result<InboxText> inbox_text(const storage::ReadTxn& txn, const Device& device,
                             InboxNumber number) {
    const auto text = CHAPAR_TRY(inbox_store::get_text(txn, device, number));
    if (!text) return Error(Errc::NotFound, "text of inbox " + std::to_string(number.value));
    return inbox_store::read_text(*text);
}

Result<std::vector<crypto::Secret32>> stream_secrets(const storage::ReadTxn& txn,
                                                     const Device& device, InboxNumber number) {
    auto text = CHAPAR_TRY(inbox_store::get_text(txn, device, number));
    if (!text) return Error(Errc::NotFound, "text of inbox " + std::to_string(number.value));
    std::vector<crypto::Secret32> secrets;
    for (auto& stream : text->streams) secrets.push_back(std::move(stream.secret));
    return secrets;
}

Result<crypto::SecretBuffer> inbox_stream0(const storage::ReadTxn& txn, const Device& device,
                                           InboxNumber number) {
    auto text = CHAPAR_TRY(inbox_store::get_text(txn, device, number));
    if (!text) return Error(Errc::NotFound, "text of inbox " + std::to_string(number.value));
    return std::move(*text->streams.front().text);
}

Result<ReceiptEntry> inbox_receipt(const storage::ReadTxn& txn, InboxNumber number) {
    const InboxItem item = CHAPAR_TRY(inbox_item(txn, number));
    const auto stored =
        CHAPAR_TRY(txn.get(tables::kReceipts, numbered_key(item.hash.view(), item.accepted.value)));
    if (!stored) return Error(Errc::NotFound, "receipt of inbox " + std::to_string(number.value));
    return outbox_store::decode_receipt(item.accepted, *stored);
}

namespace {

// E, as its ACCEPTED entry holds it.
Result<crypto::EnvelopeStatement> statement_of(const storage::ReadTxn& txn, InboxNumber number) {
    const ReceiptEntry receipt = CHAPAR_TRY(inbox_receipt(txn, number));
    const auto body =
        CHAPAR_TRY(crypto::EntryBody::decode(crypto::LeafKind::Message, receipt.body));
    if (!body.envelope) return Error(Errc::StoreDamaged, "receipts");
    return crypto::EnvelopeStatement::decode(*body.envelope);
}

}  // namespace

Result<std::set<Hash>> inbox_needed_blobs(const storage::ReadTxn& txn, TimeMs now) {
    std::set<Hash> needed;
    for (const InboxItem& item : CHAPAR_TRY(inbox_items(txn))) {
        const bool closed =
            item.state == InboxState::Recalled || item.state == InboxState::Unopenable;
        if (item.attachments == 0 || closed || item.expires <= now) continue;
        const auto statement = CHAPAR_TRY(statement_of(txn, item.number));
        for (const auto& stream : statement.streams) needed.insert(stream.root);
    }
    return needed;
}

Result<std::vector<InboxApproval>> inbox_approvals(const storage::ReadTxn& txn,
                                                   InboxNumber number) {
    const auto statement = CHAPAR_TRY(statement_of(txn, number));
    const DirectoryView directory(txn);
    std::vector<InboxApproval> approvals;
    for (const crypto::Approval& approval : statement.approvals) {
        InboxApproval& one = approvals.emplace_back(InboxApproval{approval.approver, {}});
        const auto device = CHAPAR_TRY(directory.device(approval.approver));
        if (!device) continue;
        const auto& request = device->record.request.request;
        one.who = {request.office, request.agency, request.officer};
    }
    return approvals;
}

Result<Signed> mark_opened(storage::Txn& txn, const Device& device, InboxNumber number,
                           TimeMs now) {
    InboxItem item = CHAPAR_TRY(inbox_item(txn, number));
    if (item.state != InboxState::Received) return Signed::Nothing;
    item.state = InboxState::Opened;
    CHAPAR_TRY(inbox_store::put_item(txn, item));
    if ((item.receipts_wanted & schemas::kReceiptOpened) == 0) return Signed::Nothing;
    CHAPAR_TRY(queue_statement(txn, {crypto::DeliveryEvent::Opened, item.hash, device.certificate,
                                     item.accepted, now, statement_reason::kNone}));
    return Signed::Queued;
}

Result<Signed> mark_acknowledged(storage::Txn& txn, const Device& device, InboxNumber number,
                                 TimeMs now) {
    InboxItem item = CHAPAR_TRY(inbox_item(txn, number));
    if (item.state != InboxState::Received && item.state != InboxState::Opened) {
        return Signed::Nothing;
    }
    item.state = InboxState::Acknowledged;
    CHAPAR_TRY(inbox_store::put_item(txn, item));
    CHAPAR_TRY(
        queue_statement(txn, {crypto::DeliveryEvent::Acknowledged, item.hash, device.certificate,
                              item.accepted, now, statement_reason::kNone}));
    return Signed::Queued;
}

}  // namespace chapar::client
