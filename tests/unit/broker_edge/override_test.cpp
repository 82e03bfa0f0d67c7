// Two persons let a stopped broker go on: with records for that stop and no other.
#include <doctest/doctest.h>

#include <fstream>

#include "broker/core/ledger_tables.h"
#include "crypto/override.h"
#include "tests/unit/broker_edge/restored.h"
#include "tests/unit/broker_edge/witnessed.h"

using namespace chapar;
using namespace chapar::testing;
using crypto::OverrideWhat;
namespace fs = std::filesystem;

namespace {

Hash hash_from(const std::string& hex) { return Hash::from(from_hex(hex).value()).value(); }

// As the status shows it.
Centre::Stop stop_of(const Centre& centre) {
    const fs::path& directory = centre.directory();
    return {TreeSize(std::stoull(figure(directory, "size"))), hash_from(figure(directory, "root")),
            hash_from(figure(directory, "stop"))};
}

std::string refusal_of(const schemas::Frame& answer) {
    const auto* error = std::get_if<schemas::ErrorFrame>(&answer);
    return error == nullptr ? "taken" : error->code;
}

schemas::Frame publish(const Centre& centre, const Bytes& record) {
    AdminClient admin(centre.directory() / "admin.sock");
    return admin.ask(schemas::Publish{record});
}

void tear(const fs::path& file) { fs::resize_file(file, fs::file_size(file) / 2); }

}  // namespace

TEST_CASE("a torn high-water file stops signing until the centre root and a registrar override") {
    Restored scene;
    tear(scene.high_water());
    auto chapard = scene.start();
    (void)chapard.ready();
    const Centre& centre = scene.centre;
    CHECK(figure(centre.directory(), "not_signing").find("missing or torn") != std::string::npos);
    const Centre::Stop stop = stop_of(centre);
    const auto ask = [&](OverrideWhat what, const Centre::Stop& named) {
        return publish(centre, centre.override_record(what, named));
    };
    Centre::Stop other = stop;
    other.size = TreeSize(stop.size.value - 1);
    CHECK(refusal_of(ask(OverrideWhat::HighWater, other)) == "override.other");
    other = stop;
    other.root.bytes[5] ^= std::byte{1};
    CHECK(refusal_of(ask(OverrideWhat::HighWater, other)) == "override.other");
    // Fails if the guard does not compare the number of the stop.
    other = stop;
    other.stop.bytes[5] ^= std::byte{1};
    CHECK(refusal_of(ask(OverrideWhat::HighWater, other)) == "override.other");
    CHECK(refusal_of(ask(OverrideWhat::Witnesses, stop)) == "input.field-invalid");
    CHECK(figure(centre.directory(), "size") == std::to_string(stop.size.value));
    const auto outcomes = std::get<schemas::Outcomes>(ask(OverrideWhat::HighWater, stop));
    CHECK(outcomes.items.at(0).code == "");
    // EPOCH, then the ADMIN entry of the override.
    CHECK(outcomes.items[0].proofs.at(0).index == EntryIndex(stop.size.value + 1));
    CHECK(figure(centre.directory(), "state") == "running");
    CHECK(figure(centre.directory(), "stop") == "");
}

TEST_CASE("an override that was used is refused on a copy of the same store, restored again") {
    Restored scene;
    copy_tree(scene.store(), scene.yesterday("stopped"));
    tear(scene.high_water());
    Bytes used;
    {
        auto chapard = scene.start();
        (void)chapard.ready();
        used = scene.centre.override_record(OverrideWhat::HighWater, stop_of(scene.centre));
        (void)std::get<schemas::Outcomes>(publish(scene.centre, used));
        CHECK(figure(scene.centre.directory(), "state") == "running");
        chapard.signal(SIGTERM);
        CHECK(chapard.exit_code() == 0);
    }
    copy_tree(scene.yesterday("stopped"), scene.store());
    fs::remove(scene.high_water());
    auto chapard = scene.start();
    (void)chapard.ready();
    // Fails if a stop has the number of an earlier one: two histories would be signed.
    CHECK(refusal_of(publish(scene.centre, used)) == "override.other");
    CHECK(figure(scene.centre.directory(), "state") == "read-only");
}

