// A thread that takes none of the signals that stop the program.
//
// A signal to a process goes to any thread that does not block it; the loop's own thread is the one
// that shall be interrupted. Does not know what the thread does. Joined by whoever starts it.
#pragma once

#include <csignal>
#include <thread>
#include <utility>

namespace chapar::broker {

template <typename Work>
[[nodiscard]] std::thread worker_thread(Work work) {
    sigset_t stopping;
    sigset_t before;
    sigemptyset(&stopping);
    sigaddset(&stopping, SIGTERM);
    sigaddset(&stopping, SIGINT);
    pthread_sigmask(SIG_BLOCK, &stopping, &before);
    std::thread started(std::move(work));  // has the mask of the thread that made it
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    return started;
}

}  // namespace chapar::broker
