#include "storage/lmdb/lmdb_store.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "crypto/random.h"
#include "schemas/base/limits.h"
#include "storage/lmdb/handles.h"
#include "storage/lmdb/lmdb_txn.h"
#include "storage/meta.h"

namespace chapar::storage {

namespace {

using lmdb::to_error;

Status check(int code, const char* what) {
    if (code != MDB_SUCCESS) return to_error(code, what);
    return Done{};
}

Status make_directory(const std::filesystem::path& directory) {
    if (::mkdir(directory.c_str(), 0700) == 0) return Done{};
    if (errno == EEXIST) return Done{};
    return Error(Errc::FileFailed, "mkdir " + directory.string() + ": " + mdb_strerror(errno));
}

Status open_environment(lmdb::Shared& shared, std::size_t map_size) {
    MDB_env* created = nullptr;
    CHAPAR_TRY(check(mdb_env_create(&created), "mdb_env_create"));
    shared.environment.reset(created);
    // One table more than the caller's: meta.
    CHAPAR_TRY(check(mdb_env_set_maxdbs(created, limits::kStoreTables + 1), "mdb_env_set_maxdbs"));
    CHAPAR_TRY(check(mdb_env_set_maxreaders(created, limits::kStoreReaders), "set_maxreaders"));
    CHAPAR_TRY(check(mdb_env_set_mapsize(created, map_size), "mdb_env_set_mapsize"));
    CHAPAR_TRY(
        check(mdb_env_open(created, shared.directory.c_str(), MDB_NOTLS, 0600), "mdb_env_open"));
    int dead_readers = 0;
    CHAPAR_TRY(check(mdb_reader_check(created, &dead_readers), "mdb_reader_check"));
    // A process that died in between commits may have left data that only the page cache holds.
    return check(mdb_env_sync(created, 1), "mdb_env_sync");
}

// Until the first transaction is on the disk this file says that nothing has been stored: of a
// making that was cut short LMDB may not be able to read its own first two pages.
constexpr const char* kMaking = "making";

// An error is no answer: both answers decide over a store.
Result<bool> is_there(const std::filesystem::path& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) == 0) return true;
    if (errno == ENOENT) return false;
    return Error(Errc::FileFailed, path.string());
}

Status begin_making(const std::filesystem::path& directory) {
    const std::filesystem::path mark = directory / kMaking;
    const std::filesystem::path data = directory / "data.mdb";
    if (CHAPAR_TRY(is_there(mark))) {
        const std::filesystem::path torn = directory / "data.mdb.torn";
        if (::rename(data.c_str(), torn.c_str()) != 0 && errno != ENOENT) {
            return Error(Errc::FileFailed, data.string());
        }
        const std::filesystem::path lock = directory / "lock.mdb";
        if (::unlink(lock.c_str()) != 0 && errno != ENOENT) {
            return Error(Errc::FileFailed, lock.string());
        }
    } else if (CHAPAR_TRY(is_there(data))) {
        return Done{};
    }
    const lmdb::FileDescriptor file(
        ::open(mark.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.is_open()) return Error(Errc::FileFailed, mark.string());
    return lmdb::sync_directory(directory);
}

// The caller syncs the directory.
Status end_making(const std::filesystem::path& directory) {
    const std::filesystem::path mark = directory / kMaking;
    if (::unlink(mark.c_str()) == 0 || errno == ENOENT) return Done{};
    return Error(Errc::FileFailed, mark.string());
}

Status open_table(lmdb::Shared& shared, MDB_txn* txn, const Table& table, unsigned flags) {
    MDB_dbi opened = 0;
    const std::string name(table.name);
    CHAPAR_TRY(check(mdb_dbi_open(txn, name.c_str(), flags, &opened), "mdb_dbi_open"));
    const bool is_new = shared.tables.emplace(name, opened).second;
    CHAPAR_ASSERT(is_new);
    return Done{};
}

// Whether nothing has ever been stored in this environment.
Result<bool> is_fresh(MDB_txn* txn) {
    MDB_dbi names = 0;
    MDB_stat stat{};
    CHAPAR_TRY(check(mdb_dbi_open(txn, nullptr, 0, &names), "mdb_dbi_open"));
    CHAPAR_TRY(check(mdb_stat(txn, names, &stat), "mdb_stat"));
    return stat.ms_entries == 0;
}

// In one transaction, so that a store either has its meta records and tables or is empty.
Status open_tables(lmdb::Shared& shared, std::span<const Table> tables) {
    std::unique_ptr<lmdb::LmdbTxn> txn = CHAPAR_TRY(lmdb::LmdbTxn::begin(shared));
    if (CHAPAR_TRY(is_fresh(txn->handle()))) {
        CHAPAR_TRY(open_table(shared, txn->handle(), kMetaTable, MDB_CREATE));
        crypto::SystemRandom random;
        CHAPAR_TRY(create_meta(*txn, crypto::random_value<crypto::ChecksumKey>(random)));
    } else if (!open_table(shared, txn->handle(), kMetaTable, 0)) {
        return Error(Errc::StoreDamaged, "the directory holds another program's data");
    }
    shared.checksum_key = CHAPAR_TRY(read_meta(*txn));
    for (const Table& table : tables) {
        CHAPAR_ASSERT(!table.name.empty() && table.name.size() <= limits::kStoreTableNameBytes);
        CHAPAR_TRY(open_table(shared, txn->handle(), table, MDB_CREATE));
    }
    return std::move(*txn).commit();
}

}  // namespace

