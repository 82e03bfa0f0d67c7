// The system calls of a recorded program: definitions that its dynamic linker (or, in this
// program's own tests, the linker) takes in place of libc's.
//
// Owns: which calls change a file, and noting each with what it did, under one lock with the call
// itself, so that the order of the notes is the order of the calls. Does not know what a disk
// makes of them. As a preloaded library it records chapard: CHAPAR_POWERCUT_ROOT names the
// directory, CHAPAR_POWERCUT_TRACE the file that the events are appended to.
//
// Not seen: stores through a shared mapping. LMDB makes none to its data file (no WRITEMAP); its
// lock file means nothing after a restart of the machine. Source: design reliability.md 3.
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "tests/powercut/trace.h"
#include "tests/support/preload_open.h"

namespace chapar::powercut {
namespace {

// What an open descriptor is to us.
struct Tracked {
    bool ours = false;
    bool synced = false;
    bool appends = false;
    std::uint64_t inode = 0;
};

constinit std::mutex lock;
constinit std::array<Tracked, 4096> tracked{};
char root[PATH_MAX];
int trace_file = -1;
std::vector<Event>* memory = nullptr;

bool recording() { return trace_file >= 0 || memory != nullptr; }

void note(Event event) {
    if (memory != nullptr) {
        memory->push_back(std::move(event));
        return;
    }
    const Bytes bytes = encode_event(event);
    // A trace that lacks something proves nothing: no going on without it.
    const long put = syscall(SYS_write, trace_file, bytes.data(), bytes.size());
    if (put != static_cast<long>(bytes.size())) abort();
}

std::string path_of(int descriptor) {
    char path[PATH_MAX];
    if (descriptor == AT_FDCWD) return getcwd(path, sizeof path) == nullptr ? "" : path;
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    const ssize_t size = readlink(link.c_str(), path, sizeof path);
    return size <= 0 ? std::string() : std::string(path, static_cast<std::size_t>(size));
}

// Whether the path lies in the recorded directory; it becomes relative to that.
bool is_ours(std::string& path) {
    const std::size_t size = std::strlen(root);
    if (!path.starts_with(root) || (path.size() > size && path[size] != '/')) return false;
    path.erase(0, std::min(size + 1, path.size()));
    return true;
}

std::string absolute(int folder, const char* name) {
    return name[0] == '/' ? std::string(name) : path_of(folder) + "/" + name;
}

Tracked* find(int descriptor) {
    if (!recording() || descriptor < 0) return nullptr;
    if (static_cast<std::size_t>(descriptor) >= tracked.size()) return nullptr;
    Tracked& entry = tracked[static_cast<std::size_t>(descriptor)];
    // libc itself closes descriptors too (closedir): the number may be another file's by now.
    struct stat status {};
    const bool same = entry.ours && fstat(descriptor, &status) == 0 && status.st_ino == entry.inode;
    return same ? &entry : nullptr;
}

void note_opened(int descriptor, int flags, bool existed) {
    if (static_cast<std::size_t>(descriptor) >= tracked.size()) return;
    Tracked& entry = tracked[static_cast<std::size_t>(descriptor)];
    entry = {};
    std::string path = path_of(descriptor);
    struct stat status {};
    if (!is_ours(path) || fstat(descriptor, &status) != 0) return;
    const bool is_file = S_ISREG(status.st_mode);
    if (!is_file && !S_ISDIR(status.st_mode)) return;
    entry = {true, (flags & O_DSYNC) != 0, (flags & O_APPEND) != 0, status.st_ino};
    if (is_file && !existed) {
        note({EventType::Create, false, entry.inode, 0, path, {}, {}});
    } else if (is_file && (flags & O_TRUNC) != 0) {
        note({EventType::Resize, false, entry.inode, 0, {}, {}, {}});
    }
}

int open_file(int folder, const char* name, int flags, mode_t mode) {
    const std::lock_guard guard(lock);
    struct stat status {};
    const bool existed = (flags & O_CREAT) == 0 || fstatat(folder, name, &status, 0) == 0;
    const auto opened = static_cast<int>(syscall(SYS_openat, folder, name, flags, mode));
    if (opened >= 0 && recording()) note_opened(opened, flags, existed);
    return opened;
}

// Of a write at the descriptor's own position.
std::uint64_t position(int descriptor, const Tracked& entry) {
    struct stat status {};
    if (entry.appends && fstat(descriptor, &status) == 0) {
        return static_cast<std::uint64_t>(status.st_size);
    }
    return static_cast<std::uint64_t>(syscall(SYS_lseek, descriptor, 0, SEEK_CUR));
}

void note_write(const Tracked& entry, std::uint64_t at, const void* bytes, std::size_t size) {
    const auto* begin = static_cast<const std::byte*>(bytes);
    note({EventType::Write, entry.synced, entry.inode, at, {}, {}, Bytes(begin, begin + size)});
}

void note_vector(const Tracked& entry, std::uint64_t at, const iovec* parts, std::size_t left) {
    Bytes joined;
    for (; left > 0; ++parts) {
        const auto* begin = static_cast<const std::byte*>(parts->iov_base);
        const std::size_t size = std::min(left, parts->iov_len);
        joined.insert(joined.end(), begin, begin + size);
        left -= size;
    }
    note_write(entry, at, joined.data(), joined.size());
}

int sync_file(int descriptor, long call) {
    const std::lock_guard guard(lock);
    const auto done = static_cast<int>(syscall(call, descriptor));
    const Tracked* entry = find(descriptor);
    if (done == 0 && entry != nullptr) {
        note({EventType::Sync, false, entry->inode, 0, {}, {}, {}});
    }
    return done;
}

int remove_name(int folder, const char* name, int flags) {
    const std::lock_guard guard(lock);
    std::string path = absolute(folder, name);
    const auto done = static_cast<int>(syscall(SYS_unlinkat, folder, name, flags));
    if (done == 0 && recording() && is_ours(path)) {
        note({EventType::Unlink, false, 0, 0, path, {}, {}});
    }
    return done;
}

int rename_file(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
    const std::lock_guard guard(lock);
    std::string old_path = absolute(from_folder, from);
    std::string new_path = absolute(to_folder, to);
    const auto done =
        static_cast<int>(syscall(SYS_renameat2, from_folder, from, to_folder, to, flags));
    if (done == 0 && recording() && is_ours(old_path) && is_ours(new_path)) {
        note({EventType::Rename, false, 0, 0, old_path, new_path, {}});
    }
    return done;
}

int make_directory(int folder, const char* name, mode_t mode) {
    const std::lock_guard guard(lock);
    std::string path = absolute(folder, name);
    const auto done = static_cast<int>(syscall(SYS_mkdirat, folder, name, mode));
    struct stat status {};
    if (done == 0 && recording() && is_ours(path) && fstatat(folder, name, &status, 0) == 0) {
        note({EventType::MakeDirectory, false, status.st_ino, 0, path, {}, {}});
    }
    return done;
}

int resize_file(int descriptor, std::uint64_t size, long done) {
    const Tracked* entry = find(descriptor);
    if (done == 0 && entry != nullptr) {
        note({EventType::Resize, false, entry->inode, size, {}, {}, {}});
    }
    return static_cast<int>(done);
}

// Room that is allotted without a new size is no content.
int allot(int descriptor, int mode, off_t offset, off_t size) {
    const std::lock_guard guard(lock);
    const long done = syscall(SYS_fallocate, descriptor, mode, offset, size);
    struct stat status {};
    if (mode != 0 || fstat(descriptor, &status) != 0) return static_cast<int>(done);
    return resize_file(descriptor, static_cast<std::uint64_t>(status.st_size), done);
}

[[gnu::constructor]] void record_as_preloaded() {
    const char* folder = getenv("CHAPAR_POWERCUT_ROOT");
    const char* trace = getenv("CHAPAR_POWERCUT_TRACE");
    if (folder == nullptr || trace == nullptr || std::strlen(folder) >= sizeof root) return;
    std::strcpy(root, folder);
    trace_file = static_cast<int>(
        syscall(SYS_openat, AT_FDCWD, trace, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
}

}  // namespace

void start_recording(const std::string& folder, std::vector<Event>& events) {
    const std::lock_guard guard(lock);
    if (folder.size() >= sizeof root) abort();
    std::strcpy(root, folder.c_str());
    memory = &events;
}

void stop_recording() {
    const std::lock_guard guard(lock);
    memory = nullptr;
    tracked = {};
}

}  // namespace chapar::powercut

using namespace chapar::powercut;

CHAPAR_PRELOAD_OPEN(open_file)

extern "C" {

int close(int descriptor) {
    const std::lock_guard guard(lock);
    if (Tracked* entry = find(descriptor)) *entry = {};
    return static_cast<int>(syscall(SYS_close, descriptor));
}

ssize_t write(int descriptor, const void* bytes, size_t count) {
    // Before the lock: most writes are of sockets, which may be slow.
    if (find(descriptor) == nullptr) return syscall(SYS_write, descriptor, bytes, count);
    const std::lock_guard guard(lock);
    const Tracked entry = tracked[static_cast<std::size_t>(descriptor)];
    const std::uint64_t at = position(descriptor, entry);
    const long put = syscall(SYS_write, descriptor, bytes, count);
    if (put > 0) note_write(entry, at, bytes, static_cast<std::size_t>(put));
    return put;
}

ssize_t writev(int descriptor, const iovec* parts, int count) {
    if (find(descriptor) == nullptr) return syscall(SYS_writev, descriptor, parts, count);
    const std::lock_guard guard(lock);
    const Tracked entry = tracked[static_cast<std::size_t>(descriptor)];
    const std::uint64_t at = position(descriptor, entry);
    const long put = syscall(SYS_writev, descriptor, parts, count);
    if (put > 0) note_vector(entry, at, parts, static_cast<std::size_t>(put));
    return put;
}

ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t at) {
    const std::lock_guard guard(lock);
    const long put = syscall(SYS_pwrite64, descriptor, bytes, count, at);
    const Tracked* entry = find(descriptor);
    if (put > 0 && entry != nullptr) {
        note_write(*entry, static_cast<std::uint64_t>(at), bytes, static_cast<std::size_t>(put));
    }
    return put;
}
ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off_t at) {
    return pwrite(descriptor, bytes, count, at);
}

ssize_t pwritev(int descriptor, const iovec* parts, int count, off_t at) {
    const std::lock_guard guard(lock);
    // The kernel takes the position in two halves; the upper one is unused where a word is 64 bits.
    const long put = syscall(SYS_pwritev, descriptor, parts, count, at, 0L);
    const Tracked* entry = find(descriptor);
    if (put > 0 && entry != nullptr) {
        note_vector(*entry, static_cast<std::uint64_t>(at), parts, static_cast<std::size_t>(put));
    }
    return put;
}
ssize_t pwritev64(int descriptor, const iovec* parts, int count, off_t at) {
    return pwritev(descriptor, parts, count, at);
}

int fsync(int descriptor) { return sync_file(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return sync_file(descriptor, SYS_fdatasync); }

int ftruncate(int descriptor, off_t size) noexcept {
    const std::lock_guard guard(lock);
    return resize_file(descriptor, static_cast<std::uint64_t>(size),
                       syscall(SYS_ftruncate, descriptor, size));
}
int ftruncate64(int descriptor, off_t size) noexcept { return ftruncate(descriptor, size); }

int fallocate(int descriptor, int mode, off_t offset, off_t size) {
    return allot(descriptor, mode, offset, size);
}
int fallocate64(int descriptor, int mode, off_t offset, off_t size) {
    return allot(descriptor, mode, offset, size);
}
int posix_fallocate(int descriptor, off_t offset, off_t size) {
    return allot(descriptor, 0, offset, size) == 0 ? 0 : errno;
}
int posix_fallocate64(int descriptor, off_t offset, off_t size) {
    return posix_fallocate(descriptor, offset, size);
}

int rename(const char* from, const char* to) noexcept {
    return rename_file(AT_FDCWD, from, AT_FDCWD, to, 0);
}
int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
    return rename_file(from_folder, from, to_folder, to, 0);
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
    return rename_file(from_folder, from, to_folder, to, flags);
}

int unlink(const char* path) noexcept { return remove_name(AT_FDCWD, path, 0); }
int unlinkat(int folder, const char* path, int flags) noexcept {
    return remove_name(folder, path, flags);
}
int remove(const char* path) noexcept {
    const int done = remove_name(AT_FDCWD, path, 0);
    return done != 0 && errno == EISDIR ? remove_name(AT_FDCWD, path, AT_REMOVEDIR) : done;
}

int mkdir(const char* path, mode_t mode) noexcept { return make_directory(AT_FDCWD, path, mode); }
int mkdirat(int folder, const char* path, mode_t mode) noexcept {
    return make_directory(folder, path, mode);
}

}  // extern "C"
