// The end of a child whose work hangs.
#pragma once

#include <sys/time.h>
#include <unistd.h>

#include <csignal>

#include "schemas/base/assert.h"

namespace chapar::powercut {

// Ends this process (SIGPROF) if what it does next takes more than so many seconds of its own
// processor time: a busy machine is no failure. By the clock (SIGALRM) ten times later: a lock that
// nobody gives back takes no processor time. Counts anew with each call.
inline void end_after(unsigned seconds) {
    const itimerval once{{0, 0}, {static_cast<time_t>(seconds), 0}};
    CHAPAR_ASSERT(setitimer(ITIMER_PROF, &once, nullptr) == 0);
    alarm(10 * seconds);
}

inline bool is_hang(int signal) { return signal == SIGPROF || signal == SIGALRM; }

}  // namespace chapar::powercut
