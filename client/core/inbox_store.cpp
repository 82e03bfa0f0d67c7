#include "client/core/inbox_store.h"

#include <string>
#include <utility>

#include "client/core/attachment.h"
#include "client/core/inbox_index.h"
#include "client/core/inbox_substances.h"
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
    out.u16(item.receipts_wanted).counted8(view(item.problem));
    out.u8(item.attachments).u64(item.sent_again.value_or(InboxNumber(0)).value);
    out.u8(static_cast<std::uint8_t>(item.derived_from.size()));
    for (const MessageId& origin : item.derived_from) out.raw(origin.view());
    const Bytes key = number_key(item.number.value);
    if (!CHAPAR_TRY(txn.get(tables::kInbox, key))) CHAPAR_TRY(inbox_index::add(txn, item));
    CHAPAR_TRY(txn.put(tables::kInbox, key, out.bytes()));
    CHAPAR_TRY(put_number(txn, tables::kInboxHashes, item.hash.view(), item.number.value));
    return put_number(txn, tables::kInboxIds, id_key(item.sender, item.message), item.number.value);
}

Status erase_item(storage::Txn& txn, const InboxItem& item) {
    CHAPAR_TRY(inbox_index::erase(txn, item));
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
    item.problem = to_string(in.counted8());
    item.attachments = in.u8();
    if (const InboxNumber again(in.u64()); again != InboxNumber()) item.sent_again = again;
    for (std::uint8_t left = in.u8(); left > 0 && in.ok(); --left) {
        item.derived_from.push_back(in.fixed<MessageId>());
    }
    if (!in.finish("inbox")) return damaged("inbox");
    return item;
}

Status put_text(storage::Txn& txn, const Device& device, InboxNumber number,
                const ReceivedText& text, crypto::Random& random) {
    LayoutWriter out;
    out.u8(kVersion).counted16(text.header).u8(static_cast<std::uint8_t>(text.streams.size()));
    for (const ReceivedStream& stream : text.streams) {
        out.raw(stream.secret.expose()).raw(stream.commitment.commitment.view());
        out.raw(stream.commitment.root.view()).u64(stream.commitment.size);
        out.u8(stream.text ? 1 : 0);
        if (stream.text) out.counted32(stream.text->expose());
    }
    Bytes clear = out.take();
    const Bytes key = number_key(number.value);
    const auto sealed = device.vault.seal({tables::kInboxTexts.name, key}, clear, random);
    crypto::wipe(clear);
    return txn.put(tables::kInboxTexts, key, CHAPAR_TRY(sealed));
}

Status erase_text(storage::Txn& txn, const Device& device, InboxNumber number,
                  crypto::Random& random) {
    CHAPAR_TRY(inbox_substances::erase(txn, device, number, random));
    const Bytes key = number_key(number.value);
    CHAPAR_TRY(device.vault.purge({tables::kInboxTexts.name, key}));
    CHAPAR_TRY(txn.erase(tables::kInboxTexts, key));
    return Done{};
}

namespace {

Result<ReceivedText> decode_text(ByteView stored) {
    LayoutReader in(stored);
    if (in.u8() != kVersion) return Error(Errc::VersionUnknown, "inbox.texts");
    ReceivedText text;
    text.header = to_bytes(in.counted16());
    for (std::uint8_t left = in.u8(); left > 0 && in.ok(); --left) {
        ReceivedStream stream;
        auto secret = crypto::Secret32::from(in.raw(crypto::Secret32::kSize));
        if (!secret) break;
        stream.secret = std::move(*secret);
        stream.commitment.commitment = in.fixed<Hash>();
        stream.commitment.root = in.fixed<Hash>();
        stream.commitment.size = in.u64();
        if (in.u8() != 0) stream.text = crypto::SecretBuffer::copy_of(in.counted32());
        text.streams.push_back(std::move(stream));
    }
    if (!in.finish("inbox.texts") || text.streams.empty() || !text.streams.front().text) {
        return damaged("inbox.texts");
    }
    return text;
}

// An attachment as the manifest lists it, and its text if that is here, must be what stream 0 says.
Result<InboxAttachment> read_attachment(const ReceivedStream& stream, std::uint16_t number,
                                        const schemas::Attachment& listed, const Hash& digest) {
    CHAPAR_TRY(check_length(stream.commitment, listed.length));
    InboxAttachment out{number, listed, digest, stream.commitment, std::nullopt};
    if (!stream.text) return out;
    const ByteView bytes = stream.text->expose();
    if (listed.length != bytes.size() || crypto::sha256(bytes) != digest) {
        return Error(Errc::ManifestMismatch, "attachment");
    }
    out.text = to_bytes(bytes);
    return out;
}

}  // namespace

Result<std::optional<ReceivedText>> get_text(const storage::ReadTxn& txn, const Device& device,
                                             InboxNumber number) {
    const Bytes key = number_key(number.value);
    const auto sealed = CHAPAR_TRY(txn.get(tables::kInboxTexts, key));
    if (!sealed) return std::optional<ReceivedText>();
    const auto clear = CHAPAR_TRY(device.vault.open({tables::kInboxTexts.name, key}, *sealed));
    return std::optional(CHAPAR_TRY(decode_text(clear.expose())));
}

Result<InboxText> read_text(const ReceivedText& received) {
    InboxText text;
    text.header = CHAPAR_TRY(schemas::decode_header(received.header));
    CHAPAR_TRY(schemas::check_header_rules(text.header));
    const ByteView stream0 = received.streams.front().text->expose();
    if (crypto::content_hash(stream0) != text.header.content) {
        return Error(Errc::ManifestMismatch, "content hash");
    }
    const std::size_t attachments = received.streams.size() - 1;
    const std::size_t before = crypto::kStreamRandomBytes + attachments * Hash::kSize;
    if (stream0.size() < before) return Error(Errc::MalformedLayout, "stream 0");
    text.content = CHAPAR_TRY(schemas::decode_content(stream0.subspan(before)));
    CHAPAR_TRY(schemas::check_manifest(text.header, text.content));
    const auto& listed = text.content.manifest.attachments;
    if (listed.size() != attachments) return Error(Errc::ManifestMismatch, "stream count");
    LayoutReader digests(stream0.subspan(crypto::kStreamRandomBytes, attachments * Hash::kSize));
    for (std::size_t i = 0; i < attachments; ++i) {
        text.attachments.push_back(
            CHAPAR_TRY(read_attachment(received.streams[i + 1], static_cast<std::uint16_t>(i + 1),
                                       listed[i], digests.fixed<Hash>())));
    }
    return text;
}

Bytes id_key(const CertificateHash& sender, const MessageId& message) {
    return LayoutWriter().raw(sender.view()).raw(message.view()).take();
}

bool is_id_of(ByteView key, const MessageId& message) {
    return key.size() == CertificateHash::kSize + MessageId::kSize &&
           equal(key.last(MessageId::kSize), message.view());
}

}  // namespace chapar::client::inbox_store
