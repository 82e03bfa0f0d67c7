#include "broker/edge/daemon.h"

#include "broker/core/core_state.h"
#include "broker/core/directory.h"
#include "broker/core/stream_files.h"
#include "broker/core/tables.h"
#include "broker/edge/local_sequencer.h"
#include "broker/edge/tcp_figures.h"
#include "broker/edge/warden_thread.h"
#include "broker/edge/witness_setup.h"
#include "broker/edge/witness_worker.h"
#include "broker/edge/zap.h"

namespace chapar::broker {
namespace {

// Descriptors for all but connections: store, bodies, witnesses, libzmq's own.
constexpr std::uint64_t kOtherDescriptors = 256;

// A connection that finds no descriptor left would keep libzmq trying without a pause: so there are
// never more connections than descriptors for them.
ConnectionBounds connection_bounds(const Config& config, Log& log) {
    const ConnectionConfig& wanted = config.connections;
    ConnectionBounds bounds;
    bounds.count = wanted.count;
    const std::uint64_t descriptors = raise_descriptor_limit();
    if (descriptors < wanted.count + kOtherDescriptors) {
        bounds.count = descriptors > 2 * kOtherDescriptors ? descriptors - kOtherDescriptors
                                                           : kOtherDescriptors;
        log.warning("descriptors.few", {{"limit", std::to_string(descriptors)},
                                        {"connections", std::to_string(bounds.count)}});
    }
    bounds.per_address = wanted.per_ip;
    bounds.pending = wanted.pending;
    bounds.pending_per_address = wanted.pending_per_ip;
    bounds.accepts = {wanted.accepts_per_second, wanted.pending};
    bounds.accepts_per_address = {wanted.accepts_per_ip, wanted.pending_per_ip};
    bounds.first_message =
        DurationMs(config.sessions.handshake.value + config.sessions.hello.value);
    for (const std::string& text : wanted.shared_addresses) {
        if (const auto address = address_of(text)) bounds.shared_addresses.insert(*address);
    }
    return bounds;
}

}  // namespace

// Members in the order of their construction; destroyed the other way round: loop and doors first,
// the ZAP handler after the router it guards.
struct Daemon::Wiring {
    Wiring(DaemonParts given, Tick opened)
        : parts(std::move(given)),
          tick(std::move(opened)),
          notes(parts.store, parts.node.log.verifier()) {}

    DaemonParts parts;
    Tick tick;
    PublishedNotes notes;
    std::optional<LedgerGuard> guard;
    LocalSequencer sequencer;
    CertificateCache certificates;
    ZmqContext zmq;
    boost::asio::io_context context;
    std::unique_ptr<BodyStore> bodies;
    std::optional<WitnessSetup> setup;  // empty: no witness policy
    std::optional<WitnessRound> witnesses;
    std::unique_ptr<ZapHandler> zap;
    std::unique_ptr<WardenThread> warden;  // takes the router's events to its end
    std::optional<Router> router;
    std::unique_ptr<BrokerService> service;
    std::unique_ptr<EventLoop> loop;
    std::unique_ptr<VerifierPool> verifiers;
    std::unique_ptr<DiskWorker> disk;
    std::vector<std::unique_ptr<WitnessWorker>> workers;
    std::unique_ptr<AdminSocket> admin;

