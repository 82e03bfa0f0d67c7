#include "broker/edge/disk_worker.h"
#include "broker/edge/worker_thread.h"

namespace chapar::broker {

DiskWorker::DiskWorker(Post post)
    : post_(std::move(post)), thread_(worker_thread([this] { work(); })) {}

DiskWorker::~DiskWorker() {
    {
        const std::unique_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void DiskWorker::submit(Job job) {
    {
        const std::unique_lock lock(mutex_);
        queue_.push_back(std::move(job));
    }
    wake_.notify_one();
}

void DiskWorker::work() {
    while (true) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (stopping_) return;
            job = std::move(queue_.front());
            queue_.pop_front();
        }
        post_(job());
    }
}

}  // namespace chapar::broker
