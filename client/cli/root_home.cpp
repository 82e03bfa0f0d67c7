#include "client/cli/root_home.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "schemas/base/hex.h"

namespace chapar::client {
namespace fs = std::filesystem;

Result<RootKeys> RootHome::create(const crypto::SecretBuffer& passphrase,
                                  crypto::Random& random) const {
    std::error_code error;
    if (fs::exists(path_ / "root.keystore", error)) {
        return Error(Errc::AlreadyExists, (path_ / "root.keystore").string());
    }
    fs::create_directories(path_, error);
    if (error) return Error(Errc::FileFailed, path_.string());
    fs::permissions(path_, fs::perms::owner_all, error);

    RootKeys out{crypto::SigningKey::generate(random), {}};
    const crypto::KeyPair audit = crypto::generate_key_pair(random);
    out.audit_key = audit.public_key;

    auto auditor = CHAPAR_TRY(crypto::Keystore::create(passphrase, {}, random));
    auditor.put("auditor", audit.secret);
    CHAPAR_TRY(auditor.save(path_ / "audit.keystore", random));
    auto root = CHAPAR_TRY(crypto::Keystore::create(passphrase, {}, random));
    root.put("root", out.root.seed());
    CHAPAR_TRY(root.save(path_ / "root.keystore", random));
    return out;
}

Result<crypto::SigningKey> RootHome::open_root(const crypto::SecretBuffer& passphrase) const {
    const auto keystore = CHAPAR_TRY(crypto::Keystore::open(path_ / "root.keystore", passphrase));
    return crypto::SigningKey::from_seed(CHAPAR_TRY(keystore.find32("root")));
}

Status RootHome::keep(const crypto::SignedRecord& record) const {
    const fs::path folder = path_ / "issued";
    std::error_code error;
    fs::create_directories(folder, error);
    std::size_t count = 0;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        ++count;
    }
    if (error) return Error(Errc::FileFailed, folder.string());
    std::string number = std::to_string(count + 1);
    number.insert(0, 6 - std::min<std::size_t>(6, number.size()), '0');
    return write_file(folder / (number + "-" + to_hex(record.hash().view()).substr(0, 16)),
                      record.encode());
}

Result<std::vector<crypto::SignedRecord>> RootHome::issued() const {
    std::vector<fs::path> paths;
    std::error_code error;
    if (!fs::exists(path_ / "issued", error)) return std::vector<crypto::SignedRecord>{};
    for (fs::directory_iterator it(path_ / "issued", error), end; !error && it != end;
         it.increment(error)) {
        paths.push_back(it->path());
    }
    if (error) return Error(Errc::FileFailed, (path_ / "issued").string());
    std::ranges::sort(paths);
    std::vector<crypto::SignedRecord> out;
    for (const fs::path& path : paths) {
        const Bytes bytes = CHAPAR_TRY(read_file(path));
        out.push_back(CHAPAR_TRY(crypto::SignedRecord::decode(bytes)));
    }
    return out;
}

Result<Bytes> read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) return Error(Errc::FileFailed, path.string());
    return to_bytes(view(text));
}

Status write_file(const fs::path& path, ByteView bytes, unsigned mode) {
    const std::string fresh = path.string() + ".new";
    const int file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                            static_cast<::mode_t>(mode));
    bool good = file >= 0;
    while (good && !bytes.empty()) {
        const ::ssize_t written = ::write(file, bytes.data(), bytes.size());
        good = written > 0;
        if (good) bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    good = good && ::fsync(file) == 0;
    if (file >= 0) ::close(file);
    if (!good || ::rename(fresh.c_str(), path.c_str()) != 0) {
        ::unlink(fresh.c_str());
        return Error(Errc::FileFailed, path.string());
    }
    return Done{};
}

}  // namespace chapar::client
