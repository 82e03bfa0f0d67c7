#include "storage/archive_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "crypto/private_file.h"
#include "crypto/random.h"

namespace chapar::storage {
namespace {

Result<Bytes> read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) return Error(Errc::FileFailed, path.string());
    return to_bytes(view(text));
}

}  // namespace

Status write_archive(const std::string& path, const std::vector<Member>& members) {
    crypto::SystemRandom random;  // for the name of the file beside it
    const Status written = crypto::replace_private_file(path, encode_tar(members), random);
    if (!written) return Error(written.error().code, path);
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