    [[nodiscard]] Status check_ledger();
    [[nodiscard]] Status start_witnesses();
    [[nodiscard]] Status load_certificates();
    [[nodiscard]] Status open_bodies();
    [[nodiscard]] Status open_doors();
};

Status Daemon::Wiring::check_ledger() {
    setup = CHAPAR_TRY(set_up_witnesses(parts.config, parts.directory, parts.node, zmq));
    HighWaterFile high_water(parts.directory / parts.config.ledger.high_water,
                             parts.node.manifest.origin);
    guard.emplace(CHAPAR_TRY(LedgerGuard::open(
        {parts.node, parts.directory, parts.store, tick, notes, parts.time, parts.random},
        std::move(high_water), setup ? Witnesses::Asked : Witnesses::None)));
    Scrubber scrubber(parts.store, tick.keys(), parts.directory);
    if (auto damage = CHAPAR_TRY(scrubber.known_damage(tick.frontier().size()))) {
        guard->damaged(std::move(*damage));
    }
    TableScrub tables(parts.store, store_tables(), parts.directory);
    if (auto damage = CHAPAR_TRY(tables.known_damage())) guard->damaged(std::move(*damage));
    if (guard->standing() == Standing::Checked) CHAPAR_TRY(guard->begin());
    return Done{};
}

Status Daemon::Wiring::start_witnesses() {
    if (!setup) return Done{};
    for (std::size_t i = 0; i < setup->transports.size(); ++i) {
        // Answers are taken up by the loop's own thread.
        auto answered = [this, i](Result<crypto::WitnessAnswer> answer) {
            loop->post([this, i, answer = std::move(answer)] {
                return service->witness_answered(i, answer);
            });
        };
        workers.push_back(
            std::make_unique<WitnessWorker>(std::move(setup->transports[i]), std::move(answered)));
    }
    auto memory = CHAPAR_TRY(notes.memory(tick.frontier(), setup->policy));
    // After a crash it is newer than all notes of the store, and never older than what was told.
    const auto& written = guard->remembered();
    if (written && (!memory.newest || memory.newest->head.size < written->head.size)) {
        memory.newest = written;
    }
    witnesses.emplace(setup->policy, parts.node.log.verifier(), setup->reachable, std::move(memory),
                      [this](std::size_t witness, crypto::WitnessCall call) {
                          workers[witness]->ask(std::move(call));
                      });
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
    warden = CHAPAR_TRY(
        WardenThread::create(zmq, connection_bounds(parts.config, parts.log), parts.time));
    const RouterOptions options{parts.config.listen, parts.config.sessions.handshake,
                                [this](ZmqSocket& socket) { return warden->watch(zmq, socket); }};
    router.emplace(CHAPAR_TRY(Router::create(zmq, parts.node.curve, options)));
    // Results are taken up by the loop's own thread.
    verifiers = std::make_unique<VerifierPool>(
        parts.config.workers, certificates, [this](VerifyResult result) {
            auto shared = std::make_shared<VerifyResult>(std::move(result));
            loop->post([this, shared] { return service->verified(std::move(*shared)); });
        });
    disk = std::make_unique<DiskWorker>(
        [this](DiskWorker::Action action) { loop->post(std::move(action)); });
    CHAPAR_TRY(start_witnesses());
    service = std::make_unique<BrokerService>(
        BrokerService::Parts{parts.config,
                             parts.node,
                             parts.directory,
                             parts.store,
                             tick,
                             *guard,
                             notes,
                             setup ? &setup->policy : nullptr,
                             witnesses ? &*witnesses : nullptr,
                             sequencer,
                             certificates,
                             *verifiers,
                             *bodies,
                             *disk,
                             *router,
                             parts.tap,
                             parts.time,
                             parts.random,
                             parts.log,
                             warden.get()},
        [this](AdminId to, ByteView frame) { admin->reply(to, frame); });
    CHAPAR_TRY(service->restore_witnessed());
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
    {
        const auto txn = CHAPAR_TRY(parts.store.begin_read());
        CHAPAR_TRY(check_tables_form(*txn, parts.directory.string()));
    }
    Tick tick = CHAPAR_TRY(Tick::open(
        {parts.store, parts.ledger_keys, parts.node.log, parts.random, capacity_of(parts.config)}));
    auto wiring = std::make_unique<Wiring>(std::move(parts), std::move(tick));
    CHAPAR_TRY(wiring->check_ledger());
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
    wiring_->workers.clear();
}

std::string Daemon::endpoint() const { return wiring_->router->endpoint(); }

Status Daemon::run() { return wiring_->loop->run(); }

void Daemon::stop() { wiring_->loop->stop(); }

}  // namespace chapar::broker
