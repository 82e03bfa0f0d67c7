#include "client/cli/records/issued.h"

#include <algorithm>
#include <optional>

#include "client/edge/home_files.h"
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
        if (it->path().filename().string().find(".new-") != std::string::npos)
            continue;  // cut short
        out.push_back(it->path());
    }
    if (error) return Error(Errc::FileFailed, folder.string());
    std::ranges::sort(out);
    return out;
}

Result<crypto::SignedRecord> read_record(const fs::path& path) {
    const Bytes bytes = CHAPAR_TRY(read_file(path, limits::kRecordBytes));
    return crypto::SignedRecord::decode(bytes);
}

std::string hash_suffix(const crypto::SignedRecord& record) {
    return "-" + to_hex(record.hash().view()).substr(0, 16);
}

// Signatures of both, as many as a record can hold: nobody here has verified those that a file
// brought. REQUIRES: the same record.
void add_signatures(crypto::SignedRecord& to, const crypto::SignedRecord& from) {
    for (const crypto::RecordSignature& entry : from.signatures) {
        if (to.signatures.size() == limits::kRecordSigners) return;
        const auto at = std::ranges::lower_bound(to.signatures, entry.signer, {},
                                                 &crypto::RecordSignature::signer);
        if (at == to.signatures.end() || at->signer != entry.signer)
            to.signatures.insert(at, entry);
    }
}

}  // namespace

Status keep_issued(const fs::path& home, const crypto::SignedRecord& record) {
    const fs::path folder = home / "issued";
    CHAPAR_TRY(make_folder(folder));
    const auto files = CHAPAR_TRY(files_in(folder));
    for (const fs::path& path : files) {
        if (!path.filename().string().ends_with(hash_suffix(record))) continue;
        crypto::SignedRecord kept = CHAPAR_TRY(read_record(path));
        if (kept.type != record.type || kept.body != record.body) continue;
        add_signatures(kept, record);
        return write_file(path, kept.encode());
    }
    std::string number = std::to_string(files.size() + 1);
    number.insert(0, 6 - std::min<std::size_t>(6, number.size()), '0');
    return write_file(folder / (number + hash_suffix(record)), record.encode());
}

Result<std::vector<crypto::SignedRecord>> issued_records(const fs::path& home) {
    std::vector<crypto::SignedRecord> out;
    for (const fs::path& path : CHAPAR_TRY(files_in(home / "issued"))) {
        out.push_back(CHAPAR_TRY(read_record(path)));
    }
    return out;
}

Result<std::vector<IssuedDevice>> issued_devices(const fs::path& home) {
    std::vector<IssuedDevice> out;
    for (const crypto::SignedRecord& record : CHAPAR_TRY(issued_records(home))) {
        if (record.type != crypto::RecordType::Device) continue;
        out.push_back({crypto::certificate_hash(record.body),
                       CHAPAR_TRY(crypto::DeviceRecord::decode(record.body))});
    }
    return out;
}

Result<IssuedDevice> find_issued_device(const fs::path& home, const std::string& prefix) {
    std::optional<IssuedDevice> found;
    for (IssuedDevice& device : CHAPAR_TRY(issued_devices(home))) {
        if (!to_hex(device.certificate.view()).starts_with(prefix)) continue;
        if (found) return Error(Errc::FieldInvalid, "several certificates begin with " + prefix);
        found = std::move(device);
    }
    if (!found) return Error(Errc::NotFound, "certificate " + prefix);
    return *std::move(found);
}

}  // namespace chapar::client
