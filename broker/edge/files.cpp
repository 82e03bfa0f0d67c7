#include "broker/edge/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace chapar::broker {
namespace {

constexpr std::size_t kFileBytes = std::size_t{64} << 20;

Error failed(const std::filesystem::path& path) {
    return Error(Errc::FileFailed, path.string() + ": " + std::strerror(errno));
}

Status check_private(const struct stat& status, const std::filesystem::path& path) {
    const bool exposed = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    if (exposed || status.st_uid != geteuid()) return Error(Errc::KeystoreExposed, path.string());
    return Done{};
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
        if (descriptor_ >= 0) close(descriptor_);
        descriptor_ = other.release();
    }
    return *this;
}

FileDescriptor::~FileDescriptor() {
    if (descriptor_ >= 0) close(descriptor_);
}

int FileDescriptor::release() { return std::exchange(descriptor_, -1); }

Result<Bytes> read_file(const std::filesystem::path& path, Exposure exposure) {
    const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    struct stat status {};
    if (!file || fstat(file.get(), &status) != 0) return failed(path);
    if (!S_ISREG(status.st_mode)) return Error(Errc::FileFailed, path.string() + ": no file");
    if (exposure == Exposure::Secret) CHAPAR_TRY(check_private(status, path));
    if (static_cast<std::size_t>(status.st_size) > kFileBytes) {
        return Error(Errc::TooLarge, path.string());
    }
    Bytes content(static_cast<std::size_t>(status.st_size));
    std::size_t done = 0;
    while (done < content.size()) {
        const ssize_t got = read(file.get(), content.data() + done, content.size() - done);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return failed(path);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    content.resize(done);
    return content;
}

bool is_there(const std::filesystem::path& path) {
    std::error_code failed;
    const auto status = std::filesystem::symlink_status(path, failed);
    return status.type() != std::filesystem::file_type::not_found;
}

Status write_all(int descriptor, ByteView bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t put = write(descriptor, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return failed(path);
        bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return Done{};
}

Status sync_directory(const std::filesystem::path& directory) {
    const FileDescriptor handle(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!handle || fsync(handle.get()) != 0) return failed(directory);
    return Done{};
}

Result<FileDescriptor> lock_file(const std::filesystem::path& path) {
    FileDescriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file) return failed(path);
    if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return Error(Errc::StoreInUse, path.string());
        return failed(path);
    }
    return file;
}

}  // namespace chapar::broker
