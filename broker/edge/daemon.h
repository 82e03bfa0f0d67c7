// A whole broker, wired: from its parts to a loop that serves.
//
// Owns: the order of start and stop. Start: ledger rebuilt and compared with its head, the rules of
// ledger_guard.h, and, unless one of them stands in the way or witnesses are to be asked first,
// Found (first start) and this start's EPOCH committed; only then the doors are opened. A ledger
// that may not be signed is served read-only. Stop: doors closed in the reverse order. Does not
// know where its parts come from (main.cpp) or the configuration file.
//
// Errors of create(): those of the ledger and the store; LedgerDamaged too if the store belongs to
// another manifest; Internal if the address cannot be bound. Resource type. Thread: one at a time;
// stop() from any while run() runs.
// Source: design ledger.md 2.3 "At start", 2.8.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "broker/edge/event_loop.h"

namespace chapar::broker {

enum class Signals : std::uint8_t { Catch, Leave };

struct DaemonParts {
    const Config& config;
    const NodeKeys& node;
    LedgerKeyFile& ledger_keys;
    storage::Store& store;
    const std::filesystem::path& directory;
    Tap& tap;
    TimeSource& time;
    crypto::Random& random;
    Log& log;
    EventLoop::Maintenance maintenance;
    Signals signals = Signals::Catch;
};

class Daemon {
  public:
    // All parts outlive the daemon.
    [[nodiscard]] static Result<std::unique_ptr<Daemon>> create(DaemonParts parts);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    // "tcp://HOST:PORT", with the port that was really bound.
    [[nodiscard]] std::string endpoint() const;
    // Until stop() or a signal; otherwise the fatal error.
    [[nodiscard]] Status run();
    void stop();

  private:
    struct Wiring;
    explicit Daemon(std::unique_ptr<Wiring> wiring);
    std::unique_ptr<Wiring> wiring_;
};

}  // namespace chapar::broker
