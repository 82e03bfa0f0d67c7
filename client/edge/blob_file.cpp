#include "client/edge/blob_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>

namespace chapar::client {
namespace {

Error failed(const std::filesystem::path& path, int reason) {
    const Errc code = reason == ENOENT
                          ? Errc::NotFound
                          : (reason == EEXIST ? Errc::AlreadyExists : Errc::FileFailed);
    return Error(code, path.filename().string() + ": " + std::strerror(reason));
}

int flags_of(BlobOpen how) {
    constexpr int kAlways = O_CLOEXEC | O_NOFOLLOW;
    switch (how) {
        case BlobOpen::Read:
            return kAlways | O_RDONLY | O_NONBLOCK;
        case BlobOpen::CreateNew:
            return kAlways | O_RDWR | O_CREAT | O_EXCL;
        case BlobOpen::ReadAndWrite:
            return kAlways | O_RDWR | O_CREAT | O_NONBLOCK;
    }
    return kAlways | O_RDONLY;
}

}  // namespace

Result<BlobFile> BlobFile::open(const std::filesystem::path& path, BlobOpen how) {
    const int number = ::open(path.c_str(), flags_of(how), 0600);
    if (number < 0) return failed(path, errno);
    BlobFile file(number, path);
    struct stat status {};
    if (::fstat(number, &status) != 0) return failed(path, errno);
    if (!S_ISREG(status.st_mode)) return Error(Errc::FileFailed, path.filename().string());
    return file;
}

BlobFile::~BlobFile() {
    if (number_ >= 0) ::close(number_);
}

BlobFile::BlobFile(BlobFile&& other) noexcept
    : number_(std::exchange(other.number_, -1)), path_(std::move(other.path_)) {}

BlobFile& BlobFile::operator=(BlobFile&& other) noexcept {
    std::swap(number_, other.number_);
    std::swap(path_, other.path_);
    return *this;
}

Result<std::uint64_t> BlobFile::size() const {
    struct stat status {};
    if (::fstat(number_, &status) != 0) return failed(path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
}

Result<std::size_t> BlobFile::read_at(std::uint64_t offset, std::span<std::byte> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        const ssize_t got = ::pread(number_, out.data() + done, out.size() - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(path_, errno);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

Status BlobFile::write_at(std::uint64_t offset, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t put =
            ::pwrite(number_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return failed(path_, put < 0 ? errno : ENOSPC);
        bytes = bytes.subspan(static_cast<std::size_t>(put));
        offset += static_cast<std::uint64_t>(put);
    }
    return Done{};
}

Status BlobFile::truncate(std::uint64_t size) {
    if (::ftruncate(number_, static_cast<off_t>(size)) != 0) return failed(path_, errno);
    return Done{};
}

Status BlobFile::sync() {
    if (::fsync(number_) != 0) return failed(path_, errno);
    return Done{};
}

Status make_private_folder(const std::filesystem::path& folder) {
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed(folder, errno);
    struct stat status {};
    if (::lstat(folder.c_str(), &status) != 0) return failed(folder, errno);
    const bool exposed = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    if (!S_ISDIR(status.st_mode) || status.st_uid != ::geteuid() || exposed) {
        return Error(Errc::FileFailed, folder.filename().string() + " must be this user's, 0700");
    }
    return Done{};
}

Status rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (std::rename(from.c_str(), to.c_str()) != 0) return failed(to, errno);
    return Done{};
}

Status rename_to_new(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
        return Done{};
    }
    if (errno != EINVAL && errno != ENOSYS) return failed(to, errno);
    // A file system without that flag: a second name that must be new, then the first one goes.
    if (::link(from.c_str(), to.c_str()) != 0) return failed(to, errno);
    if (::unlink(from.c_str()) != 0) return failed(from, errno);
    return Done{};
}

Status remove_file(const std::filesystem::path& path) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed(path, errno);
    return Done{};
}

}  // namespace chapar::client
