// The eight names under which a program opens a file, for what is preloaded before libc.
//
// CHAPAR_PRELOAD_OPEN(function) defines all of them at namespace scope, each as a call of
// `int function(int folder, const char* path, int flags, mode_t mode)`. To be included by one
// source file of a preloaded module, compiled without _FORTIFY_SOURCE: fortified headers define
// them too.
#pragma once

#include <fcntl.h>
#include <sys/types.h>

#include <cstdarg>

namespace chapar::testing {

// The mode is there only where the flags ask for it.
inline mode_t mode_given(int flags, va_list arguments) {
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(arguments, mode_t) : 0;
}

}  // namespace chapar::testing

#define CHAPAR_PRELOAD_OPEN_VARIADIC(name, parameters, folder, function)     \
    int name parameters {                                                    \
        va_list arguments;                                                   \
        va_start(arguments, flags);                                          \
        const mode_t mode = ::chapar::testing::mode_given(flags, arguments); \
        va_end(arguments);                                                   \
        return function(folder, path, flags, mode);                          \
    }

// __open_2 and its like are what fortified callers come by.
#define CHAPAR_PRELOAD_OPEN(function)                                                              \
    extern "C" {                                                                                   \
    CHAPAR_PRELOAD_OPEN_VARIADIC(open, (const char* path, int flags, ...), AT_FDCWD, function)     \
    CHAPAR_PRELOAD_OPEN_VARIADIC(open64, (const char* path, int flags, ...), AT_FDCWD, function)   \
    CHAPAR_PRELOAD_OPEN_VARIADIC(openat, (int folder, const char* path, int flags, ...), folder,   \
                                 function)                                                         \
    CHAPAR_PRELOAD_OPEN_VARIADIC(openat64, (int folder, const char* path, int flags, ...), folder, \
                                 function)                                                         \
    int __open_2(const char* path, int flags) { return function(AT_FDCWD, path, flags, 0); }       \
    int __open64_2(const char* path, int flags) { return function(AT_FDCWD, path, flags, 0); }     \
    int __openat_2(int folder, const char* path, int flags) {                                      \
        return function(folder, path, flags, 0);                                                   \
    }                                                                                              \
    int __openat64_2(int folder, const char* path, int flags) {                                    \
        return function(folder, path, flags, 0);                                                   \
    }                                                                                              \
    }
