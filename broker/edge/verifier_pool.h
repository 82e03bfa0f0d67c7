// Worker threads that verify: frames in, verdicts out, nothing decided.
//
// Owns: the threads and a bounded queue. Runs the stateless checks of core/ingress.h on decoded
// frames; does not know sessions, sockets or the store. A caller asks has_room() first and stops
// reading from the network while there is none: back-pressure, not loss.
//
// Results come back through `deliver`, on a worker thread and in any order; the event loop's is a
// post to its own thread. The destructor finishes the job in hand and drops the rest.
// Resource type; submit() and has_room() from one thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

#include "broker/core/ingress.h"

namespace chapar::broker {

struct VerifyJob {
    std::uint64_t ticket = 0;  // the caller's name for it
    SessionFacts session;
    std::variant<schemas::Submit, schemas::Statements> frame;
};

struct VerifyResult {
    std::uint64_t ticket = 0;
    Result<std::vector<Verdict>> verdicts;
};

class VerifierPool {
  public:
    using Deliver = std::function<void(VerifyResult)>;

    // `certificates` outlives the pool.
    VerifierPool(std::size_t workers, const CertificateLookup& certificates, Deliver deliver);
    ~VerifierPool();
    VerifierPool(const VerifierPool&) = delete;
    VerifierPool& operator=(const VerifierPool&) = delete;

    [[nodiscard]] bool has_room() const;
    // REQUIRES: has_room().
    void submit(VerifyJob job);

  private:
    void work();

    const CertificateLookup& certificates_;
    Deliver deliver_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<VerifyJob> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace chapar::broker
