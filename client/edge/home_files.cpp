#include "client/edge/home_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <system_error>

#include "crypto/private_file.h"

namespace chapar::client {

namespace fs = std::filesystem;

Result<Bytes> read_file(const fs::path& path, std::size_t limit) {
    std::error_code problem;
    const auto size = fs::file_size(path, problem);
    if (problem == std::errc::no_such_file_or_directory) {
        return Error(Errc::NotFound, path.string());
    }
    if (problem) return Error(Errc::FileFailed, path.string());
    if (size > limit) return Error(Errc::TooLarge, path.string());
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                         &std::fclose);
    if (!file) return Error(Errc::FileFailed, path.string());
    Bytes bytes(size);
    if (std::fread(bytes.data(), 1, bytes.size(), file.get()) != bytes.size()) {
        return Error(Errc::FileFailed, path.string());
    }
    return bytes;
}

Result<Bytes> read_input_file(const fs::path& path, std::size_t limit) {
    auto bytes = read_file(path, limit);
    if (!bytes && bytes.error().code == Errc::NotFound) {
        return Error(Errc::FileFailed, path.string() + ": there is no such file");
    }
    return bytes;
}

Status write_file(const fs::path& path, ByteView bytes) {
    crypto::SystemRandom random;  // for the name of the file beside it
    return crypto::replace_private_file(path, bytes, random);
}

bool file_exists(const fs::path& path) {
    std::error_code problem;
    return fs::exists(fs::symlink_status(path, problem));
}

Status make_folder(const fs::path& folder) {
    std::error_code problem;
    fs::create_directories(folder, problem);
    if (problem) return Error(Errc::FileFailed, folder.string());
    fs::permissions(folder, fs::perms::owner_all, problem);
    if (problem) return Error(Errc::FileFailed, folder.string());
    return Done{};
}

Status refuse_existing(const fs::path& path) {
    if (file_exists(path)) return Error(Errc::AlreadyExists, path.string());
    return Done{};
}

Status sync_folder(const fs::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return Error(Errc::FileFailed, folder.string());
    const bool good = ::fsync(descriptor) == 0;
    ::close(descriptor);
    if (!good) return Error(Errc::FileFailed, folder.string());
    return Done{};
}

}  // namespace chapar::client
