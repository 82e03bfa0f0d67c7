#include "client/edge/backup_io.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace chapar::client {

BackupFile::BackupFile(BackupFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}
BackupFile& BackupFile::operator=(BackupFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}
BackupFile::~BackupFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

Status read_exactly(int descriptor, std::span<std::byte> out, const std::filesystem::path& path) {
    while (!out.empty()) {
        const ssize_t got = ::read(descriptor, out.data(), out.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return Error(Errc::FileFailed, path.string());
        out = out.subspan(static_cast<std::size_t>(got));
    }
    return Done{};
}

Status write_exactly(int descriptor, ByteView bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return Error(Errc::FileFailed, path.string());
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return Done{};
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
    return path.has_parent_path() ? path.parent_path() : ".";
}

}  // namespace chapar::client