TEST_CASE("a high-water file that vanishes while the broker runs is overridden by an entry") {
    Restored scene;
    auto chapard = scene.start();
    (void)chapard.ready();
    const fs::path& directory = scene.centre.directory();
    CHECK(figure(directory, "stop") == "");
    fs::remove(scene.high_water());
    wait_until("a stop", [&] { return figure(directory, "state") != "running"; });
    const Centre::Stop stop = stop_of(scene.centre);
    const auto answer =
        publish(scene.centre, scene.centre.override_record(OverrideWhat::HighWater, stop));
    const auto& item = std::get<schemas::Outcomes>(answer).items.at(0);
    // Fails if a ledger that has had its EPOCH signs on without the record.
    CHECK(item.proofs.at(0).index == EntryIndex(stop.size.value));
    CHECK(figure(directory, "state") == "running");
    CHECK(fs::exists(scene.high_water()));
}

TEST_CASE("witnesses that do not answer are overridden by a record for this stop") {
    Witnessed scene;
    scene.start();
    scene.publish_all();
    REQUIRE(scene.running->stop());
    scene.running.reset();
    scene.beta.silent = true;
    scene.start();
    CHECK(scene.figure("state") == "awaiting witnesses");
    const Centre::Stop stop = stop_of(scene.centre);
    Centre::Stop other = stop;
    other.stop.bytes[0] ^= std::byte{1};
    const auto refused =
        publish(scene.centre, scene.centre.override_record(OverrideWhat::Witnesses, other));
    CHECK(refusal_of(refused) == "override.other");
    const auto answer =
        publish(scene.centre, scene.centre.override_record(OverrideWhat::Witnesses, stop));
    CHECK(std::get<schemas::Outcomes>(answer).items.at(0).code == "");
    CHECK(scene.figure("state") == "running");
}

// Fails if begin() takes the record without asking once more: the broker would end there.
TEST_CASE("an override whose time is over when the witnesses answer is given up, not the broker") {
    Witnessed scene;
    scene.start();
    scene.publish_all();
    REQUIRE(scene.running->stop());
    scene.running.reset();
    fs::remove(scene.centre.directory() / "high-water");
    scene.beta.silent = true;
    scene.start();
    const Centre::Stop stop = stop_of(scene.centre);
    auto waiting = scene.admin();
    waiting.send(schemas::Publish{scene.centre.override_record(OverrideWhat::HighWater, stop)});
    scene.wait_for("state", "awaiting witnesses");
    scene.time.advance(kDay * 2);
    scene.beta.time += (kDay * 2).value;
    scene.beta.silent = false;
    const auto outcomes = std::get<schemas::Outcomes>(waiting.receive());
    CHECK(outcomes.items.at(0).code == "slip.times");
    CHECK(scene.figure("state") == "read-only");
    CHECK(scene.figure("size") == std::to_string(stop.size.value));
    CHECK(stop_of(scene.centre).stop == stop.stop);
}

// Fails if answer() takes it for granted that a head was signed: the broker would end there.
TEST_CASE("a read-only ledger without a note answers the operator's PROOFS with nothing") {
    Witnessed scene;
    scene.start();
    scene.publish_all();
    REQUIRE(scene.running->stop());
    scene.running.reset();
    {
        const auto txn = scene.store.begin_write().value();
        std::vector<Bytes> keys;
        {
            const auto cursor = txn->cursor(broker::kCheckpointTable);
            REQUIRE(cursor->seek_first());
            for (; cursor->at_record(); (void)cursor->next())
                keys.push_back(to_bytes(cursor->key()));
        }
        for (const Bytes& key : keys) REQUIRE(txn->erase(broker::kCheckpointTable, key));
        REQUIRE(std::move(*txn).commit());
    }
    fs::remove(scene.centre.directory() / "high-water");
    scene.start();
    CHECK(scene.figure("state") == "read-only");
    const auto answer =
        scene.admin().ask(schemas::ProofsAsk{{EntryIndex(0)}, schemas::Witnessing::AnyHead});
    CHECK(std::get<schemas::Proofs>(answer).proofs.empty());
    CHECK(scene.figure("state") == "read-only");
}
