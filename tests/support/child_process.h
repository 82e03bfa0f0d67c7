// Runs something in a child of this process, for what ends a process or changes all of it.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "schemas/base/assert.h"

namespace chapar::testing {

// The status of waitpid(). The child ends with the code that `body` returns, without running
// destructors of what it inherited; signals end it, whatever the test framework has installed.
inline int in_child(const std::function<int()>& body) {
    const ::pid_t child = ::fork();
    CHAPAR_ASSERT(child >= 0);
    if (child == 0) {
        for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTERM}) {
            std::signal(number, SIG_DFL);
        }
        ::_exit(body());
    }
    int status = 0;
    CHAPAR_ASSERT(::waitpid(child, &status, 0) == child);
    return status;
}

}  // namespace chapar::testing
