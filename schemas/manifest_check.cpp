#include <algorithm>

#include "schemas/content_codec.h"

namespace chapar::schemas {
namespace {

struct TargetOf {
    std::optional<MessageId> operator()(const Recall& recall) const { return recall.target; }
    std::optional<MessageId> operator()(const Correction& correction) const {
        return correction.target;
    }
    template <typename Other>
    std::optional<MessageId> operator()(const Other& /*payload*/) const {
        return std::nullopt;
    }
};

struct NamesPersons {
    template <typename Some>
    bool operator()(const Some& payload) const {
        if constexpr (requires { payload.persons; }) return !payload.persons.empty();
        return false;
    }
};

}  // namespace

Kind kind_of(const Payload& payload) {
    constexpr std::array kKinds{Kind::SeizureAlert,    Kind::InfoRequest, Kind::InfoReply,
                                Kind::Recall,          Kind::RecallDone,  Kind::Correction,
                                Kind::ApprovalRequest, Kind::Approval};
    static_assert(kKinds.size() == std::variant_size_v<Payload>);
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
    const std::optional<MessageId> target = std::visit(TargetOf{}, content.payload);
    if (target && target != header.supersedes) return differs("supersedes");
    if (std::visit(NamesPersons{}, content.payload) && !header.personal_data) {
        return differs("personalData");
    }
    return Done{};
}

}  // namespace chapar::schemas
