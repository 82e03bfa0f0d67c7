// One thread that talks to one witness, so that the loop never waits for any.
//
// Owns: the thread, and the rule "one question at a time". Does not know what is asked
// (witness_round.h). A witness that does not answer costs its own thread the deadline and nobody
// anything else. The destructor waits for the question in hand and drops its answer: at most the
// deadline, and what the system's resolver takes for a host name before it (resolv.conf; by default
// up to half a minute if no name server answers). A stop that must never wait names witnesses by
// address. Resource type; ask() from one thread. Source: design ledger.md 2.6.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "broker/edge/witness_transport.h"

namespace chapar::broker {

constexpr DurationMs kWitnessDeadline{1'000};

class WitnessWorker {
  public:
    // Called on the worker's thread.
    using Answered = std::function<void(Result<crypto::WitnessAnswer>)>;

    WitnessWorker(std::unique_ptr<WitnessTransport> transport, Answered answered);
    ~WitnessWorker();
    WitnessWorker(const WitnessWorker&) = delete;
    WitnessWorker& operator=(const WitnessWorker&) = delete;

    // REQUIRES: the last question has been answered.
    void ask(crypto::WitnessCall call);

  private:
    void work();

    std::unique_ptr<WitnessTransport> transport_;
    Answered answered_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::optional<crypto::WitnessCall> call_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace chapar::broker
