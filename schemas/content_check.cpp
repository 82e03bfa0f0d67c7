#include "schemas/content_check.h"

#include "schemas/base/limits.h"
#include "schemas/content_codec.h"
#include "schemas/kinds/kind_check.h"
#include "schemas/kinds/payload_reading.h"
#include "schemas/media_types.h"
#include "schemas/text_check.h"

namespace chapar::schemas {
namespace {

// Keeps the first complaint, as WireReading does.
class Check {
  public:
    [[nodiscard]] Status result() const {
        if (error_) return *error_;
        return Done{};
    }
    void missing(bool is_missing, const std::string& field) {
        if (is_missing && !error_) error_ = Error(Errc::FieldMissing, field);
    }
    void valid(bool is_valid, const std::string& field) {
        if (!is_valid && !error_) error_ = Error(Errc::FieldInvalid, field);
    }
    template <typename List>
    void at_most(const List& list, std::size_t most, const std::string& field) {
        valid(list.size() <= most, field);
    }

  private:
    std::optional<Error> error_;
};

std::string at(std::string_view list, std::size_t i) {
    return std::string(list) + "[" + std::to_string(i) + "]";
}

Status check_manifest_only(const Manifest& manifest) {
    Check c;
    c.at_most(manifest.attachments, limits::kStreams - 1, "attachments");
    const bool asks_approval = manifest.kind == Kind::ApprovalRequest;
    c.missing(asks_approval && manifest.attachments.empty(), "attachments");
    c.valid(!asks_approval || manifest.attachments.size() == 1, "attachments");
    for (std::size_t i = 0; i < manifest.attachments.size(); ++i) {
        const Attachment& attachment = manifest.attachments[i];
        const std::string path = at("attachments", i);
        c.valid(is_allowed_media_type(attachment.media_type, manifest.kind), path + ".mediaType");
        c.valid(attachment.length <= limits::kAttachmentBytes, path + ".length");
        c.valid(is_file_name(attachment.file_name), path + ".fileName");
    }
    c.at_most(manifest.visible_recipients, limits::kVisibleRecipients, "visibleRecipients");
    return c.result();
}

// On the wire an approval without a signature has no audience either: only here can it be seen.
bool is_half_signed(const Payload& payload) {
    const auto* approval = std::get_if<Approval>(&payload);
    return approval != nullptr && approval->signature.has_value() == approval->audience.is_zero();
}

}  // namespace

Status check_manifest_values(const SealedContent& content) {
    CHAPAR_TRY(check_manifest_only(content.manifest));
    if (content.manifest.kind != kind_of(content.payload)) return Error(Errc::FieldInvalid, "kind");
    return Done{};
}

std::optional<KindProblem> find_problem(const SealedContent& content) {
    if (is_half_signed(content.payload)) {
        return KindProblem{Errc::FieldInvalid, "audience", "",
                           "audience and signature are given together"};
    }
    return with_payload(content.payload, [&content](const capnp::DynamicStruct::Reader& payload) {
        return check_kind(payload, &content.manifest);
    });
}

Status check_content(const SealedContent& content) {
    CHAPAR_TRY(check_manifest_values(content));
    const auto problem = find_problem(content);
    if (problem) return Error(problem->code, problem->path);
    return Done{};
}

}  // namespace chapar::schemas
