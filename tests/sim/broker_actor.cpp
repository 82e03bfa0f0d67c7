#include "tests/sim/broker_actor.h"

#include "broker/core/directory.h"
#include "broker/core/stream_files.h"
#include "broker/edge/kek_file.h"
#include "broker/edge/ledger_key_file.h"
#include "broker/edge/local_sequencer.h"
#include "broker/edge/service.h"
#include "schemas/frames_codec.h"
#include "tests/sim/founding.h"
#include "tests/sim/must.h"
#include "tests/support/fake_random.h"

namespace chapar::sim {
namespace {

constexpr DurationMs kRetry{2};  // EventLoop's
constexpr DurationMs kRestart{1'000};
constexpr unsigned kFailedStarts = 30;

std::string word_of(const Error& error) {
    return std::string(text_of(error.code).code) + " " + error.context;
}

// Whether a person looks for damage in the store.
bool is_damage(Errc code) {
    return code == Errc::StoreDamaged || code == Errc::LedgerDamaged ||
           code == Errc::VersionUnknown;
}

}  // namespace

class BrokerActor::Time final : public broker::TimeSource {
  public:
    explicit Time(const BrokerActor& actor) : actor_(actor) {}
    broker::Stamp stamp() override {
        const std::uint64_t now = actor_.parts_.timeline.now().value;
        const auto real = static_cast<std::int64_t>(kStart.value + now) + actor_.skew_;
        return rule_.next({TimeMs(static_cast<std::uint64_t>(real)), elapsed(), true});
    }
    // A machine that has been up for a day.
    DurationMs elapsed() override {
        return DurationMs(actor_.parts_.timeline.now().value + kDay.value);
    }
    std::optional<crypto::ClockStep> take_step() override { return rule_.take_step(); }

  private:
    const BrokerActor& actor_;
    broker::StampRule rule_;
};

// As Daemon::Wiring, without witnesses and sockets.
struct BrokerActor::Process {
    Process(const BrokerActor& actor, std::uint64_t seed, Port given)
        : port(std::move(given)), time(actor), random(seed), log(Disk::kLog, time) {}

