#include <optional>

#include "schemas/content_codec.h"
#include "schemas/kinds/kind_check.h"
#include "schemas/kinds/payload_facts.h"
#include "schemas/kinds/payload_reading.h"

namespace chapar::schemas {

Kind kind_of(const Payload& payload) {
    constexpr std::array kKinds{Kind::SeizureAlert,    Kind::InfoRequest, Kind::InfoReply,
                                Kind::Recall,          Kind::RecallDone,  Kind::Correction,
                                Kind::ApprovalRequest, Kind::Approval};
    static_assert(kKinds.size() + 1 == std::variant_size_v<Payload>);
    if (const auto* words = std::get_if<WirePayload>(&payload)) return words->kind;
    return kKinds.at(payload.index());
}

Status check_manifest(const Header& header, const SealedContent& content) {
    const Manifest& manifest = content.manifest;
    const auto differs = [](const char* field) { return Error(Errc::ManifestMismatch, field); };
    if (manifest.message_id != header.message_id) return differs("messageId");
    if (manifest.sender != header.sender) return differs("sender");
    if (manifest.case_id != header.case_id) return differs("caseId");
    if (manifest.classification != header.classification) return differs("classification");
    if (manifest.kind != header.kind || kind_of(content.payload) != header.kind) {
        return differs("kind");
    }
    const PayloadFacts facts = facts_of(content.payload);
    if (facts.supersedes && facts.supersedes != header.supersedes) return differs("supersedes");
    if (facts.in_reply_to && facts.in_reply_to != header.in_reply_to) return differs("inReplyTo");
    if (facts.names_persons && !header.personal_data) return differs("personalData");
    const auto problem =
        with_payload(content.payload, [&](const capnp::DynamicStruct::Reader& payload) {
            return check_header(payload, manifest, header);
        });
    if (problem) return Error(Errc::HeaderRule, problem->path + ": " + problem->allowed);
    return Done{};
}

}  // namespace chapar::schemas
