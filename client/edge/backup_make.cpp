#include "client/edge/backup_make.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "client/edge/backup_container.h"
#include "client/edge/backup_content.h"
#include "client/edge/broker_paths.h"
#include "crypto/private_file.h"
#include "storage/lmdb/lmdb_copy.h"

namespace chapar::client {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLedgerKeysBytes = std::size_t{64} << 20;
constexpr std::size_t kKeyFileBytes = 256;

// DIR/backup.copy: one at a time; what is in it goes with this object.
class Workspace {
  public:
    static Result<Workspace> open(const fs::path& broker) {
        const fs::path path = broker / "backup.copy";
        if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
            return Error(Errc::FileFailed, path.string());
        }
        BackupFile folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
        if (folder.get() < 0) return Error(Errc::FileFailed, path.string());
        if (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0) {
            return Error(Errc::StoreInUse, path.string());
        }
        Workspace out(path, std::move(folder));
        out.clear();  // what a crash left
        return out;
    }
    Workspace(Workspace&&) = default;
    ~Workspace() {
        if (folder_.get() < 0) return;
        clear();
        ::rmdir(path_.c_str());
    }
    [[nodiscard]] const fs::path& path() const { return path_; }

  private:
    Workspace(fs::path path, BackupFile folder)
        : path_(std::move(path)), folder_(std::move(folder)) {}
    void clear() {
        for (const char* name : {"data.mdb", "lock.mdb", "lock"}) {
            ::unlink((path_ / name).c_str());
        }
    }
    fs::path path_;
    BackupFile folder_;
};

Result<Hash> write_store(const BackupPlan& plan, const BackupHeader& header,
                         const fs::path& snapshot, crypto::Random& random) {
    auto out = CHAPAR_TRY(BackupWriter::create(plan.store_file, header, random));
    const BrokerPaths paths = CHAPAR_TRY(BrokerPaths::read(plan.broker));
    for (const std::string_view name : kStoreMembers) {
        fs::path from = name == kBackupStore ? snapshot : plan.broker / name;
        if (name == kBackupPolicy && !paths.witness_policy.empty()) {
            from = plan.broker / paths.witness_policy;
        }
        const bool needed = name == kBackupStore || name == kBackupManifest;
        if (!needed && !file_exists(from)) continue;
        CHAPAR_TRY(out.add_file(name, from));
    }
    return out.finish();
}

// Without the beginning of a line that is being written: no commit needs that key yet.
ByteView whole_lines(ByteView text) {
    while (!text.empty() && text.back() != std::byte{'\n'}) text = text.first(text.size() - 1);
    return text;
}

Result<Hash> write_keys(const BackupPlan& plan, const BackupHeader& header,
                        const Hash& store_digest, crypto::Random& random) {
    auto out = CHAPAR_TRY(BackupWriter::create(plan.keys_file, header, random));
    for (const std::string_view name : {kBackupLogKey, kBackupCurveKey}) {
        const auto key = CHAPAR_TRY(crypto::read_private_file(plan.broker / name, kKeyFileBytes));
        CHAPAR_TRY(out.add(name, key.expose()));
    }
    const auto keys =
        CHAPAR_TRY(crypto::read_private_file(plan.broker / kBackupLedgerKeys, kLedgerKeysBytes));
    CHAPAR_TRY(out.add(kBackupLedgerKeys, whole_lines(keys.expose())));
    CHAPAR_TRY(out.add(kBackupStoreDigest, store_digest.view()));
    return out.finish();
}

}  // namespace

Result<MadeBackup> make_backup(const BackupPlan& plan, TimeMs now, crypto::Random& random) {
    CHAPAR_TRY(refuse_existing(plan.store_file));
    CHAPAR_TRY(refuse_existing(plan.keys_file));
    const CentreOfBackup centre = CHAPAR_TRY(read_centre_of(plan.broker));
    CHAPAR_TRY(check_node_keys(plan.broker, centre.manifest));
    const Workspace workspace = CHAPAR_TRY(Workspace::open(plan.broker));
    const fs::path snapshot = workspace.path() / "data.mdb";
    CHAPAR_TRY(storage::copy_store(plan.broker / "store", snapshot));
    LedgerOfStore ledger = CHAPAR_TRY(read_ledger_of(workspace.path()));

    BackupHeader header{BackupPart::Store,
                        crypto::random_value<BackupId>(random),
                        centre.home,
                        centre.manifest.origin,
                        now,
                        ledger.size,
                        ledger.root,
                        std::move(ledger.note),
                        plan.holder};
    CHAPAR_TRY(check_note(header, centre.manifest));
    const Hash store_digest = CHAPAR_TRY(write_store(plan, header, snapshot, random));
    BackupHeader of_keys = header;
    of_keys.part = BackupPart::Keys;
    const auto keys_digest = write_keys(plan, of_keys, store_digest, random);
    if (!keys_digest) {
        ::unlink(plan.store_file.c_str());  // half a backup is none
        return keys_digest.error();
    }
    return MadeBackup{std::move(header), store_digest, *keys_digest};
}

}  // namespace chapar::client
