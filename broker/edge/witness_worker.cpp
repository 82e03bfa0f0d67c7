#include "broker/edge/witness_worker.h"
#include "broker/edge/worker_thread.h"

namespace chapar::broker {

WitnessWorker::WitnessWorker(std::unique_ptr<WitnessTransport> transport, Answered answered)
    : transport_(std::move(transport)),
      answered_(std::move(answered)),
      thread_(worker_thread([this] { work(); })) {}

WitnessWorker::~WitnessWorker() {
    {
        const std::unique_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void WitnessWorker::ask(crypto::WitnessCall call) {
    {
        const std::unique_lock lock(mutex_);
        CHAPAR_ASSERT(!call_.has_value());
        call_ = std::move(call);
    }
    wake_.notify_one();
}

void WitnessWorker::work() {
    while (true) {
        crypto::WitnessCall call;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || call_.has_value(); });
            if (stopping_) return;
            call = std::move(*call_);
            call_.reset();
        }
        auto answer = transport_->ask(call, kWitnessDeadline);
        {
            const std::unique_lock lock(mutex_);
            if (stopping_) return;
        }
        answered_(std::move(answer));
    }
}

}  // namespace chapar::broker
