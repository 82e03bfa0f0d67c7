#include "broker/edge/high_water.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "broker/edge/fault_point.h"
#include "broker/edge/files.h"
#include "crypto/note.h"
#include "schemas/base/hex.h"

namespace chapar::broker {
namespace {

constexpr std::string_view kTitle = "chapar-high-water/1";

Error torn(std::string what) { return Error(Errc::HighWaterMissing, std::move(what)); }

// Takes one line, without its newline, from the front; empty if there is none.
std::optional<std::string_view> take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

Error write_failure(const std::filesystem::path& path, int error) {
    const bool no_room = error == ENOSPC || error == EDQUOT;
    return Error(no_room ? Errc::StoreFull : Errc::FileFailed,
                 path.string() + ": " + std::strerror(error));
}

// Before the rename a failure changes nothing; but a file that could not be synced is never synced
// again: the kernel may have forgotten its pages.
Status write_draft(const std::filesystem::path& draft, const std::string& text) {
    const FileDescriptor file(
        open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return write_failure(draft, errno);
    errno = 0;
    if (const Status written = write_all(file.get(), view(text), draft); !written) {
        return write_failure(draft, errno);
    }
    if (fsync(file.get()) != 0) return write_failure(draft, errno);
    return Done{};
}

}  // namespace

std::string encode_high_water(std::string_view origin, const HighWater& content) {
    std::string text(kTitle);
    text += '\n';
    text += origin;
    text += '\n' + to_hex(content.nonce.view()) + '\n';
    text += std::to_string(content.note.size()) + '\n' + content.note;
    return text;
}

Result<HighWater> decode_high_water(std::string_view origin, std::string_view text) {
    if (take_line(text) != kTitle) return torn("first line");
    if (take_line(text) != origin) return torn("it is another ledger's");
    const auto nonce_text = take_line(text);
    const auto nonce = nonce_text ? from_hex(*nonce_text) : std::nullopt;
    if (!nonce || nonce->size() != Hash::kSize) return torn("nonce");
    const auto length_text = take_line(text);
    std::size_t length = 0;
    if (!length_text) return torn("length");
    const char* const end = length_text->data() + length_text->size();
    const auto [stopped, error] = std::from_chars(length_text->data(), end, length);
    if (error != std::errc() || stopped != end || *length_text != std::to_string(length)) {
        return torn("length");
    }
    if (length == 0 || length > crypto::kNoteBytes || text.size() != length) return torn("note");
    HighWater content;
    std::copy(nonce->begin(), nonce->end(), content.nonce.bytes.begin());
    content.note = text;
    return content;
}

Result<std::optional<HighWater>> HighWaterFile::read() const {
    std::error_code ignored;
    const auto status = std::filesystem::symlink_status(path_, ignored);
    if (status.type() == std::filesystem::file_type::not_found) return std::optional<HighWater>();
    const auto text = read_file(path_, Exposure::Public);
    if (!text) return torn(text.error().context);
    auto content = decode_high_water(origin_, to_string(*text));
    if (!content) return torn(path_.string() + ": " + content.error().context);
    return std::optional<HighWater>(std::move(*content));
}

Status HighWaterFile::claim(const HighWater& before, const HighWater& ours) {
    const auto now = CHAPAR_TRY(read());
    if (!now) return torn(path_.string());
    if (*now != before) return Error(Errc::SecondCopy, path_.string());
    return replace(ours);
}

Status HighWaterFile::claim(Found found, const HighWater& ours) {
    if (found == Found::Nothing && CHAPAR_TRY(read())) {
        return Error(Errc::SecondCopy, path_.string());
    }
    return replace(ours);
}

Status HighWaterFile::watch() const {
    CHAPAR_ASSERT(ours_.has_value());
    const auto now = CHAPAR_TRY(read());
    if (!now) return torn(path_.string());
    if (now->nonce != ours_->nonce) return Error(Errc::SecondCopy, path_.string());
    // Our nonce with another note is an older file put back in its place.
    if (now->note != ours_->note) return torn(path_.string() + " is not what was written last");
    return Done{};
}

Status HighWaterFile::keep(std::string note) {
    CHAPAR_TRY(watch());
    return replace({ours_->nonce, std::move(note)});
}

Status HighWaterFile::replace(const HighWater& content) {
    auto draft = path_;
    draft += ".new";
    CHAPAR_TRY(write_draft(draft, encode_high_water(origin_, content)));
    reach(FaultPoint::HighWaterDrafted);
    if (rename(draft.c_str(), path_.c_str()) != 0) return write_failure(path_, errno);
    CHAPAR_TRY(sync_directory(path_.has_parent_path() ? path_.parent_path() : "."));
    ours_ = content;
    reach(FaultPoint::HighWaterNamed);
    return Done{};
}

}  // namespace chapar::broker
