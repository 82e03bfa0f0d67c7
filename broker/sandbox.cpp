#include "broker/sandbox.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/prctl.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "broker/edge/files.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CHAPAR_SANITIZED 1
#else
#define CHAPAR_SANITIZED 0
#endif

namespace chapar::broker {
namespace {

// By name: which of them exist, and under which number, is the machine's. Those that do not exist
// here are passed over.
constexpr const char* kAllowed[] = {
    // Memory that is never executed; with arguments: mmap, mprotect.
    "munmap", "mremap", "madvise", "brk", "mlock", "mlock2", "munlock", "msync",
    // Threads and time; with arguments: clone, prctl, kill. (clock_adjtime asks whether the clock
    // is disciplined; to set it takes a capability.)
    "futex", "set_robust_list", "rseq", "sched_yield", "sched_getaffinity", "sched_setaffinity",
    "sched_getscheduler", "sched_getparam", "sched_setscheduler", "getpriority", "gettid", "getpid",
    "getppid", "exit", "exit_group", "tgkill", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
    "rt_sigtimedwait", "rt_sigpending", "sigaltstack", "restart_syscall", "nanosleep",
    "clock_nanosleep", "clock_gettime", "clock_getres", "clock_adjtime", "adjtimex", "gettimeofday",
    "time", "membarrier", "timerfd_create", "timerfd_settime", "timerfd_gettime", "timer_create",
    "timer_settime", "timer_delete", "times", "getrusage", "getrlimit", "prlimit64", "getcpu",
    // Files: where they may be written is Landlock's.
    "read", "pread64", "readv", "preadv", "preadv2", "write", "pwrite64", "writev", "pwritev",
    "pwritev2", "open", "openat", "openat2", "close", "close_range", "lseek", "_llseek", "fstat",
    "fstat64", "stat", "stat64", "lstat", "newfstatat", "fstatat64", "statx", "fstatfs",
    "fstatfs64", "statfs", "fsync", "fdatasync", "sync_file_range", "ftruncate", "ftruncate64",
    "fallocate", "fadvise64", "flock", "fcntl", "fcntl64", "dup", "dup2", "dup3", "rename",
    "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "chmod", "fchmod",
    "fchmodat", "access", "faccessat", "faccessat2", "readlink", "readlinkat", "getdents",
    "getdents64", "getcwd", "umask", "pipe", "pipe2", "eventfd2", "signalfd4", "epoll_create",
    "epoll_create1", "epoll_ctl", "epoll_ctl_old", "epoll_wait", "epoll_pwait", "epoll_pwait2",
    "poll", "ppoll", "select", "_newselect", "pselect6",
    // Network; with arguments: socket.
    "socketpair", "bind", "listen", "accept", "accept4", "connect", "getsockname", "getpeername",
    "getsockopt", "setsockopt", "sendto", "sendmsg", "sendmmsg", "send", "recv", "recvfrom",
    "recvmsg", "recvmmsg", "shutdown",
    // Who and where we are.
    "getrandom", "uname", "sysinfo", "getuid", "geteuid", "getgid", "getegid", "getuid32",
    "geteuid32", "getgid32", "getegid32", "getgroups", "capget"};

constexpr const char* kDeadly[] = {"execve",
                                   "execveat",
                                   "fork",
                                   "vfork",
                                   "ptrace",
                                   "process_vm_readv",
                                   "process_vm_writev",
                                   "kcmp",
                                   "pidfd_getfd",
                                   "kexec_load",
                                   "kexec_file_load",
                                   "init_module",
                                   "finit_module",
                                   "delete_module",
                                   "mount",
                                   "umount",
                                   "umount2",
                                   "move_mount",
                                   "open_tree",
                                   "fsopen",
                                   "fsmount",
                                   "fspick",
                                   "mount_setattr",
                                   "pivot_root",
                                   "chroot",
                                   "setns",
                                   "unshare",
                                   "bpf",
                                   "perf_event_open",
                                   "userfaultfd",
                                   "io_uring_setup",
                                   "io_uring_enter",
                                   "io_uring_register",
                                   "add_key",
                                   "request_key",
                                   "keyctl",
                                   "personality",
                                   "open_by_handle_at",
                                   "name_to_handle_at",
                                   "setuid",
                                   "setgid",
                                   "setreuid",
                                   "setregid",
                                   "setresuid",
                                   "setresgid",
                                   "setfsuid",
                                   "setfsgid",
                                   "setgroups",
                                   "capset",
                                   "chown",
                                   "fchown",
                                   "lchown",
                                   "fchownat",
                                   "mknod",
                                   "mknodat",
                                   "reboot",
                                   "swapon",
                                   "swapoff",
                                   "settimeofday",
                                   "clock_settime",

                                   "sethostname",
                                   "setdomainname",
                                   "syslog",
                                   "acct",
                                   "quotactl",
                                   "iopl",
                                   "ioperm",
                                   "modify_ldt",
                                   "memfd_secret",
                                   "remap_file_pages",
                                   "process_madvise"};

struct ReleaseFilter {
    void operator()(void* context) const { seccomp_release(context); }
};

// One filter in the making; remembers the first failure.
class Filter {
  public:
    Filter() : context_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS))) {}
    void add(std::uint32_t action, const char* name) {
        const int number = seccomp_syscall_resolve_name(name);
        if (number >= 0) note(seccomp_rule_add(context_.get(), action, number, 0), name);
    }
    void allow_if(const char* name, const scmp_arg_cmp& condition) {
        const int number = seccomp_syscall_resolve_name(name);
        if (number < 0) return;
        note(seccomp_rule_add_array(context_.get(), SCMP_ACT_ALLOW, number, 1, &condition), name);
    }
    Status load() {
        if (!context_) return Error(Errc::Internal, "seccomp_init");
        note(seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS),
             "badarch");
        // Half the time of a walk through so many rules.
        note(seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2), "optimize");
        note(seccomp_load(context_.get()), "load");
        if (failed_ != nullptr) return Error(Errc::Internal, std::string("seccomp ") + failed_);
        return Done{};
    }

  private:
    void note(int code, const char* what) {
        if (code < 0 && failed_ == nullptr) failed_ = what;
    }
    std::unique_ptr<void, ReleaseFilter> context_;
    const char* failed_ = nullptr;
};

