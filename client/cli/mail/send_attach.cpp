#include "client/cli/mail/send_attach.h"

#include <filesystem>

#include "schemas/base/limits.h"
#include "schemas/media_types.h"

namespace chapar::client {
namespace {

namespace fs = std::filesystem;

std::string allowed() {
    std::string text;
    for (const std::string_view type : schemas::media_types()) {
        text += text.empty() ? "" : ", ";
        text += type;
    }
    return text;
}

Result<std::string> type_of(const std::string& name, const AttachArguments& given, std::size_t i) {
    if (given.media_types.size() == 1) return given.media_types.front();
    if (!given.media_types.empty()) return given.media_types[i];
    const auto proposed = schemas::media_type_of_name(name);
    if (!proposed) return Error(Errc::AttachmentType, name + "; allowed: " + allowed());
    return std::string(*proposed);
}

}  // namespace

Result<std::vector<DraftAttachment>> measure_attachments(PlainFiles& files,
                                                         const AttachArguments& given) {
    if (given.files.size() >= limits::kStreams) return Error(Errc::TooLarge, "--attach");
    const std::size_t types = given.media_types.size();
    if (types > 1 && types != given.files.size()) {
        return Error(Errc::Usage, "--media-type: one for all files, or one for each");
    }
    std::vector<DraftAttachment> measured;
    for (std::size_t i = 0; i < given.files.size(); ++i) {
        // Sealed later, perhaps by a command that is started elsewhere.
        std::error_code problem;
        const fs::path path = fs::absolute(given.files[i], problem);
        if (problem) return Error(Errc::FileFailed, given.files[i]);
        const std::string name = path.filename().string();
        const std::string type = CHAPAR_TRY(type_of(name, given, i));
        auto one = measure_attachment(files, path.string(), name, type);
        if (!one && one.error().code == Errc::NotFound) {
            return Error(Errc::FileFailed, path.string() + ": there is no such file");
        }
        measured.push_back(CHAPAR_TRY(std::move(one)));
    }
    return measured;
}

}  // namespace chapar::client