namespace lmdb {

Result<std::uint64_t> table_pages(const Shared& shared, MDB_txn* txn) {
    // LMDB's own tables: 0 lists the free pages, 1 the names. Two more pages are its heads.
    constexpr MDB_dbi kFreePages = 0;
    constexpr MDB_dbi kNames = 1;
    std::uint64_t pages = 2;
    const auto add = [&](MDB_dbi table) -> Status {
        MDB_stat stat{};
        CHAPAR_TRY(check(mdb_stat(txn, table, &stat), "mdb_stat"));
        pages += stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
        return Done{};
    };
    CHAPAR_TRY(add(kFreePages));
    CHAPAR_TRY(add(kNames));
    for (const auto& [name, table] : shared.tables) CHAPAR_TRY(add(table));
    return pages;
}

Result<Transaction> begin_reading(const Shared& shared) {
    if (shared.failed) return Error(Errc::StoreFailed, "an earlier write failed");
    MDB_txn* begun = nullptr;
    MDB_env* environment = shared.environment.get();
    CHAPAR_TRY(check(mdb_txn_begin(environment, nullptr, MDB_RDONLY, &begun), "mdb_txn_begin"));
    return Transaction(begun);
}

}  // namespace lmdb

LmdbStore::LmdbStore(std::unique_ptr<lmdb::Shared> shared) : shared_(std::move(shared)) {}
LmdbStore::~LmdbStore() = default;

Result<std::unique_ptr<LmdbStore>> LmdbStore::open(const std::filesystem::path& directory,
                                                   std::span<const Table> tables,
                                                   LmdbOptions options) {
    CHAPAR_ASSERT(tables.size() <= limits::kStoreTables);
    CHAPAR_TRY(make_directory(directory));
    auto shared = std::make_unique<lmdb::Shared>();
    shared->directory = directory;
    shared->lock = CHAPAR_TRY(lmdb::lock_directory(shared->directory));
    CHAPAR_TRY(begin_making(shared->directory));
    CHAPAR_TRY(open_environment(*shared, options.map_size));
    CHAPAR_TRY(shared->reserved.begin(shared->environment.get(), options.reserve));
    CHAPAR_TRY(open_tables(*shared, tables));
    CHAPAR_TRY(end_making(shared->directory));
    CHAPAR_TRY(lmdb::sync_directory(shared->directory));
    // The parent is where the directory's own name is kept.
    CHAPAR_TRY(lmdb::sync_directory(shared->directory / ".."));
    return std::unique_ptr<LmdbStore>(new LmdbStore(std::move(shared)));
}

Result<std::unique_ptr<LmdbStore>> LmdbStore::open_beside(const std::filesystem::path& directory,
                                                          std::span<const Table> tables) {
    CHAPAR_ASSERT(tables.size() <= limits::kStoreTables);
    auto shared = std::make_unique<lmdb::Shared>();
    shared->directory = directory;
    shared->reads_only = true;
    shared->environment = CHAPAR_TRY(lmdb::open_to_read(directory));
    lmdb::Transaction names = CHAPAR_TRY(lmdb::begin_reading(*shared));
    if (!open_table(*shared, names.get(), kMetaTable, 0)) {
        return Error(Errc::StoreDamaged, "the directory holds another program's data");
    }
    for (const Table& table : tables) {
        if (open_table(*shared, names.get(), table, 0)) continue;
        return Error(Errc::StoreDamaged, "there is no table " + std::string(table.name));
    }
    // Handles last only if the transaction that opened them ends well.
    CHAPAR_TRY(check(mdb_txn_commit(names.release()), "mdb_txn_commit"));
    lmdb::Transaction reading = CHAPAR_TRY(lmdb::begin_reading(*shared));
    shared->checksum_key = CHAPAR_TRY(read_meta(lmdb::LmdbReadTxn(*shared, std::move(reading))));
    return std::unique_ptr<LmdbStore>(new LmdbStore(std::move(shared)));
}

Result<std::unique_ptr<ReadTxn>> LmdbStore::begin_read() const {
    lmdb::Transaction txn = CHAPAR_TRY(lmdb::begin_reading(*shared_));
    return std::unique_ptr<ReadTxn>(std::make_unique<lmdb::LmdbReadTxn>(*shared_, std::move(txn)));
}

Result<std::unique_ptr<Txn>> LmdbStore::begin_write() {
    return std::unique_ptr<Txn>(CHAPAR_TRY(lmdb::LmdbTxn::begin(*shared_)));
}

Result<Usage> LmdbStore::usage() const {
    const lmdb::Transaction txn = CHAPAR_TRY(lmdb::begin_reading(*shared_));
    MDB_env* environment = shared_->environment.get();
    const std::uint64_t pages = CHAPAR_TRY(lmdb::taken_pages(environment, txn.get()));
    const lmdb::DiskRoom disk = CHAPAR_TRY(lmdb::disk_room(environment));
    MDB_envinfo info{};
    MDB_stat stat{};
    CHAPAR_TRY(check(mdb_env_info(environment, &info), "mdb_env_info"));
    CHAPAR_TRY(check(mdb_env_stat(environment, &stat), "mdb_env_stat"));
    const auto map = static_cast<std::uint64_t>(info.me_mapsize);
    return Usage{pages * stat.ms_psize, std::min(map, disk.file_bytes + disk.free_bytes),
                 map - std::min(map, disk.file_bytes), disk.free_bytes, disk.disk_bytes};
}

Result<int> LmdbStore::check_readers() {
    int dead = 0;
    CHAPAR_TRY(check(mdb_reader_check(shared_->environment.get(), &dead), "mdb_reader_check"));
    return dead;
}

Result<std::vector<StoreReader>> LmdbStore::readers() const {
    return lmdb::list_readers(shared_->environment.get());
}

}  // namespace chapar::storage
