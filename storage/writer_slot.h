// One writer at a time: other threads wait, the same thread asking twice is a broken invariant
// (it would wait for itself).
//
// Owns: who writes. Does not know what is written. Thread: any; released by the thread that took
// it.
#pragma once

#include <atomic>
#include <mutex>
#include <thread>

#include "schemas/base/assert.h"

namespace chapar::storage {

class WriterSlot {
  public:
    void take() {
        CHAPAR_ASSERT(owner_.load() != std::this_thread::get_id());
        mutex_.lock();
        owner_.store(std::this_thread::get_id());
    }
    // REQUIRES: this thread took it.
    void release() {
        CHAPAR_ASSERT(owner_.load() == std::this_thread::get_id());
        owner_.store(std::thread::id());
        mutex_.unlock();
    }

  private:
    std::mutex mutex_;
    std::atomic<std::thread::id> owner_{};
};

// Holds the slot from construction until finish() or destruction.
class WriterTurn {
  public:
    explicit WriterTurn(WriterSlot& slot) : slot_(&slot) { slot.take(); }
    WriterTurn(const WriterTurn&) = delete;
    WriterTurn& operator=(const WriterTurn&) = delete;
    ~WriterTurn() { finish(); }
    void finish() {
        if (slot_ != nullptr) slot_->release();
        slot_ = nullptr;
    }

  private:
    WriterSlot* slot_;
};

}  // namespace chapar::storage
