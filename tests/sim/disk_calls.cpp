// The system calls of simulated processes: definitions that the linker takes in place of libc's.
//
// Outside of a simulated process (Disk::running() is null) they do what libc's do. A sync inside of
// one only notes what is durable: the files lie in memory. rename() never dies (it is declared not
// to throw); the sync behind it does.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "tests/sim/disk.h"

namespace {

using chapar::sim::Disk;

int sync_of(int descriptor, const char* place, long call) {
    Disk* const disk = Disk::running();
    if (disk == nullptr) return static_cast<int>(syscall(call, descriptor));
    disk->reach(place);
    if (disk->fails_now()) {
        errno = EIO;
        return -1;
    }
    struct stat status {};
    if (fstat(descriptor, &status) != 0) return -1;
    S_ISDIR(status.st_mode) ? disk->synced_directory(descriptor) : disk->synced_file(descriptor);
    return 0;
}

// Whether the disk does not take it; errno says why. Standard error is not on the disk.
bool refuses_write(int descriptor) {
    Disk* const disk = Disk::running();
    if (disk == nullptr || descriptor <= 2) return false;
    disk->reach("write");
    const bool fails = disk->fails_now();
    if (fails || disk->full()) errno = fails ? EIO : ENOSPC;
    return fails || disk->full();
}

}  // namespace

extern "C" {

int fsync(int descriptor) { return sync_of(descriptor, "fsync", SYS_fsync); }

int fdatasync(int descriptor) { return sync_of(descriptor, "fdatasync", SYS_fdatasync); }

ssize_t write(int descriptor, const void* bytes, size_t count) {
    Disk* const disk = Disk::running();
    if (disk != nullptr && descriptor == Disk::kLog) {
        if (disk->logged) disk->logged({static_cast<const char*>(bytes), count});
        return static_cast<ssize_t>(count);
    }
    if (refuses_write(descriptor)) return -1;
    return static_cast<ssize_t>(syscall(SYS_write, descriptor, bytes, count));
}

ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t at) {
    if (refuses_write(descriptor)) return -1;
    return static_cast<ssize_t>(syscall(SYS_pwrite64, descriptor, bytes, count, at));
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
    const auto done =
        static_cast<int>(syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
    if (done == 0 && Disk::running() != nullptr) {
        Disk::running()->renamed(Disk::path_in(from_folder, from), Disk::path_in(to_folder, to));
    }
    return done;
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
    return renameat2(from_folder, from, to_folder, to, 0);
}

int rename(const char* from, const char* to) noexcept {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

}  // extern "C"
