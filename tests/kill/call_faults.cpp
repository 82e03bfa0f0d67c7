// One call of a program fails: the N-th of a kind since the fault was armed.
//
// Preloaded. CHAPAR_FAIL_CALL is malloc, write, sync, open or getrandom; CHAPAR_FAIL_AT the number,
// from 1 on; CHAPAR_FAIL_ARMED a file whose existence arms it (without
// the variable it is armed from the start); CHAPAR_FAIL_FIRED a file that is made when it fires.
// Writes and opens are those of files below CHAPAR_FAIL_ROOT; a failed write or sync is EIO, a
// failed open EMFILE, getrandom EIO, malloc ENOMEM. Does not know chapard.
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "tests/support/preload_open.h"

extern "C" {
void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* old, size_t size);
}

namespace {

constinit std::atomic<bool> ready{false};
constinit std::atomic<bool> armed{false};
constinit std::atomic<std::uint64_t> calls{0};
char kind[16];
char root[PATH_MAX];
char armed_by[PATH_MAX];
char fired_by[PATH_MAX];
std::uint64_t fail_at = 0;

void take(char* into, std::size_t size, const char* name) {
    const char* value = getenv(name);
    if (value != nullptr && std::strlen(value) < size) std::strcpy(into, value);
}

[[gnu::constructor]] void prepare() {
    take(kind, sizeof kind, "CHAPAR_FAIL_CALL");
    take(root, sizeof root, "CHAPAR_FAIL_ROOT");
    take(armed_by, sizeof armed_by, "CHAPAR_FAIL_ARMED");
    take(fired_by, sizeof fired_by, "CHAPAR_FAIL_FIRED");
    const char* at = getenv("CHAPAR_FAIL_AT");
    fail_at = at == nullptr ? 0 : std::strtoull(at, nullptr, 10);
    armed = armed_by[0] == '\0';
    ready = fail_at > 0 && kind[0] != '\0';
}

bool is_armed() {
    if (armed) return true;
    if (syscall(SYS_faccessat, AT_FDCWD, armed_by, F_OK) != 0) return false;
    armed = true;
    return true;
}

// Whether this call, of this kind, is the one.
bool fails(const char* what, int error) {
    if (!ready || std::strcmp(kind, what) != 0) return false;
    const int before = errno;
    if (!is_armed() || ++calls != fail_at) {
        errno = before;
        return false;
    }
    const long file = syscall(SYS_openat, AT_FDCWD, fired_by, O_WRONLY | O_CREAT, 0600);
    if (file >= 0) syscall(SYS_close, file);
    errno = error;
    return true;
}

bool is_ours(int descriptor) {
    if (!ready || root[0] == '\0') return false;
    char link[64] = "/proc/self/fd/";
    char* digit = link + std::strlen(link);
    char digits[16];
    int count = 0;
    for (int rest = descriptor; rest > 0 || count == 0; rest /= 10) {
        digits[count++] = static_cast<char>('0' + rest % 10);
    }
    while (count > 0) *digit++ = digits[--count];
    char path[PATH_MAX];
    const ssize_t size = readlink(link, path, sizeof path);
    const std::size_t wanted = std::strlen(root);
    return size >= static_cast<ssize_t>(wanted) && std::memcmp(path, root, wanted) == 0;
}

bool fails_write(int descriptor) {
    return ready && std::strcmp(kind, "write") == 0 && is_ours(descriptor) && fails("write", EIO);
}

int open_file(int folder, const char* path, int flags, mode_t mode) {
    const bool ours = ready && std::strcmp(kind, "open") == 0 &&
                      (path[0] != '/' || std::strncmp(path, root, std::strlen(root)) == 0);
    if (ours && fails("open", EMFILE)) return -1;
    return static_cast<int>(syscall(SYS_openat, folder, path, flags, mode));
}

}  // namespace

extern "C" {

void* malloc(size_t size) { return fails("malloc", ENOMEM) ? nullptr : __libc_malloc(size); }
void* calloc(size_t count, size_t size) {
    return fails("malloc", ENOMEM) ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* old, size_t size) {
    return fails("malloc", ENOMEM) ? nullptr : __libc_realloc(old, size);
}

ssize_t write(int descriptor, const void* bytes, size_t count) {
    return fails_write(descriptor) ? -1 : syscall(SYS_write, descriptor, bytes, count);
}
ssize_t writev(int descriptor, const iovec* parts, int count) {
    return fails_write(descriptor) ? -1 : syscall(SYS_writev, descriptor, parts, count);
}
ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t at) {
    return fails_write(descriptor) ? -1 : syscall(SYS_pwrite64, descriptor, bytes, count, at);
}
ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off_t at) {
    return pwrite(descriptor, bytes, count, at);
}
ssize_t pwritev(int descriptor, const iovec* parts, int count, off_t at) {
    return fails_write(descriptor) ? -1 : syscall(SYS_pwritev, descriptor, parts, count, at, 0L);
}
ssize_t pwritev64(int descriptor, const iovec* parts, int count, off_t at) {
    return pwritev(descriptor, parts, count, at);
}

int fsync(int descriptor) {
    return fails("sync", EIO) ? -1 : static_cast<int>(syscall(SYS_fsync, descriptor));
}
int fdatasync(int descriptor) {
    return fails("sync", EIO) ? -1 : static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

ssize_t getrandom(void* bytes, size_t size, unsigned flags) {
    return fails("getrandom", EIO) ? -1 : syscall(SYS_getrandom, bytes, size, flags);
}

}  // extern "C"

CHAPAR_PRELOAD_OPEN(open_file)
