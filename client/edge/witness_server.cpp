#include "client/edge/witness_server.h"

#include <csignal>
#include <utility>

namespace chapar::client {

WitnessServer::WitnessServer() : loop_(1), signals_(loop_, SIGTERM, SIGINT) {}
WitnessServer::~WitnessServer() = default;

Result<std::unique_ptr<WitnessServer>> WitnessServer::start(const Witness& witness,
                                                            storage::Store& store,
                                                            const Clock& clock,
                                                            const std::filesystem::path& forks,
                                                            const crypto::Secret32& curve,
                                                            WitnessServerOptions options) {
    CHAPAR_ASSERT(options.listen || options.http);
    std::unique_ptr<WitnessServer> server(new WitnessServer());
    WitnessServer* const self = server.get();
    WitnessReports reports{std::move(options.fork), std::move(options.trouble),
                           [self](const Error& error) { self->fail(error); }};
    server->service_ =
        CHAPAR_TRY(WitnessService::create(witness, store, clock, forks, std::move(reports)));
    if (options.http) {
        server->http_ = CHAPAR_TRY(WitnessHttp::open(server->loop_, *options.http,
                                                     *server->service_, options.http_bounds));
    }
    if (options.listen) {
        server->door_ = CHAPAR_TRY(WitnessDoor::open(
            *options.listen, curve, std::move(options.admitted), *server->service_));
    }
    return server;
}

std::string WitnessServer::endpoint() const { return door_ ? door_->endpoint() : std::string(); }
std::string WitnessServer::url() const { return http_ ? http_->url() : std::string(); }

Status WitnessServer::run() {
    signals_.async_wait([this](const boost::system::error_code& problem, int) {
        if (!problem) stop();
    });
    loop_.run();
    const std::lock_guard lock(failure_lock_);
    if (failure_) return *failure_;
    return Done{};
}

void WitnessServer::stop() { loop_.stop(); }

void WitnessServer::fail(const Error& error) {
    {
        const std::lock_guard lock(failure_lock_);
        if (!failure_) failure_ = error;
    }
    stop();
}

}  // namespace chapar::client
