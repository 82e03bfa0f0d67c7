#include "broker/edge/ledger_key_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "broker/edge/kek_file.h"
#include "schemas/base/hex.h"

namespace chapar::broker {
namespace {

using Path = std::filesystem::path;

constexpr std::string_view kPrefix = crypto::WrappingKey::kSealedPrefix;
constexpr std::size_t kFirstLineBytes = kPrefix.size() + crypto::WrappingKey::kIdDigits + 1;

Error damaged(const Path& path) { return Error(Errc::LedgerDamaged, path.string()); }

std::string first_line(const crypto::WrappingKey& kek) {
    return std::string(kPrefix) + kek.id() + "\n";
}

Result<FileDescriptor> open_for_adding(const Path& path) {
    FileDescriptor file(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file) return Error(Errc::FileFailed, path.string() + ": " + std::strerror(errno));
    return file;
}

// The text up to the next space, which goes too.
std::string_view take_word(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return word;
}

Status read_line(std::string_view line, const crypto::WrappingKey& kek, crypto::LedgerKeys& keys,
                 const Path& path) {
    const auto scope_bytes = from_hex(take_word(line));
    const auto nonce = from_hex(take_word(line));
    const auto sealed = from_hex(line);
    if (!scope_bytes || !nonce || !sealed) return damaged(path);
    const auto scope = crypto::LedgerKeyScope::decode(*scope_bytes);
    if (!scope) return damaged(path);
    Bytes wrapped = *nonce;
    append(wrapped, *sealed);
    CHAPAR_TRY(crypto::reserve_secrets(1));
    auto secret = kek.unwrap(*scope, wrapped);
    if (!secret) return damaged(path);
    if (keys.add(*scope, std::move(*secret)) == crypto::LedgerKeys::Added::Exists) {
        return damaged(path);
    }
    return Done{};
}

struct Lines {
    crypto::LedgerKeys keys;
    bool torn = false;       // some were passed over
    bool open_line = false;  // the last one has no end
};

// Sectors of an append that a power cut left out read as zeros, whatever came behind them.
Result<Lines> read_lines(std::string_view text, const crypto::WrappingKey& kek, const Path& path) {
    Lines out;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        out.open_line = end == std::string_view::npos;
        if (out.open_line || line.find('\0') != std::string_view::npos) {
            out.torn = true;
        } else {
            CHAPAR_TRY(read_line(line, kek, out.keys, path));
        }
        if (out.open_line) break;
        text.remove_prefix(end + 1);
    }
    return out;
}

bool is_file(const Path& path) {
    std::error_code none;
    return std::filesystem::exists(path, none);
}

// What a shredding left that was cut short before the key file got its name.
Status remove_drafts(const Path& keys, const Path& kek) {
    CHAPAR_TRY(destroy_file(new_name(kek)));
    return destroy_file(new_name(keys));
}

// The KEK of that id: the one in force, or the new one of a shredding that was cut short.
Result<crypto::WrappingKey> kek_of(std::string_view id, const Path& path) {
    auto kek = is_file(path) ? read_kek(path) : Error(Errc::FileFailed, path.string() + ": no KEK");
    if (kek && kek->id() == id) return kek;
    if (is_file(new_name(path))) {
        auto next = read_kek(new_name(path));
        if (next && next->id() == id) {
            CHAPAR_TRY(replace_secret(path));
            return next;
        }
    }
    if (!kek) return kek;
    return Error(Errc::LedgerDamaged, path.string() + ": another KEK");
}

Status start_file(int descriptor, const crypto::WrappingKey& kek, const Path& path) {
    if (ftruncate(descriptor, 0) != 0) return Error(Errc::FileFailed, path.string());
    CHAPAR_TRY(write_all(descriptor, view(first_line(kek)), path));
    if (fsync(descriptor) != 0) return Error(Errc::FileFailed, path.string());
    return sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

}  // namespace

Result<LedgerKeyFile> LedgerKeyFile::open(const Path& path, const Path& kek_path,
                                          crypto::Random& random) {
    FileDescriptor file = CHAPAR_TRY(open_for_adding(path));
    const Bytes content = CHAPAR_TRY(read_file(path, Exposure::Secret));
    const std::string_view text(reinterpret_cast<const char*>(content.data()), content.size());
    const std::string_view begun = text.substr(0, text.find('\0'));
    const Paths paths{path, kek_path};
    const bool is_begun =
        text.size() < kFirstLineBytes &&
        kPrefix.starts_with(begun.substr(0, std::min(begun.size(), kPrefix.size())));
    if (is_begun) {
        auto kek = is_file(kek_path) ? read_kek(kek_path) : make_kek(kek_path, random);
        if (!kek) return kek.error();
        CHAPAR_TRY(start_file(file.get(), *kek, path));
        return LedgerKeyFile(std::move(file), paths, std::move(*kek), {}, random);
    }
    if (text.size() < kFirstLineBytes || !text.starts_with(kPrefix) ||
        text[kFirstLineBytes - 1] != '\n') {
        return damaged(path);
    }
    auto kek = CHAPAR_TRY(kek_of(text.substr(kPrefix.size(), 16), kek_path));
    Lines lines = CHAPAR_TRY(read_lines(text.substr(kFirstLineBytes), kek, path));
    CHAPAR_TRY(remove_drafts(path, kek_path));
    LedgerKeyFile out(std::move(file), paths, std::move(kek), std::move(lines.keys), random);
    out.torn_ = lines.torn;
    out.open_line_ = lines.open_line;
    return out;
}

std::string LedgerKeyFile::line_of(const crypto::LedgerKeyScope& scope,
                                   const crypto::Secret32& secret) const {
    const Bytes wrapped = kek_.wrap(scope, secret, *random_);
    const std::string digits = to_hex(wrapped);
    return to_hex(scope.encode()) + " " + digits.substr(0, 48) + " " + digits.substr(48) + "\n";
}

Status LedgerKeyFile::add(std::vector<NewLedgerKey> keys) {
    if (keys.empty()) return Done{};
    CHAPAR_TRY(crypto::reserve_secrets(keys.size()));
    // Ends what a crash left so that it is passed over.
    std::string lines = open_line_ ? std::string("\0\n", 2) : std::string();
    for (const NewLedgerKey& key : keys) lines += line_of(key.scope, key.secret);
    open_line_ = false;
    CHAPAR_TRY(write_all(file_.get(), view(lines), paths_.keys));
    if (fdatasync(file_.get()) != 0) return Error(Errc::FileFailed, paths_.keys.string());
    for (NewLedgerKey& key : keys) keys_.add(key.scope, std::move(key.secret));
    return Done{};
}

Status LedgerKeyFile::destroy(std::span<const BucketId> names) {
    const auto is_here = [&](const BucketId& name) { return keys_.find(name) != nullptr; };
    if (std::ranges::none_of(names, is_here)) return Done{};
    for (const BucketId& name : names) keys_.forget(name);
    kek_ = crypto::WrappingKey::generate(*random_);
    std::string text = first_line(kek_);
    for (const crypto::LedgerKeyScope& scope : keys_.scopes()) {
        text += line_of(scope, *keys_.find(scope));
    }
    CHAPAR_TRY(write_new(paths_.kek, kek_.encode().expose()));
    CHAPAR_TRY(write_new(paths_.keys, view(text)));
    CHAPAR_TRY(take_new(paths_.keys));
    CHAPAR_TRY(replace_secret(paths_.kek));
    file_ = CHAPAR_TRY(open_for_adding(paths_.keys));
    torn_ = open_line_ = false;
    return Done{};
}

}  // namespace chapar::broker
