#include <doctest/doctest.h>

#include "broker/core/envelope_row.h"
#include "broker/core/replay.h"
#include "broker/core/tables.h"
#include "storage/compare.h"
#include "tests/unit/broker/small_ledger.h"
#include "tests/unit/broker/world.h"

namespace chapar::testing {
namespace {

constexpr std::size_t kOperations = 10000;

// Acts at random, seeded: good and bad envelopes, some with files or approvals, resends,
// statements, revocations, suspensions, policy changes, restarts of the epoch, time.
class Actor {
  public:
    explicit Actor(World& world) : world_(world) {
        for (const char* agency : {"TJ-DCA", "AF-CNP", "CARICC"}) world_.agency(agency);
        world_.office("TJ-BLO", "TJ-DCA", "TJ", crypto::office_role::kLiaison);
        world_.office("AF-BLO", "AF-CNP", "AF", crypto::office_role::kLiaison);
        world_.office("KZ-OPS", "CARICC", "KZ", crypto::office_role::kLiaison);
        for (const char* office : {"TJ-BLO", "AF-BLO", "KZ-OPS"}) {
            for (int i = 0; i < 2; ++i) enrol(office);
        }
        for (const char* agency : {"TJ-DCA", "AF-CNP", "CARICC"}) {
            world_.rule(agency, rule("export.any", crypto::PolicyDirection::Export, 2));
            world_.rule(agency, rule("import.any", crypto::PolicyDirection::Import, 1));
        }
    }

    void act() {
        world_.now = world_.now + DurationMs(pick(60000));
        const std::uint32_t dice = pick(100);
        if (dice < 40) {
            send();
        } else if (dice < 55) {
            resend();
        } else if (dice < 90) {
            confirm();
        } else if (dice < 94) {
            world_.run(broker::Advance{});
        } else if (dice < 97) {
            withhold();
        } else {
            change_something();
        }
    }

  private:
    std::uint32_t pick(std::uint32_t bound) { return crypto::random_below(world_.random, bound); }

    static crypto::PolicyRule rule(const std::string& id, crypto::PolicyDirection direction,
                                   std::uint8_t class_max) {
        return {id, direction, crypto::PolicyEffect::Permit, {}, class_max, {}, {}};
    }

    void enrol(const std::string& office) {
        const std::string name = "device-" + std::to_string(devices_.size());
        world_.device(name, office);
        devices_.push_back(name);
    }

    void send() {
        SendPlan plan;
        plan.from = devices_[pick(static_cast<std::uint32_t>(devices_.size()))];
        for (const char* office : {"TJ-BLO", "AF-BLO", "KZ-OPS"}) {
            if (pick(2) == 0) plan.to.emplace_back(office);
        }
        if (plan.to.empty()) plan.to.emplace_back("KZ-OPS");
        plan.classification = static_cast<schemas::Classification>(pick(4));
        plan.urgency = static_cast<schemas::Urgency>(pick(4));
        plan.life = kHour * (1 + pick(48));
        const std::uint32_t flaw = pick(20);
        if (flaw == 0) plan.created = world_.now + kHour;
        if (flaw == 1 && !sent_.empty()) plan.message_id = sent_.back().message_id;
        if (flaw == 2) plan.stranger = crypto::random_value<CertificateHash>(world_.random);
        if (flaw == 3) plan.key_days = 3;
        if (flaw == 4) {
            plan.seen = world_.newest_head();
            plan.seen->size = TreeSize(plan.seen->size.value + 5);
        }
        if (flaw == 5) plan.life = kDay * 40;
        if (flaw == 6) plan.attachments = {70000, 10};
        if (flaw == 7) plan.approved_by = {devices_[pick(6)]};
        SentEnvelope envelope = world_.seal(plan);
        world_.submit(envelope);
        sent_.push_back(std::move(envelope));
        if (sent_.size() > 200) sent_.erase(sent_.begin());
    }

    const SentEnvelope* any_sent() {
        if (sent_.empty()) return nullptr;
        return &sent_[pick(static_cast<std::uint32_t>(sent_.size()))];
    }

    void resend() {
        if (const auto* envelope = any_sent()) world_.submit(*envelope);
    }

    void confirm() {
        const auto* envelope = any_sent();
        if (envelope == nullptr) return;
        const std::string& device = devices_[pick(static_cast<std::uint32_t>(devices_.size()))];
        EntryIndex accepted;
        const auto txn = world_.read();
        const auto row = broker::read_envelope(*txn, envelope->hash).value();
        if (row) {
            const auto stanza =
                broker::read_stanza(*txn, row->first, world_.device_named(device).hash).value();
            accepted = stanza ? stanza->accepted : row->first;
        }
        world_.confirm(device, envelope->hash, accepted,
                       static_cast<crypto::DeliveryEvent>(1 + pick(5)));
    }

    void withhold() {
        if (const auto* envelope = any_sent()) {
            const auto& device = devices_[pick(static_cast<std::uint32_t>(devices_.size()))];
            world_.run(broker::Withhold{envelope->hash, world_.device_named(device).hash});
        }
    }

