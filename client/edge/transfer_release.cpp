#include "client/edge/transfer_release.h"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>

#include "client/core/attachment_name.h"
#include "client/edge/blob_file.h"
#include "schemas/base/hex.h"
#include "schemas/media_types.h"

namespace chapar::client {
namespace {

// Names to try before the person is asked to tidy up.
constexpr unsigned kNames = 1000;

// A file that goes when it was not named in the end.
class Unnamed {
  public:
    explicit Unnamed(std::filesystem::path path) : path_(std::move(path)) {}
    ~Unnamed() {
        if (!path_.empty() && !remove_file(path_)) return;
    }
    Unnamed(const Unnamed&) = delete;
    Unnamed& operator=(const Unnamed&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    void named() { path_.clear(); }

  private:
    std::filesystem::path path_;
};

Result<std::filesystem::path> name_it(Unnamed& file, const std::filesystem::path& folder,
                                      const std::string& name) {
    for (unsigned number = 1; number <= kNames; ++number) {
        const auto path = folder / (number == 1 ? name : numbered_name(name, number));
        const Status named = rename_to_new(file.path(), path);
        if (!named && named.error().code == Errc::AlreadyExists) continue;
        if (!named) return named.error();
        file.named();
        CHAPAR_TRY(sync_folder(folder));
        return path;
    }
    return Error(Errc::AlreadyExists, name);
}

// What is called a picture and begins as a program does not become a file.
Status check_first_bytes(const schemas::Attachment& listed, ByteView text) {
    const ByteView first = text.first(std::min(text.size(), schemas::kMediaProbeBytes));
    if (!schemas::begins_as(listed.media_type, first)) {
        return Error(Errc::AttachmentType, listed.media_type);
    }
    return Done{};
}

Status write_text(const BlobStore& blobs, const Release& release, BlobFile& file) {
    const InboxAttachment& attachment = release.attachment;
    if (attachment.text) {
        CHAPAR_TRY(check_first_bytes(attachment.listed, *attachment.text));
        return file.write_at(0, *attachment.text);
    }
    const auto source = CHAPAR_TRY(blobs.open(attachment.commitment.root));
    std::uint64_t written = 0;
    return open_attachment(
        {release.secret, attachment.commitment, attachment.listed.length, attachment.digest},
        [&](std::uint64_t chunk) { return source->chunk(chunk); },
        [&](ByteView text) -> Status {
            if (written == 0) CHAPAR_TRY(check_first_bytes(attachment.listed, text));
            CHAPAR_TRY(file.write_at(written, text));
            written += text.size();
            return Done{};
        });
}

}  // namespace

Result<std::filesystem::path> release_attachment(const BlobStore& blobs, const Release& release,
                                                 crypto::Random& random) {
    const schemas::Attachment& listed = release.attachment.listed;
    const auto allowed = schemas::media_types();
    if (std::ranges::find(allowed, listed.media_type) == allowed.end()) {
        return Error(Errc::AttachmentType, listed.media_type);
    }
    std::error_code problem;
    std::filesystem::create_directories(release.to, problem);
    if (problem) return Error(Errc::FileFailed, release.to.string());

    std::array<std::byte, 8> suffix{};
    random.fill(suffix);
    Unnamed unnamed(release.to / (".chapar-" + to_hex(suffix)));
    BlobFile file = CHAPAR_TRY(BlobFile::open(unnamed.path(), BlobOpen::CreateNew));
    CHAPAR_TRY(write_text(blobs, release, file));
    CHAPAR_TRY(file.sync());
    return name_it(unnamed, release.to, safe_file_name(listed.file_name, listed.media_type));
}

}  // namespace chapar::client
