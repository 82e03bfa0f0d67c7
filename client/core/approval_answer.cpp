// The approver's side of approval.h.
#include <string>
#include <utility>
#include <vector>

#include "client/core/approval.h"
#include "client/core/draft_store.h"
#include "client/core/inbox_judge.h"
#include "client/core/store_errors.h"
#include "crypto/envelope.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"
#include "schemas/content_codec.h"
#include "schemas/header_codec.h"
#include "schemas/header_rules.h"

namespace chapar::client {
namespace {

Draft answer_to(const InboxItem& request, schemas::Approval approval) {
    Draft draft;
    draft.options.to = {request.sender_office};
    draft.options.case_id = request.case_id;
    draft.options.classification = request.classification;
    draft.options.in_reply_to = request.message;
    draft.options.expires = request.expires;
    draft.payload = std::move(approval);
    return draft;
}

}  // namespace

Bytes encode_drafted(ByteView header, ByteView stream0) {
    return LayoutWriter().counted32(header).raw(stream0).take();
}

Result<DraftedEnvelope> read_drafted(const InboxItem& request, const InboxText& text,
                                     ByteView drafted) {
    const auto* asked = std::get_if<schemas::ApprovalRequest>(&text.content.payload);
    if (asked == nullptr) return Error(Errc::FieldInvalid, "kind");
    LayoutReader in(drafted);
    DraftedEnvelope out;
    out.header_bytes = to_bytes(in.counted32());
    if (!in.ok()) return Error(Errc::MalformedLayout, "draft");
    const ByteView stream0 = drafted.subspan(4 + out.header_bytes.size());
    out.header = CHAPAR_TRY(schemas::decode_header(out.header_bytes));
    CHAPAR_TRY(schemas::check_header_rules(out.header));
    if (out.header.home != text.header.home) return Errc::WrongHome;
    if (crypto::content_hash(stream0) != out.header.content) {
        return Error(Errc::ManifestMismatch, "content hash");
    }
    // Only who will send it may ask; and only about what the request names.
    if (out.header.sender != request.sender) return Error(Errc::ManifestMismatch, "sender");
    if (out.header.message_id != asked->target) return Error(Errc::ManifestMismatch, "target");

    // How many streams E will have is not bound by H. A stream 0 that can be read for two numbers
    // would be two texts under one approval.
    std::size_t readings = 0;
    for (std::size_t attachments = 0; attachments < limits::kStreams; ++attachments) {
        auto read = draft_store::read_stream0(stream0, attachments);
        if (!read) continue;
        ++readings;
        out.attachment_digests = std::move(read->digests);
        out.content = std::move(read->content);
    }
    if (readings != 1) return Error(Errc::MalformedLayout, "stream 0");
    CHAPAR_TRY(schemas::check_manifest(out.header, out.content));
    out.audience.insert(asked->offices.begin(), asked->offices.end());
    out.blind = asked->blind;
    return out;
}

Result<InboxItem> find_request(const storage::ReadTxn& txn, const Device& device,
                               const MessageId& target) {
    std::vector<InboxItem> found;
    for (InboxItem& item : CHAPAR_TRY(inbox_items(txn))) {
        if (item.kind != schemas::Kind::ApprovalRequest || !is_settled(item)) continue;
        const auto text = inbox_text(txn, device, item.number);
        if (!text && is_store_error(text.error().code)) return text.error();
        if (!text) continue;  // its key is gone: nothing of it can be approved
        const auto* asked = std::get_if<schemas::ApprovalRequest>(&text->content.payload);
        if (asked != nullptr && asked->target == target) found.push_back(std::move(item));
    }
    if (found.empty()) return Error(Errc::NotFound, "no request about this message");
    if (found.size() == 1) return std::move(found.front());
    std::string numbers;
    for (const InboxItem& item : found) {
        numbers += " #" + std::to_string(item.number.value) + " of " + item.sender_office.text();
    }
    return Error(Errc::Conflict,
                 "several requests ask about it; name one by its number:" + numbers);
}

Draft approve(const Device& device, const InboxItem& request, const DraftedEnvelope& drafted) {
    const Hash audience = crypto::audience_hash(drafted.blind, drafted.audience);
    const crypto::Approval signed_by_me =
        crypto::make_approval(device.card.home(), crypto::context_hash(drafted.header_bytes),
                              audience, device.certificate, device.signing_key);
    schemas::Approval approval;
    approval.target = drafted.header.message_id;
    approval.audience = audience;
    approval.signature = signed_by_me.signature;
    return answer_to(request, std::move(approval));
}

Draft refuse(const InboxItem& request, const MessageId& target, const std::string& reason) {
    schemas::Approval refusal;
    refusal.target = target;
    refusal.reason = reason;
    return answer_to(request, std::move(refusal));
}

}  // namespace chapar::client