    void change_something() {
        switch (pick(6)) {
            case 0:
                world_.rule("CARICC", rule("import." + std::to_string(++rules_),
                                           crypto::PolicyDirection::Import,
                                           static_cast<std::uint8_t>(pick(4))));
                break;
            case 1:
                world_.drop_rule("CARICC", "import." + std::to_string(rules_));
                break;
            case 2:
                if (devices_.size() < 12) enrol("KZ-OPS");
                break;
            case 3:
                // Late and few: what is sealed for a revoked device is refused as a whole.
                if (revoked_ < 2 && world_.operations.size() > kOperations * 8 / 10) {
                    world_.revoke(devices_[revoked_++]);
                }
                break;
            case 4:
                // A suspended device makes envelopes to its office fail, so not for long.
                if (suspended_.empty()) {
                    suspended_ = devices_.back();
                    world_.suspend(suspended_);
                } else {
                    world_.reinstate(suspended_);
                    suspended_.clear();
                }
                break;
            default:
                world_.run(broker::OpenEpoch{crypto::random_value<Hash>(world_.random), "test"});
        }
    }

    World& world_;
    std::vector<std::string> devices_;
    std::vector<SentEnvelope> sent_;
    std::size_t revoked_ = 0;
    std::string suspended_;
    int rules_ = 0;
};

// A history of at least kOperations operations, made once for all tests of this file.
World& history() {
    static World world(StoreKind::Memory, 20261121);
    if (world.operations.size() >= kOperations) return world;
    Actor actor(world);
    while (world.operations.size() < kOperations) actor.act();
    return world;
}

struct Digests {
    Hash leaves;
    Hash root;
    Hash state;
    bool operator==(const Digests&) const = default;
};

constexpr std::array kLeaves{broker::kLeafTable};

Digests result_of(storage::Store& store, const broker::Frontier& frontier) {
    const auto txn = store.begin_read().value();
    return {storage::digest(*txn, kLeaves).value(), frontier.root(),
            storage::digest(*txn, broker::kStateTables).value()};
}

// Folds the operations of `world` again, `batch` in one tick.
Digests refold(const World& world, StoreKind kind, std::size_t batch) {
    TestStore store(kind);
    broker::Frontier frontier;
    FakeRandom nonces(batch);
    const std::span<const broker::Operation> all(world.operations);
    for (std::size_t at = 0; at < all.size(); at += batch) {
        const auto some = all.subspan(at, std::min(batch, all.size() - at));
        auto txn = store.get().begin_write().value();
        broker::Frontier next = frontier;
        const auto outcomes = broker::fold(*txn, next, some, world.keys, nonces).value();
        for (std::size_t i = 0; i < some.size(); ++i) {
            const broker::Outcome& first = world.outcomes[at + i];
            REQUIRE(outcomes[i].code == first.code);
            REQUIRE(outcomes[i].first == first.first);
            REQUIRE(outcomes[i].count == first.count);
            REQUIRE(outcomes[i].lines == first.lines);
        }
        REQUIRE(std::move(*txn).commit());
        frontier = std::move(next);
    }
    return result_of(store.get(), frontier);
}

TEST_CASE("equal operations give equal leaves, roots and state, in any store and any ticks") {
    World& world = history();
    std::size_t accepted = 0;
    std::size_t refused = 0;
    for (const broker::Outcome& outcome : world.outcomes) {
        ++(outcome.code ? refused : accepted);
    }
    MESSAGE(world.operations.size(), " operations, ", refused, " refused, ",
            world.frontier.size().value, " entries");
    CHECK(accepted > kOperations / 5);
    CHECK(refused > kOperations / 5);
    const Digests first = result_of(world.store(), world.frontier);
    CHECK(refold(world, StoreKind::Memory, 1000) == first);
    CHECK(refold(world, StoreKind::Memory, 7) == first);
    CHECK(refold(world, StoreKind::Lmdb, 64) == first);
    CHECK(refold(world, StoreKind::Lmdb, 1009) == first);
}

TEST_CASE("a replay of the ledger rebuilds root and state, and re-takes every decision") {
    World& world = history();
    const auto entries = entries_of(world);
    const auto keys = broker::open_recorded_keys(entries, world.auditor).value();
    TestStore store(StoreKind::Memory);
    FakeRandom nonces(5);
    const auto report = broker::replay(store.get(), entries, keys, nonces).value();
    for (const auto& difference : report.differences) {
        MESSAGE(difference.entry.value, " ", difference.rule);
    }
    CHECK(report.equal());
    CHECK(report.root == world.frontier.root());
    CHECK(report.decisions > 1000);
    const auto mine = store.get().begin_read().value();
    const auto theirs = world.read();
    CHECK(storage::digest(*mine, broker::kStateTables).value() ==
          storage::digest(*theirs, broker::kStateTables).value());
}

}  // namespace
}  // namespace chapar::testing
