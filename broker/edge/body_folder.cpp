#include "broker/edge/body_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace chapar::broker {
namespace {

Error failed(const std::string& what) {
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG) return Error(Errc::StoreFull, what);
    if (errno == ENOENT) return Error(Errc::NotFound, what);
    return Error(Errc::FileFailed, what + ": " + std::strerror(errno));
}

int flags_of(BodyFolder::Access access) {
    constexpr int kAlways = O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
    switch (access) {
        case BodyFolder::Access::Read:
            return O_RDONLY | kAlways;
        case BodyFolder::Access::Write:
            return O_RDWR | kAlways;
        case BodyFolder::Access::Create:
            return O_RDWR | O_CREAT | kAlways;
    }
    return O_RDONLY | kAlways;
}

TimeMs time_of(const struct stat& status) {
    const auto seconds = static_cast<std::uint64_t>(std::max<time_t>(status.st_mtim.tv_sec, 0));
    return TimeMs(seconds * 1000);
}

}  // namespace

Result<BodyFolder> BodyFolder::open(const std::filesystem::path& path) {
    if (mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST) return failed(path.string());
    FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status {};
    if (!folder || fstat(folder.get(), &status) != 0) return failed(path.string());
    if (status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return Error(Errc::FileFailed, path.string() + ": others may write to it");
    }
    // Also where it was there: the start that made it may have been cut short.
    CHAPAR_TRY(sync_directory(path.parent_path()));
    return BodyFolder(std::move(folder));
}

Result<FileDescriptor> BodyFolder::file(const std::string& name, Access access) const {
    FileDescriptor file(openat(folder_.get(), name.c_str(), flags_of(access), S_IRUSR | S_IWUSR));
    struct stat status {};
    if (!file || fstat(file.get(), &status) != 0) return failed(name);
    if (!S_ISREG(status.st_mode)) return Error(Errc::FileFailed, name + ": no file");
    return file;
}

Result<Bytes> BodyFolder::read_all(const std::string& name, std::size_t most) const {
    const FileDescriptor from = CHAPAR_TRY(file(name, Access::Read));
    struct stat status {};
    if (fstat(from.get(), &status) != 0) return failed(name);
    if (static_cast<std::uint64_t>(status.st_size) > most) return Error(Errc::TooLarge, name);
    Bytes content(static_cast<std::size_t>(status.st_size));
    CHAPAR_TRY(read_at(from, 0, content));
    return content;
}

Status BodyFolder::replace(const std::string& name, ByteView content) const {
    const std::string fresh = name + ".new";
    {
        const FileDescriptor to = CHAPAR_TRY(file(fresh, Access::Create));
        Status written = resize_file(to, 0);
        if (written) written = write_at(to, 0, content);
        if (written) written = sync_file(to);
        if (!written) {
            (void)remove(fresh);
            return written;
        }
    }
    return rename(fresh, *this, name);
}

Status BodyFolder::rename(const std::string& name, const BodyFolder& to,
                          const std::string& new_name) const {
    if (renameat(folder_.get(), name.c_str(), to.folder_.get(), new_name.c_str()) != 0) {
        return failed(name);
    }
    return Done{};
}

Status BodyFolder::remove(const std::string& name) const {
    if (unlinkat(folder_.get(), name.c_str(), 0) != 0 && errno != ENOENT) return failed(name);
    return Done{};
}

Status BodyFolder::sync() const {
    if (fsync(folder_.get()) != 0) return failed("folder of bodies");
    return Done{};
}

Result<std::uint64_t> BodyFolder::free_bytes() const {
    struct statvfs status {};
    if (fstatvfs(folder_.get(), &status) != 0) return failed("folder of bodies");
    return std::uint64_t{status.f_bavail} * status.f_frsize;
}

Result<std::vector<BodyFolder::Found>> BodyFolder::list() const {
    // A descriptor of its own: reading a directory moves its offset.
    FileDescriptor own(openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!own) return failed("folder of bodies");
    DIR* stream = fdopendir(own.get());
    if (stream == nullptr) return failed("folder of bodies");
    (void)own.release();  // closed with the stream
    std::vector<Found> out;
    while (const dirent* entry = readdir(stream)) {
        struct stat status {};
        if (fstatat(folder_.get(), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
        if (!S_ISREG(status.st_mode)) continue;
        out.push_back({entry->d_name, static_cast<std::uint64_t>(status.st_size), time_of(status)});
    }
    closedir(stream);
    std::ranges::sort(out, {}, &Found::name);
    return out;
}

Status read_at(const FileDescriptor& file, std::uint64_t offset, Bytes& into) {
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t got = pread(file.get(), into.data() + done, into.size() - done,
                                  static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed("read");
        if (got == 0) return Error(Errc::FileFailed, "a body file is too short");
        done += static_cast<std::size_t>(got);
    }
    return Done{};
}

Status write_at(const FileDescriptor& file, std::uint64_t offset, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t put =
            pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return failed("write");
        bytes = bytes.subspan(static_cast<std::size_t>(put));
        offset += static_cast<std::uint64_t>(put);
    }
    return Done{};
}

Status resize_file(const FileDescriptor& file, std::uint64_t size) {
    while (ftruncate(file.get(), static_cast<off_t>(size)) != 0) {
        if (errno != EINTR) return failed("resize");
    }
    return Done{};
}

Status sync_file(const FileDescriptor& file) {
    if (fsync(file.get()) != 0) return failed("sync");
    return Done{};
}

}  // namespace chapar::broker
