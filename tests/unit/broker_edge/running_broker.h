// A broker that runs in a thread of the test, over a store of the test's choice.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "broker/edge/daemon.h"
#include "tests/unit/broker_edge/centre.h"

namespace chapar::testing {

// Stands still but for advance(); any thread.
class FakeTime final : public broker::TimeSource {
  public:
    explicit FakeTime(TimeMs start) : now_(start.value) {}
    [[nodiscard]] broker::Stamp stamp() override {
        return {TimeMs(now_), broker::Clock::Disciplined};
    }
    [[nodiscard]] DurationMs elapsed() override { return DurationMs(now_); }
    [[nodiscard]] std::optional<crypto::ClockStep> take_step() override { return std::nullopt; }
    void advance(DurationMs by) { now_ += by.value; }

  private:
    std::atomic<std::uint64_t> now_;
};

class RunningBroker {
  public:
    // `store` outlives it.
    RunningBroker(const Centre& centre, storage::Store& store, FakeTime& time);
    ~RunningBroker();
    RunningBroker(const RunningBroker&) = delete;
    RunningBroker& operator=(const RunningBroker&) = delete;

    [[nodiscard]] std::string endpoint() const { return daemon_->endpoint(); }
    // Stops it, if it has not stopped by itself, and says how it ended.
    [[nodiscard]] Status stop();
    // Waits until it has stopped by itself.
    [[nodiscard]] Status wait();

  private:
    std::filesystem::path directory_;
    broker::Config config_;
    broker::NodeKeys node_;
    FakeRandom random_{99};
    broker::LedgerKeyFile keys_;
    broker::Tap tap_;
    broker::Log log_;
    std::unique_ptr<broker::Daemon> daemon_;
    Status ended_{Done{}};
    std::thread thread_;
};

}  // namespace chapar::testing
