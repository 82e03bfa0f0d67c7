#include "client/core/inbox_store.h"

#include <algorithm>
#include <utility>

#include "client/core/store_keys.h"
#include "client/core/tables.h"
#include "crypto/envelope.h"
#include "crypto/sha256.h"
#include "schemas/content_codec.h"
#include "schemas/header_codec.h"
#include "schemas/header_rules.h"

namespace chapar::client::inbox_store {
namespace {

constexpr std::uint8_t kVersion = 1;

Error damaged(const char* what) { return Error(Errc::StoreDamaged, what); }

}  // namespace

Status put_item(storage::Txn& txn, const InboxItem& item) {
    LayoutWriter out;
    out.u8(kVersion).u8(static_cast<std::uint8_t>(item.state)).raw(item.hash.view());
    out.u64(item.accepted.value).u64(item.accepted_at.value).raw(item.sender.view());
    out.counted8(view(item.sender_office.text())).counted8(view(item.sender_agency.text()));
    out.raw(item.message.view()).raw(item.case_id.view());
    out.u16(static_cast<std::uint16_t>(item.kind)).u8(static_cast<std::uint8_t>(item.urgency));
    out.u8(static_cast<std::uint8_t>(item.classification));
    out.u64(item.created.value).u64(item.expires.value).u64(item.reply_by.value);
    out.u16(item.receipts_wanted).u8(item.disputed ? 1 : 0).counted8(view(item.problem));
    CHAPAR_TRY(txn.put(tables::kInbox, number_key(item.number.value), out.bytes()));
    CHAPAR_TRY(put_number(txn, tables::kInboxHashes, item.hash.view(), item.number.value));
    return put_number(txn, tables::kInboxIds, id_key(item.sender, item.message), item.number.value);
}

Status erase_item(storage::Txn& txn, const InboxItem& item) {
    CHAPAR_TRY(txn.erase(tables::kInbox, number_key(item.number.value)));
    CHAPAR_TRY(txn.erase(tables::kInboxHashes, item.hash.view()));
    CHAPAR_TRY(txn.erase(tables::kInboxIds, id_key(item.sender, item.message)));
    return Done{};
}

Result<InboxItem> decode_item(InboxNumber number, ByteView bytes) {
    LayoutReader in(bytes);
    if (in.u8() != kVersion) return Error(Errc::VersionUnknown, "inbox");
    const auto state = static_cast<InboxState>(in.u8());
    if (state < InboxState::Provisional || state > InboxState::Recalled) return damaged("inbox");
    const auto hash = in.fixed<EnvelopeHash>();
    const EntryIndex accepted(in.u64());
    const TimeMs accepted_at(in.u64());
    const auto sender = in.fixed<CertificateHash>();
    const std::string office = to_string(in.counted8());
    const std::string agency = to_string(in.counted8());
    InboxItem item{number,
                   state,
                   hash,
                   accepted,
                   accepted_at,
                   sender,
                   CHAPAR_TRY(OfficeId::parse(office)),
                   CHAPAR_TRY(AgencyId::parse(agency))};
    item.message = in.fixed<MessageId>();
    item.case_id = in.fixed<CaseId>();
    item.kind = static_cast<schemas::Kind>(in.u16());
    const auto urgency = schemas::code_numbered<schemas::Urgency>(in.u8());
    const auto classification = schemas::code_numbered<schemas::Classification>(in.u8());
    if (!urgency || !classification) return damaged("inbox");
    item.urgency = *urgency;
    item.classification = *classification;
    item.created = TimeMs(in.u64());
    item.expires = TimeMs(in.u64());
    item.reply_by = TimeMs(in.u64());
    item.receipts_wanted = in.u16();
    item.disputed = in.u8() != 0;
    item.problem = to_string(in.counted8());
    if (!in.finish("inbox")) return damaged("inbox");
    return item;
}

Status put_text(storage::Txn& txn, const Device& device, InboxNumber number,
                const ReceivedText& text, crypto::Random& random) {
    LayoutWriter out;
    out.u8(kVersion).counted16(text.header).u8(static_cast<std::uint8_t>(text.streams.size()));
    for (const crypto::SecretBuffer& stream : text.streams) out.counted32(stream.expose());
    Bytes clear = out.take();
    const Bytes key = number_key(number.value);
    const auto sealed = device.vault.seal({tables::kInboxTexts.name, key}, clear, random);
    crypto::wipe(clear);
    return txn.put(tables::kInboxTexts, key, CHAPAR_TRY(sealed));
}

Status erase_text(storage::Txn& txn, const Device& device, InboxNumber number) {
    const Bytes key = number_key(number.value);
    CHAPAR_TRY(device.vault.purge({tables::kInboxTexts.name, key}));
    CHAPAR_TRY(txn.erase(tables::kInboxTexts, key));
    return Done{};
}

Result<std::optional<crypto::SecretBuffer>> get_text(const storage::ReadTxn& txn,
                                                     const Device& device, InboxNumber number) {
    const Bytes key = number_key(number.value);
    const auto sealed = CHAPAR_TRY(txn.get(tables::kInboxTexts, key));
    if (!sealed) return std::optional<crypto::SecretBuffer>();
    return std::optional(CHAPAR_TRY(device.vault.open({tables::kInboxTexts.name, key}, *sealed)));
}

Result<InboxText> read_text(ByteView header, std::span<const crypto::SecretBuffer> streams) {
    InboxText text;
    text.header = CHAPAR_TRY(schemas::decode_header(header));
    CHAPAR_TRY(schemas::check_header_rules(text.header));
    const ByteView stream0 = streams.front().expose();
    if (crypto::content_hash(stream0) != text.header.content) {
        return Error(Errc::ManifestMismatch, "content hash");
    }
    const std::size_t attachments = streams.size() - 1;
    const std::size_t before = crypto::kStreamRandomBytes + attachments * Hash::kSize;
    if (stream0.size() < before) return Error(Errc::MalformedLayout, "stream 0");
    text.content = CHAPAR_TRY(schemas::decode_content(stream0.subspan(before)));
    CHAPAR_TRY(schemas::check_manifest(text.header, text.content));
    const auto& listed = text.content.manifest.attachments;
    if (listed.size() != attachments) return Error(Errc::ManifestMismatch, "stream count");
    for (std::size_t i = 0; i < attachments; ++i) {
        const ByteView bytes = streams[i + 1].expose();
        const ByteView digest =
            stream0.subspan(crypto::kStreamRandomBytes + i * Hash::kSize, Hash::kSize);
        if (listed[i].length != bytes.size() || !equal(crypto::sha256(bytes).view(), digest)) {
            return Error(Errc::ManifestMismatch, "attachment");
        }
        text.attachments.push_back(to_bytes(bytes));
    }
    return text;
}

Result<InboxText> decode_text(ByteView stored) {
    LayoutReader in(stored);
    if (in.u8() != kVersion) return Error(Errc::VersionUnknown, "inbox.texts");
    const ByteView header = in.counted16();
    std::vector<crypto::SecretBuffer> streams;
    for (std::uint8_t left = in.u8(); left > 0 && in.ok(); --left) {
        streams.push_back(crypto::SecretBuffer::copy_of(in.counted32()));
    }
    if (!in.finish("inbox.texts") || streams.empty()) return damaged("inbox.texts");
    return read_text(header, streams);
}

Bytes id_key(const CertificateHash& sender, const MessageId& message) {
    return LayoutWriter().raw(sender.view()).raw(message.view()).take();
}

Result<std::uint32_t> count_received(storage::Txn& txn, const CertificateHash& sender,
                                     std::uint32_t got) {
    std::uint32_t received = 0;
    std::uint32_t least = got;
    std::uint32_t most = got;
    if (const auto stored = CHAPAR_TRY(txn.get(tables::kInboxCounts, sender.view()))) {
        LayoutReader in(*stored);
        received = in.u32();
        least = std::min(in.u32(), got);
        most = std::max(in.u32(), got);
        if (!in.finish("inbox.counts")) return damaged("inbox.counts");
    }
    ++received;
    const Bytes counts = LayoutWriter().u32(received).u32(least).u32(most).take();
    CHAPAR_TRY(txn.put(tables::kInboxCounts, sender.view(), counts));
    // Between its lowest and its highest `got` the sender holds this many receipts: as many
    // envelopes, the one with the highest aside, must have come.
    const std::uint32_t expected = most - least;
    return expected > received - 1 ? expected - (received - 1) : 0;
}

}  // namespace chapar::client::inbox_store
