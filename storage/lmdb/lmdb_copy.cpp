#include "storage/lmdb/lmdb_copy.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "storage/lmdb/handles.h"

namespace chapar::storage {

namespace {

using lmdb::to_error;

// How often the owner may enlarge its map while we try to read it.
constexpr int kResizes = 8;

Status check(int code, const char* what) {
    if (code != MDB_SUCCESS) return to_error(code, what);
    return Done{};
}

Status copy_into(MDB_env* environment, int descriptor) {
    for (int attempt = 0; attempt < kResizes; ++attempt) {
        const int code = mdb_env_copyfd2(environment, descriptor, MDB_CP_COMPACT);
        if (code != MDB_MAP_RESIZED) return check(code, "mdb_env_copyfd2");
        // Met before the first page is written: the owner's map is larger than ours by now.
        CHAPAR_TRY(check(mdb_env_set_mapsize(environment, 0), "mdb_env_set_mapsize"));
    }
    return Error(Errc::StoreFailed, "the store grew faster than it could be opened");
}

}  // namespace

Status copy_store(const std::filesystem::path& from, const std::filesystem::path& to) {
    const lmdb::Environment environment = CHAPAR_TRY(lmdb::open_to_read(from));
    const lmdb::FileDescriptor file(
        ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.is_open()) {
        return Error(errno == EEXIST ? Errc::AlreadyExists : Errc::FileFailed, to.string());
    }
    Status copied = copy_into(environment.get(), file.get());
    if (copied && ::fsync(file.get()) != 0) copied = Error(Errc::FileFailed, to.string());
    if (!copied) ::unlink(to.c_str());
    return copied;
}

}  // namespace chapar::storage
