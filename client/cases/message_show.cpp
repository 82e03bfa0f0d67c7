// What is shown of a message that came or was drafted; what is read is message_json.cpp's.
#include <boost/json.hpp>

#include "client/cases/message_json.h"
#include "schemas/base/hex.h"
#include "schemas/base/shown.h"
#include "schemas/base/time_text.h"
#include "schemas/base/uuid.h"
#include "schemas/kinds/kind_json.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

json::array id_list(const std::vector<MessageId>& ids) {
    json::array list;
    for (const MessageId& id : ids) list.emplace_back(uuid_text(id.view()));
    return list;
}

json::object header_object(const schemas::Header& header) {
    json::object out{
        {"message", uuid_text(header.message_id.view())},
        {"case", to_hex(header.case_id.view())},
        {"created", time_text(header.created)},
        {"classification", schemas::text_of(header.classification)},
        {"handling", schemas::text_of(header.handling)},
        {"purpose", schemas::text_of(header.purpose)},
        {"personal_data", header.personal_data},
        {"urgency", schemas::text_of(header.urgency)},
        {"expires", time_text(header.expires_at)},
        {"retain", time_text(header.retain_until)},
    };
    if (header.reply_by != TimeMs(0)) out["reply_by"] = time_text(header.reply_by);
    if (header.in_reply_to) out["in_reply_to"] = uuid_text(header.in_reply_to->view());
    if (header.supersedes) out["supersedes"] = uuid_text(header.supersedes->view());
    if (!header.derived_from.empty()) out["derived_from"] = id_list(header.derived_from);
    if (header.originator) out["originator"] = header.originator->text();
    json::array releasable;
    for (const std::string& name : header.releasable_to) releasable.emplace_back(name);
    if (!releasable.empty()) out["releasable_to"] = std::move(releasable);
    json::array auditors;
    for (const CertificateHash& auditor : header.auditors) {
        auditors.emplace_back(to_hex(auditor.view()));
    }
    if (!auditors.empty()) out["auditors"] = std::move(auditors);
    return out;
}

template <typename Offices>
json::array names(const Offices& offices) {
    json::array list;
    for (const OfficeId& office : offices) list.emplace_back(office.text());
    return list;
}

json::object attachment_object(const schemas::Attachment& listed, const Hash& digest) {
    return {{"name", listed.file_name},
            {"type", listed.media_type},
            {"bytes", listed.length},
            {"sha256", to_hex(digest.view())}};
}

// An approval is shown by what it says, not by its bytes: the blind of an audience is its holders'
// own, and a signature is checked by programs.
json::object payload_object(const schemas::Payload& payload) {
    json::object out = schemas::json_of_payload(payload);
    if (std::holds_alternative<schemas::ApprovalRequest>(payload)) out.erase("blind");
    if (const auto* approval = std::get_if<schemas::Approval>(&payload)) {
        out.erase("signature");
        out["approved"] = approval->signature.has_value();
    }
    return out;
}

json::object drafted_object(const DraftedEnvelope& drafted) {
    const schemas::Manifest& manifest = drafted.content.manifest;
    json::object out{{"kind", kind_text(drafted.header.kind)},
                     {"to", names(drafted.audience)},
                     {"header", header_object(drafted.header)}};
    if (!manifest.visible_recipients.empty()) out["visible"] = names(manifest.visible_recipients);
    json::array attachments;
    for (std::size_t i = 0; i < manifest.attachments.size(); ++i) {
        attachments.push_back(
            attachment_object(manifest.attachments[i], drafted.attachment_digests.at(i)));
    }
    if (!attachments.empty()) out["attachments"] = std::move(attachments);
    out["payload"] = payload_object(drafted.content.payload);
    return out;
}

// A request for approval is shown with the draft that it asks about, or with why it cannot be.
void add_drafted(const InboxItem& item, const InboxText& text, json::object& out) {
    if (item.kind != schemas::Kind::ApprovalRequest || text.attachments.empty()) return;
    const auto& bytes = text.attachments.front().text;
    if (!bytes) return;
    const auto drafted = read_drafted(item, text, *bytes);
    if (drafted) {
        out["drafted"] = drafted_object(*drafted);
    } else {
        out["drafted_problem"] = std::string(chapar::text_of(drafted.error().code).code);
    }
}

}  // namespace

std::string render_drafted(const DraftedEnvelope& drafted) {
    return shown_json(json::serialize(drafted_object(drafted)));
}

std::string render_message(const InboxItem& item, const InboxText& text) {
    json::object out{
        {"number", item.number.value},
        {"state", text_of(item.state)},
        {"envelope", to_hex(item.hash.view())},
        {"entry", item.accepted.value},
        {"accepted", time_text(item.accepted_at)},
        {"sender",
         {{"office", item.sender_office.text()},
          {"agency", item.sender_agency.text()},
          {"device", to_hex(item.sender.view())}}},
        {"disputed", item.disputed},
        {"header", header_object(text.header)},
        {"kind", kind_text(item.kind)},
    };
    const schemas::Manifest& manifest = text.content.manifest;
    if (!manifest.visible_recipients.empty()) out["visible"] = names(manifest.visible_recipients);
    json::array attachments;
    for (const InboxAttachment& one : text.attachments) {
        attachments.push_back(attachment_object(one.listed, one.digest));
    }
    if (!attachments.empty()) out["attachments"] = std::move(attachments);
    out["payload"] = payload_object(text.content.payload);
    add_drafted(item, text, out);
    return shown_json(json::serialize(out));
}

}  // namespace chapar::client
