#include "tests/sim/world.h"

#include <malloc.h>

#include "broker/core/tables.h"
#include "client/core/tables.h"
#include "schemas/frames.h"
#include "schemas/frames_codec.h"
#include "tests/sim/must.h"

namespace chapar::sim {
namespace {

constexpr DurationMs kLook{2'000};  // between two looks at whether all has finished
constexpr DurationMs kFounding{40'000};

std::vector<storage::Table> client_tables() {
    return {client::tables::kAll.begin(), client::tables::kAll.end()};
}

}  // namespace

World::World(const Founding& founding, const Snapshot& snapshot, const Plan& plan,
             Transcript& transcript, const std::filesystem::path& root)
    : founding_(founding),
      plan_(plan),
      transcript_(transcript),
      root_(root),
      dice_(plan.seed ^ 0xC0FFEEULL),
      file_dice_(plan.seed ^ 0xF11E5ULL),
      network_(timeline_, transcript, plan, Dice(dice_.next())),
      oracles_(founding, plan, timeline_, transcript) {
    for (const auto& [name, machine] : snapshot.machines) {
        machine.files.unpack(root_ / name);
        racks_[name] = make_rack(name, name == "broker" ? broker::store_tables() : client_tables(),
                                 *machine.rows);
    }
    config_.attachments.free_bytes = 0;  // a run does not depend on the machine's memory
    Rack& rack = racks_.at("broker");
    rack.store->on_commit([this, &rack] { oracles_.broker_committed(*rack.store); });
    broker_ = std::make_unique<BrokerActor>(
        BrokerActor::Parts{timeline_, network_, transcript, oracles_, *rack.disk, *rack.store,
                           config_, "broker", 0, dice_.next(), plan.power_cuts});
    for (std::size_t i = 0; i < kHonestClients; ++i) {
        Rack& own = racks_.at(founding.members()[i].name);
        clients_.push_back(std::make_unique<ClientActor>(
            ClientActor::Parts{timeline_, network_, transcript, oracles_, founding, plan, *own.disk,
                               *own.store, i, dice_.next()}));
    }
    network_.spoken = [this](unsigned door, const CurveKey& to, Bytes& frame) {
        if (door != 0) return;
        oracles_.broker_said(to, frame);
        if (lying_ && plan_.lie == Lie::ForgedReceipt) forge(frame);
        if (plan_.lie == Lie::DroppedEntry) drop(to, frame);
    };
}

World::~World() {
    mallory_.reset();
    clients_.clear();
    twin_.reset();
    broker_.reset();
}

World::Rack World::make_rack(const std::string& name, std::vector<storage::Table> tables,
                             const storage::MemoryStore& rows) {
    Rack rack;
    rack.disk = std::make_unique<Disk>(root_ / name);
    rack.disk->all_durable();
    rack.store = std::make_unique<FaultyStore>(must(storage::MemoryStore::reopen(rows)),
                                               std::move(tables), *rack.disk, Dice(dice_.next()));
    return rack;
}

World::Rack& World::any_rack() {
    // Of the broker as often as of all clients.
    if (dice_.one_in(2)) return racks_.at("broker");
    return racks_.at(founding_.members()[dice_.below(kHonestClients)].name);
}

void World::start_all() {
    broker_->start();
    for (auto& client : clients_) {
        timeline_.after(DurationMs(dice_.between(10, 500)), [&client] { client->start(); });
    }
}

void World::until(DurationMs end) {
    std::uint64_t steps = 0;
    while (timeline_.step(end) && oracles_.violations().empty()) {
        if (++steps % 512 == 0) watch_memory();
    }
}

// All machines together; a sanitizer's allocator tells nothing.
void World::watch_memory() {
    constexpr std::size_t kMost = std::size_t{64} << 20;
    const std::size_t now = mallinfo2().uordblks;
    if (heap_ == 0) heap_ = now;
    if (now > heap_ + kMost) oracles_.violated("memory: " + std::to_string(now - heap_) + " bytes");
}

std::string World::unfinished() const {
    if (!broker_->running()) return "the broker is down";
    std::vector<std::vector<client::OutboxItem>> outboxes;
    std::vector<std::vector<client::InboxItem>> inboxes;
    for (const auto& client : clients_) {
        if (!client->knows_all_letters_sent()) return "a letter is not written";
        outboxes.push_back(client->outbox());
        inboxes.push_back(client->inbox());
    }
    return oracles_.unfinished(outboxes, inboxes);
}

// A lie that nobody has heard a minute after healing was none.
std::string World::unnoticed() const {
    const bool over = !told_ && timeline_.now().value > plan_.busy.value + kMinute.value;
    return oracles_.any_alarm() || over ? "" : "nobody has noticed";
}

Verdict World::run() {
    network_.set_faulty(true);
    plan_letters();
    plan_lines();
    plan_machines();
    plan_storage();
    plan_clocks();
    plan_records();
    plan_lie();
    start_all();
    if (plan_.mallory) {
        Rack& own = racks_.at(founding_.members().back().name);
        mallory_ = std::make_unique<Mallory>(
            Mallory::Parts{timeline_, network_, transcript_, founding_, *own.disk, dice_.next()});
        mallory_->start();
    }
    until(plan_.busy);
    if (oracles_.violations().empty()) heal();
    const DurationMs end(plan_.busy.value + kHealed.value);
    std::string left;
    while (oracles_.violations().empty()) {
        left = plan_.lie == Lie::None ? unfinished() : unnoticed();
        if (left.empty() || timeline_.now().value >= end.value) break;
        until(DurationMs(timeline_.now().value + kLook.value));
    }
    if (oracles_.violations().empty()) {
        if (plan_.lie == Lie::None && !left.empty()) {
            for (const auto& client : clients_) client->note_outbox();
            oracles_.violated("not finished: " + left);
        }
        oracles_.finished(told_);
    }
    return {transcript_.hash(), transcript_.events(), timeline_.now(), oracles_.violations(),
            oracles_.exercised()};
}

Snapshot World::found() {
    broker_->start();
    for (const Bytes& record : founding_.records()) administer(record, [] {});
    until(kSecond);
    for (auto& client : clients_) client->start();
    // Its bundle, so that it can be sent to; no malice yet.
    until(kFounding);
    Snapshot snapshot;
    clients_.clear();
    broker_.reset();
    for (auto& [name, rack] : racks_) {
        snapshot.machines[name] = {Image::of(rack.disk->root()),
                                   must(storage::MemoryStore::reopen(rack.store->records()))};
    }
    for (const std::string& one : oracles_.violations()) {
        std::fprintf(stderr, "founding: %s\n", one.c_str());
    }
    return snapshot;
}

void World::administer(const Bytes& record, std::function<void()> done) {
    constexpr DurationMs kAgain{700};
    auto answered = std::make_shared<bool>(false);
    if (broker_->running()) {
        broker_->administer(
            schemas::encode_frame(schemas::Publish{record}),
            [this, answered, done, record](ByteView reply) {
                const auto frame = schemas::decode_frame(reply);
                const auto* outcomes = frame ? std::get_if<schemas::Outcomes>(&*frame) : nullptr;
                // Refused for now (a full disk ..) is asked again.
                const bool later =
                    outcomes == nullptr || (!outcomes->items.empty() &&
                                            client::is_temporary(outcomes->items.front().code));
                if (later) return;
                *answered = true;
                transcript_.note(timeline_.now(), "operator",
                                 "answered " + outcomes->items.front().code);
                done();
            });
    }
    timeline_.after(kAgain, [this, answered, done, record] {
        if (!*answered) administer(record, done);
    });
}

}  // namespace chapar::sim
