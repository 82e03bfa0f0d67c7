#include "crypto/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string>

#include "schemas/base/hex.h"

namespace chapar::crypto {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] bool is_open() const { return number_ >= 0; }
    [[nodiscard]] int number() const { return number_; }

  private:
    int number_;
};

Error file_failed(const std::filesystem::path& path) {
    return Error(Errc::FileFailed, path.filename().string());
}

// Checked on the open file, so that it cannot be swapped between check and reading.
Result<std::size_t> check_private(const Descriptor& file, const std::filesystem::path& path) {
    struct stat status {};
    if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) return file_failed(path);
    const bool open_to_others = (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    if (open_to_others || status.st_uid != ::geteuid()) {
        return Error(Errc::KeystoreExposed, path.filename().string());
    }
    return static_cast<std::size_t>(status.st_size);
}

bool write_all(int number, ByteView rest) {
    while (!rest.empty()) {
        const ssize_t written = ::write(number, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        rest = rest.subspan(static_cast<std::size_t>(written));
    }
    return true;
}

bool read_all(int number, std::span<std::byte> rest) {
    while (!rest.empty()) {
        const ssize_t got = ::read(number, rest.data(), rest.size());
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        rest = rest.subspan(static_cast<std::size_t>(got));
    }
    return true;
}

bool write_synced(const std::filesystem::path& path, ByteView content) {
    const Descriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    return file.is_open() && ::fchmod(file.number(), 0600) == 0 &&
           write_all(file.number(), content) && ::fsync(file.number()) == 0;
}

bool sync_folder(const std::filesystem::path& path) {
    const std::filesystem::path parent = path.parent_path();
    const Descriptor folder(
        ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return folder.is_open() && ::fsync(folder.number()) == 0;
}

}  // namespace

Result<SecretBuffer> read_private_file(const std::filesystem::path& path, std::size_t max_bytes) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file.is_open()) {
        if (errno == ENOENT) return Error(Errc::NotFound, path.filename().string());
        return file_failed(path);
    }
    const std::size_t size = CHAPAR_TRY(check_private(file, path));
    if (size > max_bytes) return Error(Errc::TooLarge, path.filename().string());
    SecretBuffer content(size);
    if (!read_all(file.number(), content.expose_mutable())) return file_failed(path);
    return content;
}

Status replace_private_file(const std::filesystem::path& path, ByteView content, Random& random) {
    std::array<std::byte, 8> suffix{};
    random.fill(suffix);
    std::filesystem::path fresh = path;
    fresh += ".new-" + to_hex(suffix);
    if (!write_synced(fresh, content) || std::rename(fresh.c_str(), path.c_str()) != 0) {
        ::unlink(fresh.c_str());
        return file_failed(path);
    }
    if (!sync_folder(path)) return file_failed(path);
    return Done{};
}

}  // namespace chapar::crypto
