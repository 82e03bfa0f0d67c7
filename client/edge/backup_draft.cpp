#include "client/edge/backup_draft.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "client/edge/home_files.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = ".restoring-";
constexpr std::size_t kSuffixDigits = 16;
constexpr std::array<const char*, 3> kFolders{"store", "keys", "kek"};

Status make_private_folder(const fs::path& folder) {
    if (::mkdir(folder.c_str(), 0700) != 0) return Error(Errc::FileFailed, folder.string());
    return Done{};
}

// Held by whoever unpacks; no descriptor if somebody else does, or it is no folder.
BackupFile lock_folder(const fs::path& folder) {
    BackupFile file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    if (file.get() >= 0 && ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) return BackupFile(-1);
    return file;
}

void overwrite(const fs::path& path) {
    const BackupFile file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat info {};
    if (file.get() < 0 || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) return;
    static constexpr std::array<std::byte, 4096> kZeros{};
    for (std::uint64_t left = static_cast<std::uint64_t>(info.st_size); left > 0;) {
        const std::size_t part = std::min<std::uint64_t>(left, kZeros.size());
        if (!write_exactly(file.get(), ByteView(kZeros).first(part), path)) break;
        left -= part;
    }
    ::fsync(file.get());
}

// Best effort: what cannot be removed now is tried again by the next restore. The store holds no
// secret that is not sealed.
void erase_draft(const fs::path& draft) {
    std::error_code ignored;
    fs::recursive_directory_iterator files(draft, ignored);
    for (; !ignored && files != fs::recursive_directory_iterator(); files.increment(ignored)) {
        if (files->path() == draft / "store") files.disable_recursion_pending();
        overwrite(files->path());
    }
    fs::remove_all(draft, ignored);
}

bool is_draft_of(const std::string& name, const std::string& target) {
    const std::string begin = target + std::string(kMark);
    return name.size() == begin.size() + kSuffixDigits && name.starts_with(begin) &&
           name.find_first_not_of("0123456789abcdef", begin.size()) == std::string::npos;
}

// Drafts of this target that nobody works on.
void erase_left_over(const fs::path& target) {
    std::error_code failed;
    std::vector<fs::path> found;
    fs::directory_iterator files(folder_of(target), failed);
    for (; !failed && files != fs::directory_iterator(); files.increment(failed)) {
        if (is_draft_of(files->path().filename().string(), target.filename().string())) {
            found.push_back(files->path());
        }
    }
    for (const fs::path& draft : found) {
        const BackupFile lock = lock_folder(draft);
        if (lock.get() >= 0) erase_draft(draft);
    }
}

}  // namespace

Result<BackupDraft> BackupDraft::create(const fs::path& target, crypto::Random& random) {
    erase_left_over(target);
    const auto suffix =
        crypto::random_value<FixedBytes<struct SuffixTag, kSuffixDigits / 2>>(random);
    const fs::path path = folder_of(target) /
                          (target.filename().string() + std::string(kMark) + to_hex(suffix.view()));
    CHAPAR_TRY(make_private_folder(path));
    BackupDraft out(path, lock_folder(path));
    if (out.lock_.get() < 0) return Error(Errc::FileFailed, path.string());
    for (const char* folder : kFolders) CHAPAR_TRY(make_private_folder(path / folder));
    return out;
}

BackupDraft::BackupDraft(BackupDraft&& other) noexcept
    : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

BackupDraft::~BackupDraft() {
    if (!path_.empty()) erase_draft(path_);
}

Status BackupDraft::publish(const fs::path& target) {
    for (const char* folder : kFolders) CHAPAR_TRY(sync_folder(path_ / folder));
    CHAPAR_TRY(sync_folder(path_));
    if (::rename(path_.c_str(), target.c_str()) != 0) {
        const bool taken = errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR;
        return Error(taken ? Errc::AlreadyExists : Errc::FileFailed, target.string());
    }
    path_.clear();
    return sync_folder(folder_of(target));
}

}  // namespace chapar::client
