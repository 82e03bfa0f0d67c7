#include "client/cli/issued.h"

#include "client/edge/keystore_home.h"
#include "schemas/base/hex.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace {
namespace fs = std::filesystem;

Result<std::vector<fs::path>> files_in(const fs::path& folder) {
    std::vector<fs::path> out;
    std::error_code error;
    if (!fs::exists(folder, error)) return out;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        out.push_back(it->path());
    }
    if (error) return Error(Errc::FileFailed, folder.string());
    std::ranges::sort(out);
    return out;
}

}  // namespace

Status keep_issued(const fs::path& home, const crypto::SignedRecord& record) {
    const fs::path folder = home / "issued";
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return Error(Errc::FileFailed, folder.string());
    const auto files = CHAPAR_TRY(files_in(folder));
    std::string number = std::to_string(files.size() + 1);
    number.insert(0, 6 - std::min<std::size_t>(6, number.size()), '0');
    const std::string short_hash = to_hex(record.hash().view()).substr(0, 16);
    return write_file(folder / (number + "-" + short_hash), record.encode());
}

Result<std::vector<crypto::SignedRecord>> issued_records(const fs::path& home) {
    std::vector<crypto::SignedRecord> out;
    for (const fs::path& path : CHAPAR_TRY(files_in(home / "issued"))) {
        const Bytes bytes = CHAPAR_TRY(read_file(path, limits::kRecordBytes));
        out.push_back(CHAPAR_TRY(crypto::SignedRecord::decode(bytes)));
    }
    return out;
}

}  // namespace chapar::client
