#include "broker/edge/high_water.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "broker/edge/fault_point.h"
#include "broker/edge/files.h"
#include "crypto/sha256.h"
#include "schemas/base/hex.h"

namespace chapar::broker {
namespace {

constexpr std::string_view kTitle = "chapar-high-water/1";
constexpr unsigned kSlots = 2;
constexpr std::size_t kDigestDigits = 2 * Hash::kSize;

Error torn(std::string what) { return Error(Errc::HighWaterMissing, std::move(what)); }

// Takes one line, without its newline, from the front; empty if there is none.
std::optional<std::string_view> take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    return line;
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
    const auto line = take_line(text);
    if (!line) return std::nullopt;
    std::uint64_t number = 0;
    const char* const end = line->data() + line->size();
    const auto [stopped, error] = std::from_chars(line->data(), end, number);
    if (error != std::errc() || stopped != end || *line != std::to_string(number)) {
        return std::nullopt;
    }
    return number;
}

Error write_failure(const std::filesystem::path& path, int error) {
    const bool no_room = error == ENOSPC || error == EDQUOT;
    return Error(no_room ? Errc::StoreFull : Errc::FileFailed,
                 path.string() + ": " + std::strerror(error));
}

// Every byte is written, not only allotted: a first write into allotted blocks costs more later.
Status write_draft(const std::filesystem::path& draft, ByteView slot) {
    const FileDescriptor file(
        open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return write_failure(draft, errno);
    Bytes whole(slot.begin(), slot.end());
    whole.resize(kSlots * HighWaterSlot::kBytes);
    errno = 0;
    if (const Status written = write_all(file.get(), whole, draft); !written) {
        return write_failure(draft, errno);
    }
    // Before the rename a failure changes nothing; but a file that could not be synced is never
    // synced again: the kernel may have forgotten its pages.
    if (fsync(file.get()) != 0) return write_failure(draft, errno);
    return Done{};
}

}  // namespace

Result<Bytes> encode_slot(std::string_view origin, const HighWaterSlot& slot) {
    std::string text(kTitle);
    text += '\n';
    text += origin;
    text += '\n' + to_hex(slot.content.nonce.view()) + '\n';
    text += std::to_string(slot.number) + '\n';
    text += std::to_string(slot.content.note.size()) + '\n' + slot.content.note;
    text += to_hex(crypto::sha256(view(text)).view()) + '\n';
    if (text.size() > HighWaterSlot::kBytes) return Error(Errc::TooLarge, "high-water note");
    text.resize(HighWaterSlot::kBytes, '\0');
    return Bytes(view(text).begin(), view(text).end());
}

Result<HighWaterSlot> decode_slot(std::string_view origin, ByteView bytes) {
    if (bytes.size() != HighWaterSlot::kBytes) return torn("length");
    const std::string whole = to_string(bytes);
    std::string_view text = whole;
    if (take_line(text) != kTitle) return torn("first line");
    if (take_line(text) != origin) return torn("it is another ledger's");
    const auto nonce_text = take_line(text);
    const auto nonce_bytes = nonce_text ? from_hex(*nonce_text) : std::nullopt;
    const auto nonce = nonce_bytes ? Hash::from(*nonce_bytes) : std::nullopt;
    if (!nonce) return torn("nonce");
    const auto number = take_number(text);
    const auto length = take_number(text);
    if (!number || !length || *length == 0) return torn("number");
    if (text.size() < kDigestDigits + 1 || *length > text.size() - kDigestDigits - 1) {
        return torn("note");
    }
    HighWaterSlot slot{*number, {*nonce, std::string(text.substr(0, *length))}};
    // What is read is what would be written, and nothing else: the digest is compared with it.
    const auto again = encode_slot(origin, slot);
    if (!again || !std::equal(bytes.begin(), bytes.end(), again->begin())) return torn("digest");
    return slot;
}

Result<std::optional<HighWaterFile::Newest>> HighWaterFile::newest() const {
    if (!is_there(path_)) return std::optional<Newest>();
    const auto bytes = read_file(path_, Exposure::Public);
    if (!bytes) return torn(bytes.error().context);
    if (bytes->size() != kSlots * HighWaterSlot::kBytes) return torn(path_.string() + ": length");
    std::optional<Newest> found;
    std::string why;
    for (unsigned place = 0; place < kSlots; ++place) {
        const auto part =
            ByteView(*bytes).subspan(place * HighWaterSlot::kBytes, HighWaterSlot::kBytes);
        const auto slot = decode_slot(origin_, part);
        if (!slot && why.empty()) why = slot.error().context;
        if (slot && (!found || slot->number > found->slot.number)) found = Newest{*slot, place};
    }
    if (!found) return torn(path_.string() + ": " + why);
    return found;
}

Result<std::optional<HighWater>> HighWaterFile::read() const {
    auto found = CHAPAR_TRY(newest());
    if (!found) return std::optional<HighWater>();
    return std::optional<HighWater>(std::move(found->slot.content));
}

Status HighWaterFile::claim(const HighWater& before, const HighWater& ours) {
    const auto now = CHAPAR_TRY(newest());
    if (!now) return torn(path_.string());
    if (now->slot.content != before) return Error(Errc::SecondCopy, path_.string());
    return rewrite(*now, ours);
}

Status HighWaterFile::claim(Found found, const HighWater& ours) {
    if (found == Found::Nothing && CHAPAR_TRY(newest())) {
        return Error(Errc::SecondCopy, path_.string());
    }
    return make(ours);
}

Result<HighWaterFile::Newest> HighWaterFile::still_ours() const {
    CHAPAR_ASSERT(ours_.has_value());
    auto now = CHAPAR_TRY(newest());
    if (!now) return torn(path_.string());
    if (now->slot.content.nonce != ours_->nonce) return Error(Errc::SecondCopy, path_.string());
    // Our nonce with another note is an older file put back in its place.
    if (now->slot.content.note != ours_->note) {
        return torn(path_.string() + " is not what was written last");
    }
    return std::move(*now);
}

Status HighWaterFile::watch() const {
    CHAPAR_TRY(still_ours());
    return Done{};
}

Status HighWaterFile::keep(std::string note) {
    const Newest now = CHAPAR_TRY(still_ours());
    return rewrite(now, {ours_->nonce, std::move(note)});
}

Status HighWaterFile::make(const HighWater& content) {
    auto draft = path_;
    draft += ".new";
    const Bytes slot = CHAPAR_TRY(encode_slot(origin_, {1, content}));
    CHAPAR_TRY(write_draft(draft, slot));
    if (rename(draft.c_str(), path_.c_str()) != 0) return write_failure(path_, errno);
    CHAPAR_TRY(sync_directory(path_.has_parent_path() ? path_.parent_path() : "."));
    ours_ = content;
    return Done{};
}

Status HighWaterFile::rewrite(const Newest& after, const HighWater& content) {
    const Bytes slot = CHAPAR_TRY(encode_slot(origin_, {after.slot.number + 1, content}));
    const FileDescriptor file(open(path_.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file) return torn(path_.string() + ": " + std::strerror(errno));
    const unsigned place = (after.place + 1) % kSlots;
    const auto offset = static_cast<off_t>(place * HighWaterSlot::kBytes);
    errno = 0;
    const ssize_t put = pwrite(file.get(), slot.data(), slot.size(), offset);
    if (put != static_cast<ssize_t>(slot.size())) return write_failure(path_, errno);
    reach(FaultPoint::HighWaterWritten);
    if (fdatasync(file.get()) != 0) return write_failure(path_, errno);
    ours_ = content;
    reach(FaultPoint::HighWaterSynced);
    return Done{};
}

}  // namespace chapar::broker
