#include "broker/edge/kek_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "broker/edge/files.h"

namespace chapar::broker {
namespace {

using Path = std::filesystem::path;

Error failed(const Path& path) {
    return Error(Errc::FileFailed, path.string() + ": " + std::strerror(errno));
}

Path directory_of(const Path& path) { return path.has_parent_path() ? path.parent_path() : "."; }

Status overwrite(const Path& path) {
    const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    struct stat status {};
    if (!file || fstat(file.get(), &status) != 0) return failed(path);
    const Bytes zeros(static_cast<std::size_t>(status.st_size));
    CHAPAR_TRY(write_all(file.get(), zeros, path));
    if (fdatasync(file.get()) != 0) return failed(path);
    return Done{};
}

}  // namespace

Path new_name(const Path& path) {
    Path out = path;
    return out += ".new";
}

Result<crypto::WrappingKey> read_kek(const Path& path) {
    Bytes text = CHAPAR_TRY(read_file(path, Exposure::Secret));
    auto kek = crypto::WrappingKey::parse(text);
    crypto::wipe(text);
    if (!kek) return Error(Errc::LedgerDamaged, path.string() + ": no KEK");
    return kek;
}

Result<crypto::WrappingKey> make_kek(const Path& path, crypto::Random& random) {
    const Path directory = directory_of(path);
    if (mkdir(directory.c_str(), S_IRWXU) != 0 && errno != EEXIST) return failed(directory);
    auto kek = crypto::WrappingKey::generate(random);
    CHAPAR_TRY(write_new(path, kek.encode().expose()));
    CHAPAR_TRY(take_new(path));
    CHAPAR_TRY(sync_directory(directory_of(directory)));
    return kek;
}

Status write_new(const Path& path, ByteView content) {
    const Path name = new_name(path);
    CHAPAR_TRY(destroy_file(name));
    const FileDescriptor file(open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) return failed(name);
    CHAPAR_TRY(write_all(file.get(), content, name));
    if (fsync(file.get()) != 0) return failed(name);
    return sync_directory(directory_of(path));
}

Status take_new(const Path& path) {
    if (rename(new_name(path).c_str(), path.c_str()) != 0) return failed(path);
    return sync_directory(directory_of(path));
}

Status replace_secret(const Path& path) {
    // Without the file the name is free: a crash came after the overwriting of a file that somebody
    // then removed.
    if (std::error_code none; std::filesystem::exists(path, none)) CHAPAR_TRY(overwrite(path));
    return take_new(path);
}

Status destroy_file(const Path& path) {
    struct stat status {};
    if (lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return Done{};
        return failed(path);
    }
    if (S_ISREG(status.st_mode)) CHAPAR_TRY(overwrite(path));
    if (unlink(path.c_str()) != 0) return failed(path);
    return sync_directory(directory_of(path));
}

}  // namespace chapar::broker
