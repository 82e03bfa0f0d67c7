#include "broker/edge/daemon.h"

#include "broker/core/core_state.h"
#include "broker/core/directory.h"
#include "broker/core/stream_files.h"
#include "broker/edge/local_sequencer.h"
#include "broker/edge/rollback.h"
#include "broker/edge/version.h"
#include "broker/edge/zap.h"

namespace chapar::broker {

// Members in the order of their construction; destroyed the other way round: loop and doors first,
// the ZAP handler after the router it guards.
struct Daemon::Wiring {
    Wiring(DaemonParts given, Tick opened) : parts(std::move(given)), tick(std::move(opened)) {}

    DaemonParts parts;
    Tick tick;
    LocalSequencer sequencer;
    CertificateCache certificates;
    ZmqContext zmq;
    boost::asio::io_context context;
    std::unique_ptr<BodyStore> bodies;
    std::unique_ptr<ZapHandler> zap;
    std::optional<Router> router;
    std::unique_ptr<BrokerService> service;
    std::unique_ptr<EventLoop> loop;
    std::unique_ptr<VerifierPool> verifiers;
    std::unique_ptr<DiskWorker> disk;
    std::unique_ptr<AdminSocket> admin;

    [[nodiscard]] Status found();
    [[nodiscard]] Status load_certificates();
    [[nodiscard]] Status open_bodies();
    [[nodiscard]] Status open_doors();
};

namespace {

Status check_centre(const storage::ReadTxn& txn, const Home& home) {
    const auto centre = CHAPAR_TRY(read_centre(txn));
    if (!centre || centre->home != home) {
        return Error(Errc::LedgerDamaged, "the store was founded by another manifest");
    }
    return Done{};
}

}  // namespace

Status Daemon::Wiring::found() {
    std::vector<Operation> operations;
    const Stamp stamp = parts.time.stamp();
    if (tick.frontier().size().value == 0) {
        operations.push_back({stamp, Found{parts.node.manifest_record}});
    } else {
        const auto txn = CHAPAR_TRY(parts.store.begin_read());
        CHAPAR_TRY(check_centre(*txn, parts.node.home));
        CHAPAR_TRY(
            check_rollback_note(parts.directory, parts.node.log.verifier(), *txn, tick.frontier()));
    }
    operations.push_back(
        {stamp, OpenEpoch{crypto::random_value<Hash>(parts.random), std::string(build_text())}});
    for (const Outcome& outcome : CHAPAR_TRY(tick.run(operations))) {
        if (outcome.code) return Error(*outcome.code, outcome.context);
    }
    return Done{};
}

Status Daemon::Wiring::load_certificates() {
    const auto txn = CHAPAR_TRY(parts.store.begin_read());
    for (const CertificateHash& device : CHAPAR_TRY(all_devices(*txn))) {
        const auto entry = CHAPAR_TRY(read_device(*txn, device));
        if (!entry) return Error(Errc::StoreDamaged, "device");
        certificates.add(device, CHAPAR_TRY(certificate_facts(entry->record)));
    }
    return Done{};
}

Status Daemon::Wiring::open_bodies() {
    const auto txn = CHAPAR_TRY(parts.store.begin_read());
    const auto in_use = [&](const Hash& root) { return file_in_use(*txn, root); };
    const AttachmentConfig& config = parts.config.attachments;
    bodies = CHAPAR_TRY(BodyStore::open(
        parts.directory, {config.upload_bytes, config.free_bytes, config.held_bytes}, in_use));
    return Done{};
}

Status Daemon::Wiring::open_doors() {
    zap = CHAPAR_TRY(ZapHandler::start(zmq, certificates.known_keys()));
    const RouterOptions options{parts.config.listen, parts.config.sessions.handshake};
    router.emplace(CHAPAR_TRY(Router::create(zmq, parts.node.curve, options)));
    // Results are taken up by the loop's own thread.
    verifiers = std::make_unique<VerifierPool>(
        parts.config.workers, certificates, [this](VerifyResult result) {
            auto shared = std::make_shared<VerifyResult>(std::move(result));
            loop->post([this, shared] { return service->verified(std::move(*shared)); });
        });
    disk = std::make_unique<DiskWorker>(
        [this](DiskWorker::Action action) { loop->post(std::move(action)); });
    service = std::make_unique<BrokerService>(
        BrokerService::Parts{parts.config, parts.node, parts.directory, parts.store, tick,
                             sequencer, certificates, *verifiers, *bodies, *disk, *router,
                             parts.tap, parts.time, parts.random, parts.log},
        [this](AdminId to, ByteView frame) { admin->reply(to, frame); });
    loop = std::make_unique<EventLoop>(context, *service, *router, parts.config, parts.maintenance);
    admin = CHAPAR_TRY(AdminSocket::open(context, parts.directory / "admin.sock",
                                         [this](AdminId from, Bytes frame) {
                                             loop->post([this, from, frame = std::move(frame)] {
                                                 return service->administer(from, frame);
                                             });
                                         }));
    if (parts.signals == Signals::Catch) loop->catch_signals();
    return Done{};
}

Result<std::unique_ptr<Daemon>> Daemon::create(DaemonParts parts) {
    Tick tick = CHAPAR_TRY(Tick::open({parts.store, parts.ledger_keys, parts.node.log, parts.random,
                                       Capacity{parts.config.mailbox_quota}}));
    auto wiring = std::make_unique<Wiring>(std::move(parts), std::move(tick));
    CHAPAR_TRY(wiring->found());
    CHAPAR_TRY(wiring->load_certificates());
    CHAPAR_TRY(wiring->open_bodies());
    CHAPAR_TRY(wiring->open_doors());
    return std::unique_ptr<Daemon>(new Daemon(std::move(wiring)));
}

Daemon::Daemon(std::unique_ptr<Wiring> wiring) : wiring_(std::move(wiring)) {}

Daemon::~Daemon() {
    // Workers post to the loop: they go before it.
    wiring_->verifiers.reset();
    wiring_->disk.reset();
}

std::string Daemon::endpoint() const { return wiring_->router->endpoint(); }

Status Daemon::run() { return wiring_->loop->run(); }

void Daemon::stop() { wiring_->loop->stop(); }

}  // namespace chapar::broker
