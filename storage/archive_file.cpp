#include "storage/archive_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

namespace chapar::storage {
namespace {

Result<Bytes> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) return Error(Errc::FileFailed, path.string());
    return to_bytes(view(text));
}

Status write_synced(const std::string& path, ByteView bytes) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return Error(Errc::FileFailed, path);
    bool good = true;
    while (good && !bytes.empty()) {
        const ::ssize_t written = ::write(file, bytes.data(), bytes.size());
        good = written > 0;
        if (good) bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    good = good && ::fsync(file) == 0;
    good = ::close(file) == 0 && good;
    if (!good) return Error(Errc::FileFailed, path);
    return Done{};
}

}  // namespace

Status write_archive(const std::string& path, const std::vector<Member>& members) {
    const std::string fresh = path + ".new";
    const Status written = write_synced(fresh, encode_tar(members));
    if (!written || ::rename(fresh.c_str(), path.c_str()) != 0) {
        ::unlink(fresh.c_str());
        return Error(Errc::FileFailed, path);
    }
    return Done{};
}

Result<std::vector<Member>> read_archive(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code error;
    if (!fs::is_directory(path, error)) {
        return decode_tar(CHAPAR_TRY(read_file(path)));
    }
    std::vector<Member> out;
    for (fs::recursive_directory_iterator it(path, error), end; !error && it != end;
         it.increment(error)) {
        if (!it->is_regular_file(error)) continue;
        const std::string name = fs::relative(it->path(), path, error).generic_string();
        out.push_back({name, CHAPAR_TRY(read_file(it->path()))});
    }
    if (error) return Error(Errc::FileFailed, path);
    return out;
}

}  // namespace chapar::storage
