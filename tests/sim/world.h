// One run of one seed: machines, network, faults, and the healed phase that must finish.
//
// Owns: all actors, and when each fault of the plan strikes. The run has two parts: the busy time,
// with faults; then everything heals (lines, disks, clocks, rotten rows, policies), and within
// kHealed of virtual time all that was begun must have come to its end. A run with a lying broker
// must end with an alarm instead.
//
// Resource type; one thread. What it is given outlives it.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/broker_actor.h"
#include "tests/sim/client_actor.h"
#include "tests/sim/founding.h"
#include "tests/sim/mallory.h"

namespace chapar::sim {

// The state of all machines: files and rows. What a run begins with, or left behind.
struct Snapshot {
    struct Machine {
        Image files;
        std::unique_ptr<storage::MemoryStore> rows;
    };
    std::map<std::string, Machine> machines;
};

struct Verdict {
    std::uint64_t trace = 0;  // hash
    std::uint64_t events = 0;
    DurationMs ended;  // virtual
    std::vector<std::string> violations;
    Oracles::Exercised exercised;
};

class World {
  public:
    // Virtual time that the healed phase may take: a clock that was 8 minutes ahead of the broker's
    // is waited for, the rest is seconds.
    static constexpr DurationMs kHealed = DurationMs(15 * 60 * 1000);

    World(const Founding& founding, const Snapshot& snapshot, const Plan& plan,
          Transcript& transcript, const std::filesystem::path& root);
    ~World();

    [[nodiscard]] Verdict run();
    // Publishes all records and lets the clients find each other; what they then hold.
    [[nodiscard]] Snapshot found();

  private:
    struct Rack {  // one machine's disk and rows
        std::unique_ptr<Disk> disk;
        std::unique_ptr<FaultyStore> store;
    };
    Rack make_rack(const std::string& name, std::vector<storage::Table> tables,
                   const storage::MemoryStore& rows);
    void start_all();
    void until(DurationMs end);
    [[nodiscard]] DurationMs any_time() {
        return DurationMs(dice_.between(500, std::max<std::uint64_t>(plan_.busy.value, 501)));
    }
    Rack& any_rack();

    // world_faults.cpp
    void plan_letters();
    void plan_lines();
    void plan_machines();
    void plan_storage();
    void plan_clocks();
    void plan_records();
    void plan_lie();
    void crash(Rack& rack, const std::function<void()>& kill);
    void fork();
    void set_back(std::shared_ptr<Snapshot::Machine> kept);
    void forge(Bytes& frame);
    void drop(const CurveKey& to, Bytes& frame);
    void heal();
    // To the operator's socket, until it is answered.
    void administer(const Bytes& record, std::function<void()> done);
    void watch_memory();
    [[nodiscard]] std::string unfinished() const;
    [[nodiscard]] std::string unnoticed() const;
    void letter(std::size_t from, std::size_t to, DurationMs at);
    void add_files(Letter& letter);

    const Founding& founding_;
    const Plan& plan_;
    Transcript& transcript_;
    std::filesystem::path root_;
    Dice dice_;
    Dice file_dice_;
    Timeline timeline_;
    Network network_;
    Oracles oracles_;
    broker::Config config_;
    std::map<std::string, Rack> racks_;
    std::unique_ptr<BrokerActor> broker_;
    std::unique_ptr<BrokerActor> twin_;  // Lie::Fork
    std::vector<std::unique_ptr<ClientActor>> clients_;
    std::unique_ptr<Mallory> mallory_;
    unsigned letters_ = 0;
    bool healed_ = false;
    bool lying_ = false;
    bool told_ = false;  // somebody has heard the lie
    std::set<EnvelopeHash> handed_to_tj_;
    std::optional<EnvelopeHash> dropped_;
    std::size_t heap_ = 0;  // bytes in use at the start
};

}  // namespace chapar::sim
