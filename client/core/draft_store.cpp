#include "client/core/draft_store.h"

#include <algorithm>
#include <set>
#include <utility>

#include "client/core/recall.h"
#include "crypto/envelope.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"
#include "schemas/base/uuid.h"
#include "schemas/content_codec.h"
#include "schemas/header_codec.h"
#include "schemas/header_rules.h"
#include "schemas/kinds.h"
#include "schemas/kinds/payload_facts.h"

namespace chapar::client::draft_store {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr DurationMs kDefaultLife = kDay * 7;
constexpr DurationMs kDefaultRetention = kDay * 365;

enum class Source : std::uint8_t { File = 1, Sent = 2, Bytes = 3 };

void write_source(LayoutWriter& out, const DraftAttachment& attachment) {
    if (const auto* file = std::get_if<FileSource>(&attachment.source)) {
        out.u8(static_cast<std::uint8_t>(Source::File)).counted16(view(file->path));
    } else if (const auto* sent = std::get_if<SentSource>(&attachment.source)) {
        out.u8(static_cast<std::uint8_t>(Source::Sent)).u64(sent->number.value).u16(sent->stream);
    } else {
        out.u8(static_cast<std::uint8_t>(Source::Bytes));
        out.counted32(std::get<Bytes>(attachment.source));
    }
}

Result<DraftAttachment> read_source(LayoutReader& in) {
    DraftAttachment out;
    switch (static_cast<Source>(in.u8())) {
        case Source::File:
            out.source = FileSource{to_string(in.counted16())};
            return out;
        case Source::Sent: {
            SentSource sent{OutboxNumber(in.u64()), 1};
            sent.stream = in.u16();
            out.source = sent;
            return out;
        }
        case Source::Bytes:
            out.source = to_bytes(in.counted32());
            return out;
    }
    return Error(Errc::StoreDamaged, "outbox.drafts");
}

OutboxItem item_of(const StoredDraft& draft, const OutboxReseal& reseal) {
    const schemas::Header& header = draft.header;
    OutboxItem item;
    item.message = header.message_id;
    item.case_id = header.case_id;
    item.kind = header.kind;
    item.urgency = header.urgency;
    item.classification = header.classification;
    item.created = header.created;
    item.expires = header.expires_at;
    item.reseal = reseal;
    return item;
}

Status check_recipients(const EnvelopeOptions& options) {
    if (options.to.empty()) return Error(Errc::FieldMissing, "/to");
    if (options.to.size() > limits::kStanzas) return Error(Errc::TooLarge, "/to");
    const std::set<OfficeId> offices(options.to.begin(), options.to.end());
    if (offices.size() != options.to.size()) return Error(Errc::FieldInvalid, "/to: twice");
    for (const OfficeId& office : options.visible) {
        if (!offices.contains(office)) return Error(Errc::FieldInvalid, "/visible");
    }
    return Done{};
}

schemas::Header make_header(const Device& device, const Draft& draft, TimeMs now,
                            crypto::Random& random) {
    const EnvelopeOptions& options = draft.options;
    schemas::Header header;
    header.kind = schemas::kind_of(draft.payload);
    const schemas::KindInfo* kind = schemas::find_kind(header.kind);
    CHAPAR_ASSERT(kind != nullptr);  // every payload has a kind
    // What the payload says of its header is said once, there.
    const schemas::PayloadFacts facts = schemas::facts_of(draft.payload);
    header.home = device.card.home();
    header.sender = device.certificate;
    header.message_id = options.message ? *options.message : fresh_id(now, random);
    header.case_id = options.case_id ? *options.case_id : crypto::random_value<CaseId>(random);
    header.created = now;
    header.classification = options.classification;
    header.handling = options.handling;
    header.purpose = options.purpose;
    header.personal_data = options.personal_data || facts.names_persons;
    header.urgency = options.urgency.value_or(kind->base_urgency);
    if (options.reply_by) {
        header.reply_by = *options.reply_by;
    } else if (kind->answer == schemas::Answer::Expected) {
        header.reply_by = now + schemas::reply_deadline(header.urgency);
        if (facts.valid_until) header.reply_by = std::min(header.reply_by, *facts.valid_until);
    }
    header.expires_at = options.expires.value_or(
        facts.valid_until.value_or(std::max(now + kDefaultLife, header.reply_by)));
    header.retain_until =
        options.retain.value_or(std::max(now + kDefaultRetention, header.expires_at));
    header.in_reply_to = options.in_reply_to ? options.in_reply_to : facts.in_reply_to;
    header.supersedes = options.supersedes ? options.supersedes : facts.supersedes;
    header.derived_from = options.derived_from;
    header.releasable_to = options.releasable_to;
    header.auditors = options.auditors;
    header.receipts_wanted = schemas::kReceiptBits;
    header.originator = options.originator;
    return header;
}

}  // namespace

MessageId fresh_id(TimeMs now, crypto::Random& random) {
    UuidRandom bits;
    random.fill(bits);
    return uuid_v7(now, bits);
}

Result<StoredDraft> settle(const Device& device, const Draft& draft, TimeMs now,
                           crypto::Random& random) {
    CHAPAR_TRY(check_recipients(draft.options));
    if (draft.attachments.size() >= limits::kStreams) return Error(Errc::TooLarge, "attachments");
    StoredDraft out;
    out.header = make_header(device, draft, now, random);
    CHAPAR_TRY(schemas::check_header_rules(out.header));
    out.content.manifest.visible_recipients = draft.options.visible;
    out.content.payload = draft.payload;
    out.to = draft.options.to;
    out.attachments = draft.attachments;
    CHAPAR_TRY(bind(out, random));
    return out;
}

