#include "storage/lmdb/handles.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "schemas/base/limits.h"

namespace chapar::storage::lmdb {

namespace {

Error file_error(const char* what, const std::filesystem::path& path, int code) {
    return Error(Errc::FileFailed,
                 std::string(what) + " " + path.string() + ": " + mdb_strerror(code));
}

}  // namespace

FileDescriptor::~FileDescriptor() {
    if (is_open()) ::close(descriptor_);
}

Result<FileDescriptor> lock_directory(const std::filesystem::path& directory) {
    const std::filesystem::path path = directory / "lock";
    FileDescriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!lock.is_open()) return file_error("open", path, errno);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return Error(Errc::StoreInUse, directory.string());
        return file_error("lock", path, errno);
    }
    return lock;
}

Status sync_directory(const std::filesystem::path& directory) {
    const FileDescriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!opened.is_open()) return file_error("open", directory, errno);
    if (::fsync(opened.get()) != 0) return file_error("sync", directory, errno);
    return Done{};
}

Result<Environment> open_to_read(const std::filesystem::path& directory) {
    std::error_code failed;
    if (!std::filesystem::is_regular_file(directory / "data.mdb", failed)) {
        return Error(Errc::NotFound, (directory / "data.mdb").string());
    }
    MDB_env* created = nullptr;
    int code = mdb_env_create(&created);
    if (code != MDB_SUCCESS) return to_error(code, "mdb_env_create");
    Environment environment(created);
    code = mdb_env_set_maxreaders(created, limits::kStoreReaders);
    if (code != MDB_SUCCESS) return to_error(code, "mdb_env_set_maxreaders");
    code = mdb_env_set_maxdbs(created, limits::kStoreTables + 1);
    if (code != MDB_SUCCESS) return to_error(code, "mdb_env_set_maxdbs");
    code = mdb_env_open(created, directory.c_str(), MDB_RDONLY | MDB_NOTLS, 0600);
    if (code != MDB_SUCCESS) return to_error(code, "mdb_env_open");
    return environment;
}

Error to_error(int code, const char* what) {
    CHAPAR_ASSERT(code != MDB_SUCCESS);
    const std::string context = std::string(what) + ": " + mdb_strerror(code);
    switch (code) {
        case MDB_MAP_FULL:
        case ENOSPC:
        case EDQUOT:
            return Error(Errc::StoreFull, context);
        case MDB_CORRUPTED:
        case MDB_PAGE_NOTFOUND:
        case MDB_INVALID:
        case MDB_INCOMPATIBLE:
            return Error(Errc::StoreDamaged, context);
        case MDB_VERSION_MISMATCH:
            return Error(Errc::VersionUnknown, context);
        default:
            return Error(Errc::StoreFailed, context);
    }
}

}  // namespace chapar::storage::lmdb
