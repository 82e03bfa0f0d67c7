#include "client/core/own_audit.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

using client::AlarmKind;
using crypto::KeyEvent;
using crypto::RecordType;

// Someone with the device's signing key publishes a bundle of his own.
EntryIndex publish_rogue_bundle(World& world, const Post& victim) {
    Post thief{victim.office, victim.agency,
               crypto::SigningKey::from_seed(victim.key.seed().duplicate())};
    thief.certificate = victim.certificate;
    crypto::BundlePlan plan;
    plan.certificate = victim.certificate;
    plan.sequence = 2;
    plan.first_epoch = day_of(world.now);
    return world.publish_bundle(thief, plan);
}

std::vector<AlarmKind> kinds(const std::vector<client::DirectoryAlarm>& alarms) {
    std::vector<AlarmKind> out;
    for (const auto& alarm : alarms) {
        CHECK(alarm.sentence.size() > 40);
        out.push_back(alarm.kind);
    }
    return out;
}

std::optional<crypto::SignedRecord> due(World& world, Post& post) {
    const auto device = world.device(post);
    return reading(*post.store, [&](const storage::ReadTxn& txn) {
        return client::due_suspension(txn, device, world.now);
    });
}

}  // namespace

// Fails if audit_bundle() does not compare with the bundles made, or due_suspension() does not look
// for it.
TEST_CASE("a rogue ladder: a device that sees a bundle it did not make suspends itself") {
    World world;
    CHECK_FALSE(due(world, world.tj).has_value());
    publish_rogue_bundle(world, world.tj);
    CHECK(kinds(world.sync(world.tj).alarms) == std::vector{AlarmKind::ForeignBundle});
    CHECK(world.sync(world.af).alarms.empty());
    CHECK_FALSE(due(world, world.af).has_value());

    const auto record = due(world, world.tj);
    REQUIRE(record.has_value());
    CHECK(record == due(world, world.tj));  // the same bytes, should it be published twice
    world.log_record(*record, KeyEvent::Suspend);
    world.sync(world.af);
    CHECK(reading(*world.af.store, [&](const storage::ReadTxn& txn) {
              return client::DirectoryView(txn).reachable(world.tj.office, world.now);
          }).empty());
    CHECK(kinds(world.sync(world.tj).alarms) == std::vector{AlarmKind::OwnDeviceSuspended});
    CHECK_FALSE(due(world, world.tj).has_value());

    world.reinstate(world.tj, record->hash());
    world.sync(world.tj);
    CHECK_FALSE(due(world, world.tj).has_value());  // the registrars know, and decided
}

// Fails if audit_bundle() does not ask for the memory.
TEST_CASE("a device that was set back does not take its forgotten bundles for a thief's") {
    World world;
    publish_rogue_bundle(world, world.tj);
    world.tj.made.clear();
    world.tj.memory = client::BundleMemory::SetBack;
    CHECK(kinds(world.sync(world.tj).alarms) == std::vector{AlarmKind::BundleFromBefore});
    CHECK_FALSE(due(world, world.tj).has_value());
}

// Fails if audit_device() does not compare offices, or speaks in the first sync.
TEST_CASE("a certificate for the own office that appeared is told") {
    World world;
    world.make_device("UZ-NCB", "UZ-TMZ-BLO");
    CHECK(world.sync(world.tj).alarms.empty());
    const Post stranger = world.make_device("TJ-DCA", "TJ-NPJ-BLO");
    const auto alarms = world.sync(world.tj).alarms;
    CHECK(kinds(alarms) == std::vector{AlarmKind::DeviceAppeared});
    CHECK(alarms.front().sentence.find("desk of officer") != std::string::npos);
    CHECK(alarms.front().record == Hash{stranger.certificate.bytes});
    world.make_device("TJ-DCA", "TJ-NPJ-BLO", world.tj.certificate);
    CHECK(world.sync(world.tj).alarms.front().sentence.find("replaces this device's own") !=
          std::string::npos);
    Post newcomer = world.make_device("TJ-DCA", "TJ-NPJ-BLO");
    CHECK(world.sync(newcomer).alarms.empty());
}

TEST_CASE("a change of the own agency's registrars or roots is told to its devices only") {
    World world;
    AgencySigners& tj = world.agencies.at("TJ-DCA");
    tj.registrars.previous = crypto::record_hash(RecordType::Registrars, tj.registrars.encode());
    tj.registrars.registrars[1].name = "Nazarova";
    world.log_record(tj.registrars_record(), KeyEvent::Registrars);
    const auto alarms = world.sync(world.tj).alarms;
    CHECK(kinds(alarms) == std::vector{AlarmKind::RegistrarsChanged});
    CHECK(alarms.front().sentence.find("Nazarova") != std::string::npos);

    tj.record.previous = crypto::record_hash(RecordType::Agency, tj.record.encode());
    tj.record.threshold = 1;
    auto change = tj.agency_record(world.centre_root());
    change.sign(tj.roots[0]);
    change.sign(tj.roots[1]);
    world.log_record(change, KeyEvent::Agency);
    CHECK(kinds(world.sync(world.tj).alarms) == std::vector{AlarmKind::RootsChanged});
    CHECK(world.sync(world.af).alarms.empty());
}

TEST_CASE("revocation and suspension of the own certificate are told") {
    World world;
    world.suspend(world.tj);
    world.revoke(world.tj);
    CHECK(kinds(world.sync(world.tj).alarms) ==
          std::vector{AlarmKind::OwnDeviceSuspended, AlarmKind::OwnDeviceRevoked});
    CHECK(world.sync(world.af).alarms.empty());
}

TEST_CASE("alarms are kept until a person has confirmed them") {
    World world;
    world.make_device("TJ-DCA", "TJ-NPJ-BLO");
    const auto first = world.sync(world.tj).alarms;
    world.suspend(world.tj);
    world.sync(world.tj);
    const auto open = [&] {
        return reading(*world.tj.store,
                       [](const storage::ReadTxn& txn) { return client::open_alarms(txn); });
    };
    CHECK(open().size() == 2);
    CHECK(open().front() == first.front());
    in_txn(*world.tj.store,
           [&](storage::Txn& txn) { return client::confirm_alarms(txn, first.front().index); });
    CHECK(kinds(open()) == std::vector{AlarmKind::OwnDeviceSuspended});
}

// Fails if own_roots_problem() does not compare with the pinned roots.
TEST_CASE("an own agency with other roots than the pinned ones is told after every sync") {
    World world;
    const auto problem = [&] {
        return reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
            return client::own_roots_problem(client::DirectoryView(txn), world.tj.roots);
        });
    };
    CHECK_FALSE(problem().has_value());
    world.tj.roots.roots[1] = crypto::SigningKey::generate(world.random).public_key();
    CHECK(problem().has_value());
}

}  // namespace chapar::testing
