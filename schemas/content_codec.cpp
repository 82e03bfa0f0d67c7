#include "schemas/content_codec.h"

#include "schemas/base/limits.h"
#include "schemas/content_check.h"
#include "schemas/kinds/kind_check.h"
#include "schemas/payload_codec.h"
#include "schemas/wire_message.h"

namespace chapar::schemas {
namespace {

template <typename List>
unsigned size_of(const List& list) {
    return static_cast<unsigned>(list.size());
}

void write(wire::Manifest::Builder out, const Manifest& manifest) {
    out.setMessageId(data_of(manifest.message_id.view()));
    out.setSender(data_of(manifest.sender.view()));
    out.setCaseId(data_of(manifest.case_id.view()));
    out.setClassification(static_cast<std::uint8_t>(manifest.classification));
    out.setKind(static_cast<std::uint16_t>(manifest.kind));
    auto attachments = out.initAttachments(size_of(manifest.attachments));
    for (unsigned i = 0; i < attachments.size(); ++i) {
        auto attachment = attachments[i];
        attachment.setLength(manifest.attachments[i].length);
        put(attachment, &wire::Attachment::Builder::setMediaType,
            manifest.attachments[i].media_type);
        put(attachment, &wire::Attachment::Builder::setFileName, manifest.attachments[i].file_name);
    }
    auto visible = out.initVisibleRecipients(size_of(manifest.visible_recipients));
    for (unsigned i = 0; i < visible.size(); ++i) {
        visible.set(i, manifest.visible_recipients[i].text().c_str());
    }
}

Manifest read(WireReading& in, wire::Manifest::Reader wire) {
    Manifest out;
    out.message_id = in.fixed<MessageId>(wire.getMessageId(), "manifest.messageId");
    out.sender = in.fixed<CertificateHash>(wire.getSender(), "manifest.sender");
    out.case_id = in.fixed<CaseId>(wire.getCaseId(), "manifest.caseId");
    out.classification =
        in.number<Classification>(wire.getClassification(), "manifest.classification");
    out.kind = static_cast<Kind>(wire.getKind());
    const auto attachments = wire.getAttachments();
    const unsigned count =
        in.count(attachments.size(), 0, limits::kStreams - 1, "manifest.attachments");
    for (unsigned i = 0; i < count; ++i) {
        out.attachments.push_back({attachments[i].getLength(),
                                   in.line(attachments[i].getMediaType(), "manifest.attachments"),
                                   in.line(attachments[i].getFileName(), "manifest.attachments")});
    }
    const auto visible = wire.getVisibleRecipients();
    const unsigned offices =
        in.count(visible.size(), 0, limits::kVisibleRecipients, "manifest.visibleRecipients");
    for (unsigned i = 0; i < offices; ++i) {
        auto office = in.name<OfficeId>(visible[i], "manifest.visibleRecipients");
        if (office) out.visible_recipients.push_back(std::move(*office));
    }
    return out;
}

Result<SealedContent> decode_words(kj::Array<capnp::word> words) {
    WireMessage message(std::move(words));
    const auto wire = message.reader().getRoot<wire::SealedContent>();
    WireReading in;
    SealedContent content{read(in, wire.getManifest()), read_payload(in, wire.getPayload())};
    if (!in.ok()) return Error(Errc::MalformedLayout, in.place());
    const auto payload = capnp::toDynamic(wire.getPayload());
    const PayloadMember* const member = member_in(payload);
    CHAPAR_ASSERT(member != nullptr);  // read_payload() refused any other
    const auto problem =
        check_kind(payload.get(member->field).as<capnp::DynamicStruct>(), &content.manifest);
    if (problem) return Error(problem->code, problem->path);
    CHAPAR_TRY(check_manifest_values(content));
    return content;
}

}  // namespace

Result<Bytes> encode_content(const SealedContent& content) {
    CHAPAR_TRY(check_content(content));
    capnp::MallocMessageBuilder message;
    auto out = message.initRoot<wire::SealedContent>();
    write(out.initManifest(), content.manifest);
    write_payload(out.getPayload(), content.payload);
    Bytes bytes = framed(message);
    if (bytes.size() > limits::kContentBytes) return Error(Errc::TooLarge, "content");
    return bytes;
}

Result<SealedContent> decode_content(ByteView bytes) {
    if (bytes.size() > limits::kContentBytes) return Error(Errc::TooLarge, "content");
    auto words = words_of_one_segment(bytes);
    if (words == nullptr) return Error(Errc::MalformedLayout, "segment table");
    return guarded(Errc::MalformedLayout,
                   [&]() -> Result<SealedContent> { return decode_words(std::move(words)); });
}

}  // namespace chapar::schemas
