#include "storage/lmdb/room.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "storage/lmdb/handles.h"

namespace chapar::storage::lmdb {

namespace {

// Blocks are taken so much at a time: a fallocate every few thousand ticks.
constexpr std::uint64_t kStep = std::uint64_t{16} << 20;
// Rows of the list of free pages that are counted. There is one for each commit since the oldest
// reader; those not counted pass as taken.
constexpr std::size_t kFreeRows = 4096;
// A reserve is at most this part of what the store can have.
constexpr std::uint64_t kLeastShare = 8;

Status check(int code, const char* what) {
    if (code != MDB_SUCCESS) return to_error(code, what);
    return Done{};
}

Result<int> data_file(MDB_env* environment) {
    int descriptor = -1;
    CHAPAR_TRY(check(mdb_env_get_fd(environment, &descriptor), "mdb_env_get_fd"));
    return descriptor;
}

Result<MDB_envinfo> info_of(MDB_env* environment) {
    MDB_envinfo info{};
    CHAPAR_TRY(check(mdb_env_info(environment, &info), "mdb_env_info"));
    return info;
}

Result<std::uint64_t> page_bytes(MDB_env* environment) {
    MDB_stat stat{};
    CHAPAR_TRY(check(mdb_env_stat(environment, &stat), "mdb_env_stat"));
    return stat.ms_psize;
}

struct Listing {
    std::vector<StoreReader> readers;
    std::uint64_t newest = 0;
};

// LMDB's only way to tell: a line of text for each reader ("pid thread state", or "-" for one that
// reads nothing), behind one of headings.
int take_line(const char* line, void* context) {
    auto& listing = *static_cast<Listing*>(context);
    int process = 0;
    std::size_t thread = 0;
    std::size_t state = 0;
    if (std::sscanf(line, "%d %zx %zu", &process, &thread, &state) == 3) {
        const std::uint64_t behind = listing.newest > state ? listing.newest - state : 0;
        listing.readers.push_back({process, state, behind});
    }
    return 0;
}

}  // namespace

Result<DiskRoom> disk_room(MDB_env* environment) {
    const int descriptor = CHAPAR_TRY(data_file(environment));
    struct stat file {};
    struct statvfs disk {};
    if (::fstat(descriptor, &file) != 0 || ::fstatvfs(descriptor, &disk) != 0) {
        return Error(Errc::StoreFailed, "size of the data file");
    }
    constexpr std::uint64_t kBlockBytes = 512;  // POSIX: the unit of st_blocks
    return DiskRoom{static_cast<std::uint64_t>(file.st_blocks) * kBlockBytes,
                    disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize};
}

Result<std::vector<StoreReader>> list_readers(MDB_env* environment) {
    Listing listing;
    listing.newest = CHAPAR_TRY(info_of(environment)).me_last_txnid;
    // The number of characters, or a code below 0.
    const int code = mdb_reader_list(environment, take_line, &listing);
    if (code < 0) return to_error(code, "mdb_reader_list");
    return std::move(listing.readers);
}

Result<std::uint64_t> taken_pages(MDB_env* environment, MDB_txn* reading) {
    // Before the list: pages that a reader leaves meanwhile pass as taken.
    std::uint64_t oldest = mdb_txn_id(reading);
    for (const StoreReader& reader : CHAPAR_TRY(list_readers(environment))) {
        oldest = std::min(oldest, reader.state);
    }
    std::uint64_t pages = CHAPAR_TRY(info_of(environment)).me_last_pgno + 1;
    constexpr MDB_dbi kFreePages = 0;  // commit -> count, pages: freed by it
    MDB_cursor* opened = nullptr;
    CHAPAR_TRY(check(mdb_cursor_open(reading, kFreePages, &opened), "mdb_cursor_open"));
    const CursorHandle cursor(opened);
    MDB_val key{};
    MDB_val value{};
    for (std::size_t row = 0; row < kFreeRows; ++row) {
        const int code = mdb_cursor_get(cursor.get(), &key, &value, MDB_NEXT);
        if (code == MDB_NOTFOUND) break;
        CHAPAR_TRY(check(code, "mdb_cursor_get"));
        std::size_t freed_by = 0;
        std::size_t count = 0;
        if (key.mv_size != sizeof(freed_by) || value.mv_size < sizeof(count)) {
            return Error(Errc::StoreDamaged, "the list of free pages");
        }
        std::memcpy(&freed_by, key.mv_data, sizeof(freed_by));
        std::memcpy(&count, value.mv_data, sizeof(count));
        // A reader does not see what its own state or an older one freed. (LMDB gives the pages of
        // the newest commit to the writer after the next one.)
        if (freed_by > oldest) break;
        if (count > pages) return Error(Errc::StoreDamaged, "the list of free pages");
        pages -= count;
    }
    return pages;
}

Status ReservedBlocks::begin(MDB_env* environment, std::uint64_t reserve) {
    if (reserve == 0) return Done{};
    const MDB_envinfo info = CHAPAR_TRY(info_of(environment));
    const DiskRoom room = CHAPAR_TRY(disk_room(environment));
    const auto most = std::min<std::uint64_t>(info.me_mapsize, room.file_bytes + room.free_bytes);
    reserve_ = std::min(reserve, most / kLeastShare);
    blocks_ = true;
    return keep(environment);
}

Status ReservedBlocks::keep(MDB_env* environment) {
    if (!blocks_) return Done{};
    const MDB_envinfo info = CHAPAR_TRY(info_of(environment));
    const std::uint64_t written = (info.me_last_pgno + 1) * CHAPAR_TRY(page_bytes(environment));
    const auto map = static_cast<std::uint64_t>(info.me_mapsize);
    const std::uint64_t wanted = std::min(map, written + reserve_);
    if (taken_ >= wanted) return Done{};
    const std::uint64_t end = std::min(map, (wanted / kStep + 1) * kStep);
    const DiskRoom room = CHAPAR_TRY(disk_room(environment));
    // Where it does not fit a file system may take what there is before it says so.
    short_ = end > room.file_bytes && end - room.file_bytes > room.free_bytes;
    if (short_) return Done{};
    const int descriptor = CHAPAR_TRY(data_file(environment));
    int code = 0;
    do {
        code = ::fallocate(descriptor, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(end)) == 0
                   ? 0
                   : errno;
    } while (code == EINTR);
    switch (code) {
        case 0:
            taken_ = end;
            return Done{};
        case EOPNOTSUPP:
        case ENOSYS:
            blocks_ = false;
            return Done{};
        case ENOSPC:
        case EDQUOT:
        case EFBIG:
            short_ = true;
            return Done{};
        default:
            return Error(Errc::StoreFailed, std::string("fallocate: ") + mdb_strerror(code));
    }
}

}  // namespace chapar::storage::lmdb
