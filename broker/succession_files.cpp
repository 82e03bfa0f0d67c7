#include "broker/succession_files.h"

#include "broker/edge/files.h"
#include "broker/edge/kek_file.h"
#include "crypto/private_file.h"
#include "crypto/secret_hex.h"
#include "crypto/sign.h"
#include "crypto/succession.h"

namespace chapar::broker {
namespace {
namespace fs = std::filesystem;

// A secret as chapard reads it: 64 hexadecimal digits and a newline.
Status write_secret(const fs::path& path, const crypto::Secret32& secret, crypto::Random& random) {
    crypto::SecretBuffer text(2 * crypto::Secret32::kSize + 1);
    crypto::secret_to_hex(secret, text.expose_mutable());
    text.expose_mutable().back() = std::byte{'\n'};
    return crypto::replace_private_file(path, text.expose(), random);
}

Status make_private(const fs::path& directory) {
    std::error_code error;
    fs::create_directories(directory, error);
    if (!error) fs::permissions(directory, fs::perms::owner_all, error);
    if (error) return Error(Errc::FileFailed, directory.string());
    return Done{};
}

}  // namespace

fs::path closed_mark(const fs::path& directory) { return directory / "closed"; }

Status refuse_closed(const fs::path& directory) {
    if (!is_there(closed_mark(directory))) return Done{};
    const Bytes bytes = CHAPAR_TRY(read_file(closed_mark(directory), Exposure::Public));
    const auto record = crypto::SignedRecord::decode(bytes);
    if (!record) return Error(Errc::OriginClosed, closed_mark(directory).string());
    const auto manifest = crypto::founding_manifest(*record);
    const auto next = manifest ? crypto::Manifest::decode(*manifest) : manifest.error();
    return Error(Errc::OriginClosed, next ? "followed by " + next->origin : directory.string());
}

Status SuccessionFiles::check_unused() const {
    for (const char* name : {"manifest", "chapard.toml", "keys", "store"}) {
        if (is_there(new_ / name)) return Error(Errc::AlreadyExists, (new_ / name).string());
    }
    return Done{};
}

Result<SigningPublicKey> SuccessionFiles::make_node(crypto::Random& random) const {
    CHAPAR_TRY(check_unused());
    CHAPAR_TRY(make_private(new_));
    CHAPAR_TRY(make_private(new_ / "keys"));
    const auto log = crypto::SigningKey::generate(random);
    CHAPAR_TRY(write_secret(new_ / "keys" / "log.key", log.seed(), random));
    const auto curve = CHAPAR_TRY(crypto::read_private_file(old_ / "keys" / "curve.key", 1024));
    CHAPAR_TRY(crypto::replace_private_file(new_ / "keys" / "curve.key", curve.expose(), random));
    const Bytes config = CHAPAR_TRY(read_file(old_ / "chapard.toml", Exposure::Public));
    CHAPAR_TRY(crypto::replace_private_file(draft_config(), config, random));
    return log.public_key();
}

bool SuccessionFiles::finished() const { return is_there(new_ / "chapard.toml"); }

Status SuccessionFiles::check_finished(const SignedDraft& given) const {
    const Error other(Errc::AlreadyExists, "another ledger in " + new_.string());
    if (!is_there(closed_mark(old_))) return other;
    const Bytes mark = CHAPAR_TRY(read_file(closed_mark(old_), Exposure::Public));
    const auto closed = crypto::SignedRecord::decode(mark);
    if (!closed || closed->hash() != given.succession.hash()) return other;
    for (const char* name : {"manifest", "succession"}) {
        if (!is_there(new_ / name)) return other;
    }
    const Bytes manifest = CHAPAR_TRY(read_file(new_ / "manifest", Exposure::Public));
    const Bytes file = CHAPAR_TRY(read_file(new_ / "succession", Exposure::Public));
    if (manifest != given.manifest.encode() || file != given.file) return other;
    return Done{};
}

Status SuccessionFiles::close_old(const crypto::SignedRecord& succession,
                                  crypto::Random& random) const {
    const fs::path mark = closed_mark(old_);
    if (is_there(mark)) {
        const Bytes before = CHAPAR_TRY(read_file(mark, Exposure::Public));
        const auto record = crypto::SignedRecord::decode(before);
        if (record && record->hash() == succession.hash()) return Done{};
        return Error(Errc::OriginClosed, mark.string());
    }
    return crypto::replace_private_file(mark, succession.encode(), random);
}

Status SuccessionFiles::begin_new(const crypto::SignedRecord& manifest,
                                  crypto::Random& random) const {
    std::error_code error;
    for (const char* name : {"store", "ledger.keys", "kek", "high-water", "rehearsal"}) {
        fs::remove_all(new_ / name, error);
        if (error) return Error(Errc::FileFailed, (new_ / name).string());
    }
    return crypto::replace_private_file(new_ / "manifest", manifest.encode(), random);
}

Status SuccessionFiles::finish(ByteView signed_file, crypto::Random& random) const {
    CHAPAR_TRY(crypto::replace_private_file(new_ / "succession", signed_file, random));
    std::error_code error;
    fs::rename(draft_config(), new_ / "chapard.toml", error);
    if (error) return Error(Errc::FileFailed, (new_ / "chapard.toml").string());
    return sync_directory(new_);
}

Status SuccessionFiles::erase_old_log_key() const {
    return destroy_file(old_ / "keys" / "log.key");
}

bool is_one_file(const fs::path& one, const fs::path& other) {
    std::error_code failed;
    if (fs::equivalent(one, other, failed)) return true;
    // Where a name leads nowhere yet, as far as it exists.
    const auto place = [&failed](const fs::path& path) {
        const fs::path whole = fs::absolute(path, failed);
        const fs::path resolved = fs::weakly_canonical(whole, failed);
        return failed ? whole.lexically_normal() : resolved;
    };
    return place(one) == place(other);
}

}  // namespace chapar::broker
