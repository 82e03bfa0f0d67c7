#include "broker/edge/ledger_key_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "crypto/secret_hex.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

constexpr std::string_view kFirstLine = "chapar-ledger-keys/1\n";

Error damaged(const std::filesystem::path& path) {
    return Error(Errc::LedgerDamaged, path.string());
}

// One line without its newline into the form that LedgerKeys::decode reads.
Status append_entry(std::string_view line, Bytes& table, const std::filesystem::path& path) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return damaged(path);
    const auto scope = from_hex(line.substr(0, space));
    const auto secret = crypto::secret_from_hex(line.substr(space + 1));
    if (!scope || scope->empty() || !secret) return damaged(path);
    LayoutWriter entry;
    entry.counted16(*scope);
    append(table, entry.bytes());
    append(table, secret->expose());
    return Done{};
}

Result<crypto::LedgerKeys> parse_lines(std::string_view text, const std::filesystem::path& path) {
    Bytes table;
    table.reserve(text.size());  // never grows, so no copy of a secret is left behind
    std::uint32_t count = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        CHAPAR_TRY(append_entry(text.substr(0, end), table, path));
        text.remove_prefix(end + 1);
        ++count;
    }
    crypto::SecretBuffer whole(4 + table.size());
    LayoutWriter head;
    head.u32(count);
    std::ranges::copy(head.bytes(), whole.expose_mutable().begin());
    std::ranges::copy(table, whole.expose_mutable().begin() + 4);
    crypto::wipe(table);
    auto keys = crypto::LedgerKeys::decode(whole.expose());
    if (!keys && keys.error().code != Errc::MemoryUnlocked) return damaged(path);
    return keys;
}

Status start_file(int descriptor, const std::filesystem::path& path) {
    if (ftruncate(descriptor, 0) != 0) return Error(Errc::FileFailed, path.string());
    CHAPAR_TRY(write_all(descriptor, view(kFirstLine), path));
    if (fsync(descriptor) != 0) return Error(Errc::FileFailed, path.string());
    return sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

}  // namespace

Result<LedgerKeyFile> LedgerKeyFile::open(const std::filesystem::path& path) {
    FileDescriptor file(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file) return Error(Errc::FileFailed, path.string() + ": " + std::strerror(errno));
    Bytes content = CHAPAR_TRY(read_file(path, Exposure::Secret));
    const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
    if (text.size() < kFirstLine.size() && kFirstLine.starts_with(text)) {
        CHAPAR_TRY(start_file(file.get(), path));
        return LedgerKeyFile(std::move(file), path, crypto::LedgerKeys());
    }
    if (!text.starts_with(kFirstLine)) return damaged(path);
    const std::size_t whole = text.rfind('\n') + 1;
    auto keys = parse_lines(text.substr(kFirstLine.size(), whole - kFirstLine.size()), path);
    if (keys && whole < text.size() && ftruncate(file.get(), static_cast<off_t>(whole)) != 0) {
        return Error(Errc::FileFailed, path.string());
    }
    crypto::wipe(content);
    if (!keys) return keys.error();
    return LedgerKeyFile(std::move(file), path, std::move(*keys));
}

Status LedgerKeyFile::add(std::vector<NewLedgerKey> keys) {
    if (keys.empty()) return Done{};
    CHAPAR_TRY(crypto::reserve_secrets(keys.size()));
    for (const NewLedgerKey& key : keys) {
        const std::string scope = to_hex(key.scope.encode()) + " ";
        crypto::SecretBuffer line(scope.size() + 2 * crypto::Secret32::kSize + 1);
        const auto out = line.expose_mutable();
        std::ranges::copy(view(scope), out.begin());
        crypto::secret_to_hex(key.secret, out.subspan(scope.size()));
        out.back() = std::byte{'\n'};
        CHAPAR_TRY(write_all(file_.get(), line.expose(), path_));
    }
    if (fdatasync(file_.get()) != 0) return Error(Errc::FileFailed, path_.string());
    for (NewLedgerKey& key : keys) keys_.add(key.scope, std::move(key.secret));
    return Done{};
}

}  // namespace chapar::broker
