// A witness as a process: its service, its doors, and its end.
//
// Owns: the loop of the HTTP side, the signals, the wiring. run() lasts until SIGTERM, SIGINT,
// stop(), or a failed store, which is its error. Does not know where keys and trust cards come
// from, nor how a fork is told to people. Resource type; all references outlive it.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "client/edge/witness_door.h"
#include "client/edge/witness_http.h"
#include "client/edge/witness_service.h"
#include "crypto/secret.h"

namespace chapar::client {

struct WitnessServerOptions {
    std::optional<std::string> listen;  // tcp://ADDRESS:PORT
    std::optional<HttpAddress> http;
    HttpBounds http_bounds{};
    std::set<CurveKey> admitted;  // of the brokers that may come through `listen`
    // As WitnessReports; called by any thread.
    std::function<void(const crypto::ForkEvidence&, const std::filesystem::path&)> fork;
    std::function<void(const Error&)> trouble;
};

class WitnessServer {
  public:
    // Listens when it returns. REQUIRES: at least one of the two addresses.
    [[nodiscard]] static Result<std::unique_ptr<WitnessServer>> start(
        const Witness& witness, storage::Store& store, const Clock& clock,
        const std::filesystem::path& forks, const crypto::Secret32& curve,
        WitnessServerOptions options);
    ~WitnessServer();
    WitnessServer(const WitnessServer&) = delete;
    WitnessServer& operator=(const WitnessServer&) = delete;

    // With the ports that were really bound; empty: not asked for.
    [[nodiscard]] std::string endpoint() const;
    [[nodiscard]] std::string url() const;

    [[nodiscard]] Status run();
    // Ends run(); from any thread.
    void stop();

  private:
    WitnessServer();
    void fail(const Error& error);

    boost::asio::io_context loop_;
    boost::asio::signal_set signals_;
    std::mutex failure_lock_;
    std::optional<Error> failure_;
    std::unique_ptr<WitnessService> service_;
    std::unique_ptr<WitnessHttp> http_;
    std::unique_ptr<WitnessDoor> door_;  // ends first: its thread uses what stands above
};

}  // namespace chapar::client