    Port port;
    Time time;
    testing::FakeRandom random;
    broker::Log log;
    broker::Tap tap;
    std::optional<broker::NodeKeys> node;
    std::optional<broker::LedgerKeyFile> keys;
    std::optional<broker::Tick> tick;
    std::optional<broker::PublishedNotes> notes;
    std::optional<broker::LedgerGuard> guard;
    broker::LocalSequencer sequencer;
    broker::CertificateCache certificates;
    broker::ZmqContext zmq;
    std::unique_ptr<broker::BodyStore> bodies;
    std::optional<broker::Router> router;
    std::unique_ptr<broker::VerifierPool> verifiers;
    std::unique_ptr<broker::DiskWorker> disk;
    std::unique_ptr<broker::BrokerService> service;
};

BrokerActor::BrokerActor(const Parts& parts) : parts_(parts), dice_(parts.seed) {
    parts_.disk.logged = [this](std::string_view line) {
        if (line.ends_with("\n")) line.remove_suffix(1);
        note("log " + std::string(line));
    };
    parts_.network.on_arrival(parts_.door, [this] { settle(); });
}

BrokerActor::~BrokerActor() {
    parts_.disk.logged = nullptr;
    parts_.network.on_arrival(parts_.door, nullptr);
}

Status BrokerActor::wire() {
    Process& p = *process_;
    const std::filesystem::path& directory = parts_.disk.root();
    p.node.emplace(CHAPAR_TRY(broker::NodeKeys::read(directory)));
    p.keys.emplace(CHAPAR_TRY(broker::LedgerKeyFile::open(
        directory / "ledger.keys", directory / parts_.config.ledger.kek, p.random)));
    p.tick.emplace(CHAPAR_TRY(broker::Tick::open({parts_.store, *p.keys, p.node->log, p.random,
                                                  broker::Capacity{parts_.config.mailbox_quota}})));
    p.notes.emplace(parts_.store, p.node->log.verifier());
    broker::HighWaterFile high_water(directory / parts_.config.ledger.high_water,
                                     p.node->manifest.origin);
    p.guard.emplace(CHAPAR_TRY(broker::LedgerGuard::open(
        {*p.node, directory, parts_.store, *p.tick, *p.notes, p.time, p.random},
        std::move(high_water), broker::Witnesses::None)));
    if (p.guard->standing() == broker::Standing::Checked) CHAPAR_TRY(p.guard->begin());
    {
        const auto txn = CHAPAR_TRY(parts_.store.begin_read());
        for (const CertificateHash& device : CHAPAR_TRY(broker::all_devices(*txn))) {
            const auto entry = CHAPAR_TRY(broker::read_device(*txn, device));
            if (!entry) return Error(Errc::StoreDamaged, "device");
            p.certificates.add(device, CHAPAR_TRY(broker::certificate_facts(entry->record)));
        }
        const auto in_use = [&](const Hash& root) { return broker::file_in_use(*txn, root); };
        const broker::AttachmentConfig& config = parts_.config.attachments;
        p.bodies = CHAPAR_TRY(broker::BodyStore::open(
            directory, {config.upload_bytes, config.free_bytes, config.held_bytes}, in_use));
    }
    p.router.emplace(CHAPAR_TRY(broker::Router::create(p.zmq, p.node->curve, {})));
    // As a post to the loop: not within the call that brought it.
    p.verifiers = std::make_unique<broker::VerifierPool>(
        1, p.certificates, [this](broker::VerifyResult result) {
            auto shared = std::make_shared<broker::VerifyResult>(std::move(result));
            later(DurationMs(0),
                  [this, shared] { return process_->service->verified(std::move(*shared)); });
        });
    p.disk = std::make_unique<broker::DiskWorker>(
        [this](broker::DiskWorker::Action action) { later(DurationMs(0), std::move(action)); });
    p.service = std::make_unique<broker::BrokerService>(
        broker::BrokerService::Parts{parts_.config, *p.node, directory, parts_.store, *p.tick,
                                     *p.guard, *p.notes, nullptr, nullptr, p.sequencer,
                                     p.certificates, *p.verifiers, *p.bodies, *p.disk, *p.router,
                                     p.tap, p.time, p.random, p.log},
        [this](broker::AdminId to, ByteView frame) {
            if (auto found = replies_.extract(to)) found.mapped()(frame);
        });
    return p.service->restore_witnessed();
}

void BrokerActor::start() {
    if (retired_ || process_ != nullptr) return;
    ++incarnation_;
    ++starts_;
    draining_ = tick_scheduled_ = retry_scheduled_ = false;
    Port port{parts_.network, parts_.door, Dice(dice_.next()),
              [this](DurationMs delay, std::function<void()> job) {
                  later(delay, [job = std::move(job)]() -> Status {
                      job();
                      return Done{};
                  });
              }};
    process_ = std::make_unique<Process>(*this, dice_.next(), std::move(port));
    parts_.store.restart();
    note("starts");
    Status wired{Done{}};
    try {
        const Disk::Running running(parts_.disk);
        const Port::Use use(process_->port);
        wired = wire();
    } catch (const Crashed& crash) {
        return died(crash.where);
    }
    if (!wired) return stopped(wired.error());
    failed_starts_ = 0;
    parts_.oracles.broker_started(parts_.store);
    parts_.network.open_door(parts_.door);
    repeat(kSecond, [this] { return process_->service->every_second(); });
    repeat(parts_.config.published_head, [this] { return process_->service->publish_head(); });
    settle();
}

void BrokerActor::perform(const std::function<Status()>& action) {
    if (process_ == nullptr) return;
    Status done{Done{}};
    try {
        const Disk::Running running(parts_.disk);
        const Port::Use use(process_->port);
        done = action();
    } catch (const Crashed& crash) {
        return died(crash.where);
    }
    if (!done) return stopped(done.error());
    settle();
}

void BrokerActor::later(DurationMs delay, std::function<Status()> action) {
    parts_.timeline.after(delay, [this, life = incarnation_, action = std::move(action)] {
        if (life == incarnation_) perform(action);
    });
}

void BrokerActor::repeat(DurationMs period, std::function<Status()> action) {
    later(period, [this, period, action]() -> Status {
        CHAPAR_TRY(action());
        repeat(period, action);
        return Done{};
    });
}

// EventLoop::settle().
void BrokerActor::settle() {
    if (process_ == nullptr || process_->service == nullptr) return;
    if (process_->guard->standing() == broker::Standing::Damaged) return restored();
    broker::BrokerService& service = *process_->service;
    if (!draining_ && parts_.network.has_arrived(parts_.door) && service.has_room()) {
        draining_ = true;
        later(DurationMs(0), [this]() -> Status {
            draining_ = false;
            CHAPAR_TRY(process_->service->receive());
            return Done{};
        });
    }
    if (const auto due = service.tick_due(); due && !tick_scheduled_) {
        tick_scheduled_ = true;
        later(*due, [this] {
            tick_scheduled_ = false;
            return process_->service->run_tick();
        });
    }
    if (retry_scheduled_) return;
    bool unsent = false;
    {
        const Disk::Running running(parts_.disk);
        const Port::Use use(process_->port);
        unsent = service.retry_sending();
    }
    if (!unsent) return;
    retry_scheduled_ = true;
    later(kRetry, [this] {
        retry_scheduled_ = false;
        return process_->service->deliver();
    });
}

void BrokerActor::kill() {
    if (process_ != nullptr) died("killed");
}

void BrokerActor::retire() {
    retired_ = true;
    ++incarnation_;
    process_.reset();
    parts_.network.close_door(parts_.door);
}

void BrokerActor::died(const std::string& where) {
    note("dies: " + where);
    process_.reset();
    if (dice_.below(100) < parts_.power_cuts) {
        note("power cut:" + parts_.disk.power_cut(dice_));
    }
    start_again(DurationMs(dice_.between(100, kRestart.value * 2)));
}

void BrokerActor::stopped(const Error& error) {
    note("stops: " + word_of(error));
    process_.reset();
    if (++failed_starts_ > kFailedStarts) {
        parts_.oracles.violated("the broker does not start any more: " + word_of(error));
        return;
    }
    if (is_damage(error.code) && parts_.store.is_rotten()) {
        note("its operator restores the rows that have rotted");
        parts_.store.restore_rotten();
    }
    start_again(kRestart);
}

// A scrub found a rotten row: nothing is signed until a start finds it whole.
void BrokerActor::restored() {
    note("its operator restores the rows that have rotted, and starts it again");
    parts_.store.restore_rotten();
    process_.reset();
    start_again(kRestart);
}

void BrokerActor::start_again(DurationMs delay) {
    ++incarnation_;
    replies_.clear();
    parts_.network.close_door(parts_.door);
    parts_.timeline.after(delay, [this, life = incarnation_] {
        if (life == incarnation_) start();
    });
}

void BrokerActor::administer(const Bytes& frame, Reply reply) {
    const std::uint64_t id = next_admin_++;
    replies_.emplace(id, std::move(reply));
    perform([this, id, &frame] { return process_->service->administer(id, frame); });
}

}  // namespace chapar::sim
