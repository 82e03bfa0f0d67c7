#include "client/core/draft_store.h"

#include <algorithm>
#include <set>
#include <utility>

#include "schemas/base/layout.h"
#include "schemas/base/limits.h"
#include "schemas/base/uuid.h"
#include "schemas/content_codec.h"
#include "schemas/header_codec.h"
#include "schemas/header_rules.h"
#include "schemas/kinds.h"

namespace chapar::client::draft_store {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr DurationMs kDefaultLife = kDay * 7;
constexpr DurationMs kDefaultRetention = kDay * 365;

MessageId fresh_id(TimeMs now, crypto::Random& random) {
    UuidRandom bits;
    random.fill(bits);
    return uuid_v7(now, bits);
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

// What the payload targets is what the header links to: one place to say it.
std::optional<MessageId> target_of(const schemas::Payload& payload) {
    if (const auto* recall = std::get_if<schemas::Recall>(&payload)) return recall->target;
    if (const auto* correction = std::get_if<schemas::Correction>(&payload)) {
        return correction->target;
    }
    return std::nullopt;
}

schemas::Header make_header(const Device& device, const Draft& draft, TimeMs now,
                            crypto::Random& random) {
    const EnvelopeOptions& options = draft.options;
    schemas::Header header;
    header.kind = schemas::kind_of(draft.payload);
    const schemas::KindInfo* kind = schemas::find_kind(header.kind);
    CHAPAR_ASSERT(kind != nullptr);  // every payload has a kind
    header.home = device.card.home();
    header.sender = device.certificate;
    header.message_id = options.message ? *options.message : fresh_id(now, random);
    header.case_id = options.case_id ? *options.case_id : crypto::random_value<CaseId>(random);
    header.created = now;
    header.classification = options.classification;
    header.handling = options.handling;
    header.purpose = options.purpose;
    header.personal_data = options.personal_data;
    header.urgency = options.urgency.value_or(kind->base_urgency);
    if (options.reply_by) {
        header.reply_by = *options.reply_by;
    } else if (kind->answer == schemas::Answer::Expected) {
        header.reply_by = now + schemas::reply_deadline(header.urgency);
    }
    header.expires_at = options.expires.value_or(std::max(now + kDefaultLife, header.reply_by));
    header.retain_until =
        options.retain.value_or(std::max(now + kDefaultRetention, header.expires_at));
    header.in_reply_to = options.in_reply_to;
    header.supersedes = options.supersedes ? options.supersedes : target_of(draft.payload);
    header.derived_from = options.derived_from;
    header.releasable_to = options.releasable_to;
    header.auditors = options.auditors;
    header.receipts_wanted = schemas::kReceiptBits;
    header.originator = options.originator;
    return header;
}

}  // namespace

Result<StoredDraft> settle(const Device& device, const Draft& draft, TimeMs now,
                           crypto::Random& random) {
    CHAPAR_TRY(check_recipients(draft.options));
    StoredDraft out;
    out.header = make_header(device, draft, now, random);
    CHAPAR_TRY(schemas::check_header_rules(out.header));
    schemas::Manifest& manifest = out.content.manifest;
    manifest.message_id = out.header.message_id;
    manifest.sender = out.header.sender;
    manifest.case_id = out.header.case_id;
    manifest.classification = out.header.classification;
    manifest.kind = out.header.kind;
    manifest.visible_recipients = draft.options.visible;
    out.content.payload = draft.payload;
    out.to = draft.options.to;
    CHAPAR_TRY(schemas::check_content(out.content));
    CHAPAR_TRY(schemas::check_manifest(out.header, out.content));
    return out;
}

Result<Bytes> encode(const StoredDraft& draft) {
    const Bytes content = CHAPAR_TRY(schemas::encode_content(draft.content));
    LayoutWriter out;
    out.u8(kVersion).counted16(schemas::encode_header(draft.header)).counted32(content);
    out.u16(static_cast<std::uint16_t>(draft.to.size()));
    for (const OfficeId& office : draft.to) out.counted8(view(office.text()));
    return out.take();
}

Result<StoredDraft> decode(ByteView bytes) {
    LayoutReader in(bytes);
    if (in.u8() != kVersion) return Error(Errc::VersionUnknown, "outbox.drafts");
    StoredDraft draft;
    draft.header = CHAPAR_TRY(schemas::decode_header(in.counted16()));
    draft.content = CHAPAR_TRY(schemas::decode_content(in.counted32()));
    for (std::uint16_t left = in.u16(); left > 0 && in.ok(); --left) {
        const std::string office = to_string(in.counted8());
        draft.to.push_back(CHAPAR_TRY(OfficeId::parse(office)));
    }
    if (!in.finish("outbox.drafts")) return Error(Errc::StoreDamaged, "outbox.drafts");
    return draft;
}

}  // namespace chapar::client::draft_store
