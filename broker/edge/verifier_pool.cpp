#include "broker/edge/verifier_pool.h"

#include "broker/edge/worker_thread.h"
#include "schemas/base/limits.h"

namespace chapar::broker {

VerifierPool::VerifierPool(std::size_t workers, const CertificateLookup& certificates,
                           Deliver deliver)
    : certificates_(certificates), deliver_(std::move(deliver)) {
    CHAPAR_ASSERT(workers > 0);
    for (std::size_t i = 0; i < workers; ++i) threads_.push_back(worker_thread([this] { work(); }));
}

VerifierPool::~VerifierPool() {
    {
        const std::unique_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) thread.join();
}

bool VerifierPool::has_room() const {
    const std::unique_lock lock(mutex_);
    return queue_.size() < limits::kVerifierQueue;
}

void VerifierPool::submit(VerifyJob job) {
    {
        const std::unique_lock lock(mutex_);
        CHAPAR_ASSERT(queue_.size() < limits::kVerifierQueue);
        queue_.push_back(std::move(job));
    }
    wake_.notify_one();
}

void VerifierPool::work() {
    while (true) {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (stopping_) return;
        VerifyJob job = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        auto verdicts = std::visit(
            [&](auto& frame) {
                return Ingress::check(std::move(frame), job.session, certificates_);
            },
            job.frame);
        deliver_(VerifyResult{job.ticket, std::move(verdicts)});
    }
}

}  // namespace chapar::broker
