// What chapard can do no more, once it has its directory open: the system calls and the files that
// it never needs are taken from it, so that whoever gets to run code in it gets no further.
//
// Owns: a seccomp filter (which calls exist) and a Landlock ruleset (below which folders a file may
// be opened for writing, made, renamed or removed; nothing may be executed). Does not know what the
// folders hold. It is for ever, and for every thread that begins later.
//
// A call that no path of ours makes (execve, fork, ptrace, mount, bpf, io_uring, ..) ends the
// process by SIGSYS: it is an attack or a mistake, and neither should go on. Any other call that is
// not on the list does not exist (ENOSYS): libraries try newer ones first and fall back. Memory is
// never both written and executed. Files may be read as the user may: names are looked up with
// whatever the system is configured for.
//
// REQUIRES: one thread. Linux 5.13 for Landlock, else only the filter. Nothing under sanitizers,
// which need calls of their own. Errors: Internal, where the kernel refuses what it has.
// Source: seccomp(2), landlock(7); design reliability.md 4 "Run"; ops/adr/0016.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "schemas/base/result.h"

namespace chapar::broker {

struct Sandbox {
    bool filtered = false;  // calls
    bool confined = false;  // files
    std::string missing;    // for the operator: what is not in force, and why; empty: nothing
};

// `writable`: folders; what is not there is left out.
[[nodiscard]] Result<Sandbox> enter_sandbox(std::span<const std::filesystem::path> writable);

}  // namespace chapar::broker