scmp_arg_cmp equals(unsigned argument, std::uint64_t value) {
    return {argument, SCMP_CMP_EQ, value, 0};
}
scmp_arg_cmp masked(unsigned argument, std::uint64_t mask, std::uint64_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}

void add_conditions(Filter& filter) {
    for (const char* const name : {"mmap", "mmap2", "mprotect", "pkey_mprotect"}) {
        filter.allow_if(name, masked(2, PROT_EXEC, 0));
    }
    // Threads, and no processes. clone3 hides its flags in memory: ENOSYS makes libc use clone.
    filter.allow_if("clone", masked(0, CLONE_THREAD, CLONE_THREAD));
    for (const int option : {PR_SET_NAME, PR_GET_NAME, PR_SET_DUMPABLE, PR_GET_DUMPABLE, PR_SET_VMA,
                             PR_SET_PDEATHSIG}) {
        filter.allow_if("prctl", equals(0, static_cast<std::uint64_t>(option)));
    }
    filter.allow_if("kill", equals(0, static_cast<std::uint64_t>(getpid())));
    for (const int family : {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK}) {
        filter.allow_if("socket", equals(0, static_cast<std::uint64_t>(family)));
    }
    for (const unsigned long request :
         {static_cast<unsigned long>(FIONBIO), static_cast<unsigned long>(FIONREAD),
          static_cast<unsigned long>(TCGETS)}) {
        filter.allow_if("ioctl", equals(1, request));
    }
}

Status filter_calls() {
    Filter filter;
    for (const char* const name : kAllowed) filter.add(SCMP_ACT_ALLOW, name);
    for (const char* const name : kDeadly) filter.add(SCMP_ACT_KILL_PROCESS, name);
    add_conditions(filter);
    return filter.load();
}

// libc has no functions for these.
long landlock_version() {
    return syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

std::uint64_t handled_access(long version) {
    std::uint64_t out =
        LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
        LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
        LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
        LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;
    constexpr std::uint64_t kRefer = std::uint64_t{1} << 13;     // version 2
    constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14;  // version 3
    if (version >= 2) out |= kRefer;
    if (version >= 3) out |= kTruncate;
    return out;
}

constexpr std::uint64_t kNeeded = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                  LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                  LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                                  std::uint64_t{1} << 13 | std::uint64_t{1} << 14;

Status confine_files(std::span<const std::filesystem::path> writable, long version) {
    const std::uint64_t handled = handled_access(version);
    const landlock_ruleset_attr rules{handled};
    const FileDescriptor ruleset(
        static_cast<int>(syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0)));
    if (!ruleset) return Error(Errc::Internal, "landlock_create_ruleset");
    for (const auto& folder : writable) {
        const FileDescriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
        if (!opened) continue;
        const landlock_path_beneath_attr rule{kNeeded & handled, opened.get()};
        if (syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule, 0) !=
            0) {
            return Error(Errc::Internal, "landlock_add_rule " + folder.string());
        }
    }
    if (syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) {
        return Error(Errc::Internal, "landlock_restrict_self");
    }
    return Done{};
}

}  // namespace

Result<Sandbox> enter_sandbox(std::span<const std::filesystem::path> writable) {
    Sandbox out;
    if (CHAPAR_SANITIZED != 0) {
        out.missing = "built with a sanitizer: no sandbox";
        return out;
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return Error(Errc::Internal, "PR_SET_NO_NEW_PRIVS");
    }
    const long version = landlock_version();
    if (version > 0) {
        CHAPAR_TRY(confine_files(writable, version));
        out.confined = true;
    } else {
        out.missing = std::string("no Landlock in this kernel: ") + std::strerror(errno);
    }
    CHAPAR_TRY(filter_calls());
    out.filtered = true;
    return out;
}

}  // namespace chapar::broker
