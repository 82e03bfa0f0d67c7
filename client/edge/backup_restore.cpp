#include "client/edge/backup_restore.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "client/edge/backup_container.h"
#include "client/edge/backup_content.h"
#include "client/edge/backup_draft.h"
#include "client/edge/broker_paths.h"
#include "client/edge/home_files.h"
#include "crypto/private_file.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = "restored";
constexpr std::size_t kKekBytes = 256;
constexpr std::size_t kPolicyBytes = 65'536;

Error invalid(std::string what) { return Error(Errc::BackupInvalid, std::move(what)); }

Status extract(BackupReader& reader, const fs::path& to) {
    const BackupFile file(
        ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) return Error(Errc::FileFailed, to.string());
    while (true) {
        const ByteView piece = CHAPAR_TRY(reader.read());
        if (piece.empty()) break;
        CHAPAR_TRY(write_exactly(file.get(), piece, to));
    }
    if (::fsync(file.get()) != 0) return Error(Errc::FileFailed, to.string());
    return Done{};
}

// All members, in the order of `names`; nothing else has a place in the directory.
template <std::size_t N>
Status extract_all(BackupReader& reader, const std::array<std::string_view, N>& names,
                   const fs::path& draft) {
    auto expected = names.begin();
    while (const auto member = CHAPAR_TRY(reader.next())) {
        expected = std::find(expected, names.end(), member->name);
        if (expected == names.end()) return invalid("a member that has no place: " + member->name);
        ++expected;
        CHAPAR_TRY(extract(reader, draft / member->name));
    }
    return Done{};
}

Result<BackupReader> open_part(const fs::path& path, BackupPart part, const BackupHolder& holder) {
    auto reader = CHAPAR_TRY(BackupReader::open(path, holder.key));
    if (reader.header().part != part) {
        return invalid(path.string() + (part == BackupPart::Store ? " is not the store's artefact"
                                                                  : " is not the keys' artefact"));
    }
    if (holder.card && holder.card->home() != reader.header().home) {
        return invalid("another centre's: " + reader.header().origin);
    }
    return reader;
}

// The two artefacts are those of one backup.
Status check_pair(const BackupHeader& store, BackupHeader keys) {
    keys.part = BackupPart::Store;
    if (keys != store) return invalid("store and keys are of different backups");
    return Done{};
}

Status check_store_digest(const Hash& found, const fs::path& draft) {
    const Bytes named = CHAPAR_TRY(read_file(draft / kBackupStoreDigest, Hash::kSize));
    if (!equal(named, found.view())) return invalid("the keys belong to another store");
    std::error_code failed;
    fs::remove(draft / kBackupStoreDigest, failed);
    if (failed) return Error(Errc::FileFailed, (draft / kBackupStoreDigest).string());
    return Done{};
}

// What was unpacked is one broker's directory, of the centre and the ledger that the header names.
Status check_content(const BackupHeader& header, const fs::path& draft) {
    for (const std::string_view name :
         {kBackupManifest, kBackupStore, kBackupLogKey, kBackupCurveKey, kBackupLedgerKeys}) {
        if (!file_exists(draft / name)) return invalid(std::string(name) + " is missing");
    }
    const CentreOfBackup centre = CHAPAR_TRY(read_centre_of(draft));
    if (centre.home != header.home || centre.manifest.origin != header.origin) {
        return invalid("manifest and header name different centres");
    }
    CHAPAR_TRY(check_node_keys(draft, centre.manifest));
    CHAPAR_TRY(check_note(header, centre.manifest));
    const LedgerOfStore ledger = CHAPAR_TRY(read_ledger_of(draft / "store"));
    if (ledger.size != header.size || ledger.root != header.root || ledger.note != header.note) {
        return invalid("the store holds another ledger than the header names");
    }
    return Done{};
}

// A path of the configuration that stays in the directory that the configuration is in.
bool stays_inside(const fs::path& path) {
    const fs::path plain = path.lexically_normal();
    return plain.is_relative() && !plain.empty() && *plain.begin() != "..";
}

// True: chapard finds the KEK where its configuration says, without anybody's doing.
Result<bool> place_kek(const fs::path& kek, const fs::path& configured, const std::string& needed,
                       const fs::path& draft, crypto::Random& random) {
    if (CHAPAR_TRY(kek_of_file(kek)) != needed) {
        return invalid("the KEK is another than the one that ledger.keys needs: " + needed);
    }
    if (!stays_inside(configured)) {
        const auto there = kek_of_file(configured);
        return there && *there == needed;
    }
    CHAPAR_TRY(make_folder((draft / configured).parent_path()));
    const auto content = CHAPAR_TRY(crypto::read_private_file(kek, kKekBytes));
    CHAPAR_TRY(crypto::replace_private_file(draft / configured, content.expose(), random));
    return true;
}

// The backup has the policy under its usual name, whatever it was called.
Status place_policy(const fs::path& configured, const fs::path& draft, RestoredBackup& out) {
    if (configured.empty() || configured.lexically_normal() == kBackupPolicy) return Done{};
    if (!file_exists(draft / kBackupPolicy)) return Done{};
    if (!stays_inside(configured)) {
        out.policy_path = configured;
        return Done{};
    }
    const Bytes policy = CHAPAR_TRY(read_file(draft / kBackupPolicy, kPolicyBytes));
    CHAPAR_TRY(make_folder((draft / configured).parent_path()));
    return write_file(draft / configured, policy);
}

Status place_mark(const BackupHeader& header, const fs::path& draft) {
    const std::string text =
        "backup " + to_hex(header.id.view()) + "\nsize " + std::to_string(header.size.value) + "\n";
    return write_file(draft / kMark, view(text));
}

}  // namespace

Result<RestoredBackup> restore_backup(const RestorePlan& plan, const BackupHolder& holder,
                                      crypto::Random& random) {
    CHAPAR_TRY(refuse_existing(plan.directory));
    auto store = CHAPAR_TRY(open_part(plan.store_file, BackupPart::Store, holder));
    auto keys = CHAPAR_TRY(open_part(plan.keys_file, BackupPart::Keys, holder));
    CHAPAR_TRY(check_pair(store.header(), keys.header()));
    auto draft = CHAPAR_TRY(BackupDraft::create(plan.directory, random));
    CHAPAR_TRY(extract_all(keys, kKeysMembers, draft.path()));
    CHAPAR_TRY(extract_all(store, kStoreMembers, draft.path()));
    CHAPAR_TRY(check_store_digest(store.file_digest(), draft.path()));
    CHAPAR_TRY(check_content(store.header(), draft.path()));

    const BrokerPaths paths = CHAPAR_TRY(BrokerPaths::read(draft.path()));
    RestoredBackup out{store.header(), {}, plan.directory / paths.kek, false, {}};
    out.kek_id = CHAPAR_TRY(kek_of_ledger_keys(draft.path() / kBackupLedgerKeys));
    if (plan.kek) {
        out.kek_given =
            CHAPAR_TRY(place_kek(*plan.kek, paths.kek, out.kek_id, draft.path(), random));
    }
    CHAPAR_TRY(place_policy(paths.witness_policy, draft.path(), out));
    CHAPAR_TRY(place_mark(out.header, draft.path()));
    CHAPAR_TRY(draft.publish(plan.directory));
    return out;
}

}  // namespace chapar::client
