#include "client/edge/backup_content.h"

#include "client/edge/home_files.h"
#include "crypto/checkpoint.h"
#include "crypto/key_wrap.h"
#include "crypto/private_file.h"
#include "crypto/secret_hex.h"
#include "crypto/sign.h"
#include "crypto/x25519.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"
#include "storage/lmdb/lmdb_store.h"

namespace chapar::client {
namespace {

// As the broker declares them (broker/core/tables.md); nothing else of its store is read here.
constexpr storage::Table kHead{"head"};
constexpr storage::Table kCheckpoints{"cp"};
constexpr std::array<storage::Table, 2> kTables{kHead, kCheckpoints};

constexpr std::size_t kSmallFile = 256;
constexpr std::size_t kKekDigits = crypto::WrappingKey::kIdDigits;
constexpr std::string_view kKeysLine = crypto::WrappingKey::kSealedPrefix;
constexpr std::string_view kKekLine = crypto::WrappingKey::kFilePrefix;

Error invalid(std::string what) { return Error(Errc::BackupInvalid, std::move(what)); }

Result<crypto::Secret32> read_key(const std::filesystem::path& path) {
    const auto text = CHAPAR_TRY(crypto::read_private_file(path, kSmallFile));
    const std::string_view digits(reinterpret_cast<const char*>(text.expose().data()), text.size());
    if (!digits.ends_with('\n')) return invalid(path.filename().string());
    auto key = crypto::secret_from_hex(digits.substr(0, digits.size() - 1));
    if (!key) return invalid(path.filename().string());
    return std::move(*key);
}

Result<std::string> kek_digits(std::string_view text, const std::string& name) {
    const bool good =
        text.size() > kKekDigits &&
        text.substr(0, kKekDigits).find_first_not_of("0123456789abcdef") == std::string_view::npos;
    if (!good) return invalid(name);
    return std::string(text.substr(0, kKekDigits));
}

}  // namespace

Result<CentreOfBackup> read_centre_of(const std::filesystem::path& broker) {
    const Bytes bytes = CHAPAR_TRY(read_file(broker / kBackupManifest, limits::kRecordBytes));
    const auto record = crypto::SignedRecord::decode(bytes);
    if (!record) return invalid("manifest");
    auto manifest = crypto::open_manifest(*record);
    if (!manifest) return invalid("manifest");
    return CentreOfBackup{std::move(*manifest), crypto::home_of(record->body)};
}

Result<LedgerOfStore> read_ledger_of(const std::filesystem::path& store) {
    const auto opened = CHAPAR_TRY(storage::LmdbStore::open(store, kTables));
    const auto txn = CHAPAR_TRY(opened->begin_read());
    const auto row = CHAPAR_TRY(txn->get(kHead, LayoutWriter().u64(0).bytes()));
    if (!row) return Error(Errc::NotFound, "a ledger in the store");
    LayoutReader in(*row);
    LedgerOfStore out;
    out.size = TreeSize(in.u64());
    out.root = in.fixed<Hash>();
    in.u32();
    if (!in.finish("head row") || out.size.value == 0) return invalid("head row");
    const auto notes = txn->cursor(kCheckpoints);
    CHAPAR_TRY(notes->seek_last());
    if (notes->at_record()) out.note = to_string(notes->value());
    return out;
}

Status check_node_keys(const std::filesystem::path& broker, const crypto::Manifest& manifest) {
    const auto log = crypto::SigningKey::from_seed(CHAPAR_TRY(read_key(broker / kBackupLogKey)));
    if (log.public_key() != manifest.log_key) return invalid("keys/log.key is another centre's");
    const auto curve = crypto::x25519_public_key(CHAPAR_TRY(read_key(broker / kBackupCurveKey)));
    if (!equal(curve.view(), manifest.curve_key.view())) {
        return invalid("keys/curve.key is another centre's");
    }
    return Done{};
}

Status check_note(const BackupHeader& header, const crypto::Manifest& manifest) {
    if (header.note.empty()) return Done{};
    const auto log = CHAPAR_TRY(manifest.log_verifier());
    const auto note = crypto::open_checkpoint(header.note, log);
    if (!note || note->size > header.size) return invalid("note");
    if (note->size == header.size && note->root != header.root) return invalid("note");
    return Done{};
}

Result<std::string> kek_of_ledger_keys(const std::filesystem::path& file) {
    // Only its first line is read; the rest are sealed secrets, of any number.
    const auto stream = std::unique_ptr<std::FILE, int (*)(std::FILE*)>(
        std::fopen(file.c_str(), "rb"), &std::fclose);
    if (!stream) return Error(Errc::FileFailed, file.string());
    std::array<char, kKeysLine.size() + kKekDigits + 1> first{};
    const std::size_t got = std::fread(first.data(), 1, first.size(), stream.get());
    const std::string_view text(first.data(), got);
    if (!text.starts_with(kKeysLine)) return invalid("ledger.keys");
    return kek_digits(text.substr(kKeysLine.size()), "ledger.keys");
}

Result<std::string> kek_of_file(const std::filesystem::path& file) {
    const auto text = CHAPAR_TRY(crypto::read_private_file(file, kSmallFile));
    const std::string_view line(reinterpret_cast<const char*>(text.expose().data()), text.size());
    if (!line.starts_with(kKekLine)) return invalid(file.filename().string() + ": not a KEK");
    return kek_digits(line.substr(kKekLine.size()), file.filename().string());
}

}  // namespace chapar::client
