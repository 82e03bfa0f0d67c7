#include "tests/unit/broker_edge/running_broker.h"

namespace chapar::testing {
namespace {

// A closed descriptor: what the broker would log is not looked at.
constexpr int kNoLog = -1;

}  // namespace

RunningBroker::RunningBroker(const Centre& centre, storage::Store& store, FakeTime& time)
    : directory_(centre.directory()),
      config_(broker::read_config(directory_ / "chapard.toml").value()),
      node_(broker::NodeKeys::read(directory_).value()),
      keys_(broker::LedgerKeyFile::open(directory_ / "ledger.keys", directory_ / config_.ledger.kek,
                                        random_)
                .value()),
      log_(kNoLog, time) {
    auto daemon =
        broker::Daemon::create({config_, node_, keys_, store, directory_, tap_, time, random_, log_,
                                [] { return Status(Done{}); }, broker::Signals::Leave});
    if (!daemon) {
        std::fprintf(stderr, "daemon: %s %s\n", text_of(daemon.error().code).code.data(),
                     daemon.error().context.c_str());
    }
    daemon_ = std::move(daemon).value();
    thread_ = std::thread([this] { ended_ = daemon_->run(); });
}

RunningBroker::~RunningBroker() {
    if (thread_.joinable()) (void)stop();
}

Status RunningBroker::stop() {
    daemon_->stop();
    return wait();
}

Status RunningBroker::wait() {
    thread_.join();
    daemon_.reset();
    return ended_;
}

}  // namespace chapar::testing