Status bind(StoredDraft& draft, crypto::Random& random) {
    schemas::Manifest& manifest = draft.content.manifest;
    manifest.message_id = draft.header.message_id;
    manifest.sender = draft.header.sender;
    manifest.case_id = draft.header.case_id;
    manifest.classification = draft.header.classification;
    manifest.kind = draft.header.kind;
    manifest.attachments.clear();
    for (const DraftAttachment& one : draft.attachments) manifest.attachments.push_back(one.listed);
    CHAPAR_TRY(schemas::check_manifest(draft.header, draft.content));
    Bytes content = CHAPAR_TRY(schemas::encode_content(draft.content));

    constexpr std::size_t kRandom = crypto::kStreamRandomBytes;
    const std::size_t digests = draft.attachments.size() * Hash::kSize;
    crypto::SecretBuffer stream0(kRandom + digests + content.size());
    const auto bytes = stream0.expose_mutable();
    random.fill(bytes.first(kRandom));
    for (std::size_t i = 0; i < draft.attachments.size(); ++i) {
        std::ranges::copy(draft.attachments[i].digest.view(),
                          bytes.subspan(kRandom + i * Hash::kSize).begin());
    }
    std::ranges::copy(content, bytes.subspan(kRandom + digests).begin());
    crypto::wipe(content);
    draft.header.content = crypto::content_hash(stream0.expose());
    draft.stream0 = std::move(stream0);
    draft.blind = crypto::random_value<AudienceBlind>(random);
    return Done{};
}

Result<Stream0> read_stream0(ByteView stream0, std::size_t attachments) {
    const std::size_t before = crypto::kStreamRandomBytes + attachments * Hash::kSize;
    if (stream0.size() < before) return Error(Errc::MalformedLayout, "stream 0");
    Stream0 out;
    LayoutReader digests(stream0.subspan(crypto::kStreamRandomBytes, attachments * Hash::kSize));
    for (std::size_t i = 0; i < attachments; ++i) out.digests.push_back(digests.fixed<Hash>());
    out.content = CHAPAR_TRY(schemas::decode_content(stream0.subspan(before)));
    if (out.content.manifest.attachments.size() != attachments) {
        return Error(Errc::ManifestMismatch, "stream count");
    }
    return out;
}

Result<OutboxNumber> add(storage::Txn& txn, const Device& device, const StoredDraft& draft,
                         const OutboxReseal& reseal, crypto::Random& random) {
    Bytes text = CHAPAR_TRY(encode(draft));
    const auto number = outbox_draft_add(txn, item_of(draft, reseal), text, device.vault, random);
    crypto::wipe(text);
    const auto* recall = std::get_if<schemas::Recall>(&draft.content.payload);
    if (number && recall != nullptr) CHAPAR_TRY(mark_recalled(txn, recall->target, *number));
    return number;
}

Result<Bytes> encode(const StoredDraft& draft) {
    LayoutWriter out;
    out.u8(kVersion).counted16(schemas::encode_header(draft.header));
    out.counted32(draft.stream0.expose()).raw(draft.blind.view());
    out.u16(static_cast<std::uint16_t>(draft.to.size()));
    for (const OfficeId& office : draft.to) out.counted8(view(office.text()));
    out.u16(static_cast<std::uint16_t>(draft.only.size()));
    for (const CertificateHash& device : draft.only) out.raw(device.view());
    out.u8(static_cast<std::uint8_t>(draft.attachments.size()));
    for (const DraftAttachment& attachment : draft.attachments) write_source(out, attachment);
    return out.take();
}

Result<StoredDraft> decode(ByteView bytes) {
    LayoutReader in(bytes);
    if (in.u8() != kVersion) return Error(Errc::VersionUnknown, "outbox.drafts");
    StoredDraft draft;
    draft.header = CHAPAR_TRY(schemas::decode_header(in.counted16()));
    draft.stream0 = crypto::SecretBuffer::copy_of(in.counted32());
    draft.blind = in.fixed<AudienceBlind>();
    for (std::uint16_t left = in.u16(); left > 0 && in.ok(); --left) {
        const std::string office = to_string(in.counted8());
        draft.to.push_back(CHAPAR_TRY(OfficeId::parse(office)));
    }
    for (std::uint16_t left = in.u16(); left > 0 && in.ok(); --left) {
        draft.only.push_back(in.fixed<CertificateHash>());
    }
    for (std::uint8_t left = in.u8(); left > 0 && in.ok(); --left) {
        draft.attachments.push_back(CHAPAR_TRY(read_source(in)));
    }
    if (!in.finish("outbox.drafts")) return Error(Errc::StoreDamaged, "outbox.drafts");
    Stream0 text = CHAPAR_TRY(read_stream0(draft.stream0.expose(), draft.attachments.size()));
    draft.content = std::move(text.content);
    for (std::size_t i = 0; i < draft.attachments.size(); ++i) {
        draft.attachments[i].listed = draft.content.manifest.attachments[i];
        draft.attachments[i].digest = text.digests[i];
    }
    return draft;
}

}  // namespace chapar::client::draft_store
