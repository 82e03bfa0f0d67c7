// What stops the real program from signing, and what a crash at each step of the append leaves.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <map>

#include "broker/edge/fault_point.h"
#include "broker/edge/high_water.h"
#include "crypto/checkpoint.h"
#include "schemas/base/limits.h"
#include "tests/unit/broker_edge/exchange.h"
#include "tests/unit/broker_edge/fake_witness.h"
#include "tests/unit/broker_edge/restored.h"

using namespace chapar;
using namespace chapar::testing;
namespace fs = std::filesystem;

TEST_CASE("yesterday's store beside today's high-water file is only read, until it is back") {
    Restored scene;
    copy_tree(scene.store(), scene.yesterday("today"));
    copy_tree(scene.yesterday("store"), scene.store());
    for (int start = 0; start < 2; ++start) {
        auto chapard = scene.start();
        const std::string endpoint = chapard.ready();
        // Fails if the high-water file is not compared at the start: it would sign on.
        CHECK(figure(scene.centre.directory(), "state") == "read-only");
        CHECK(figure(scene.centre.directory(), "not_signing").find("names more entries") !=
              std::string::npos);
        CHECK(figure(scene.centre.directory(), "epoch") == "1");
        AdminClient admin(scene.centre.directory() / "admin.sock");
        const auto answer = admin.ask(schemas::Publish{scene.centre.records().front()});
        CHECK(std::get<schemas::ErrorFrame>(answer).code == "read-only");
        const auto page = std::get<schemas::Ledger>(admin.ask(schemas::LedgerAsk{EntryIndex(0)}));
        CHECK(page.entries.size() > 10);
        CHECK(fs::exists(scene.centre.directory() / "rolled-back.note"));
        // A client that brings no note gets the head that was signed before.
        TestClient reader(endpoint, scene.centre.manifest().curve_key, scene.centre.tajik->curve);
        const auto welcome = reader.greet(scene.centre, *scene.centre.tajik);
        CHECK(crypto::open_checkpoint(welcome.head.checkpoint, scene.centre.log()));
        reader.send(schemas::Submit{{}, {scene.centre.seal(scene.centre.nothing_seen())}});
        CHECK(reader.expect<schemas::Outcomes>().items.at(0).code == "read-only");
        chapard.signal(SIGTERM);
        CHECK(chapard.exit_code() == 0);
    }
    copy_tree(scene.yesterday("today"), scene.store());
    auto chapard = scene.start();
    (void)chapard.ready();
    CHECK(figure(scene.centre.directory(), "state") == "running");
    CHECK_FALSE(fs::exists(scene.centre.directory() / "rolled-back.note"));
}

// Fails if the mark of a restore is reported as a file that is missing or torn.
TEST_CASE("a directory out of a backup says so by its own code, one without its file by another") {
    Restored scene;
    const auto code = [&](const char* file) {
        auto chapard = scene.start();
        (void)chapard.ready();
        REQUIRE_FALSE(chapard.error_line_with(file).empty());
        return figure(scene.centre.directory(), "not_signing_code");
    };
    std::ofstream(scene.centre.directory() / "restored") << "size 1\n";
    CHECK(code("ledger.restored") == "ledger.restored");
    fs::remove(scene.high_water());
    CHECK(code("ledger.restored") == "ledger.restored");
    fs::remove(scene.centre.directory() / "restored");
    CHECK(code("ledger.high-water") == "ledger.high-water");
}

TEST_CASE("store and high-water file restored together are found by a client's note") {
    Restored scene;
    copy_tree(scene.yesterday("store"), scene.store());
    fs::copy_file(scene.yesterday("high-water"), scene.high_water(),
                  fs::copy_options::overwrite_existing);
    auto chapard = scene.start();
    const std::string endpoint = chapard.ready();
    CHECK(figure(scene.centre.directory(), "state") == "running");
    TestClient client(endpoint, scene.centre.manifest().curve_key, scene.centre.tajik->curve);
    client.hello(scene.centre, *scene.centre.tajik, scene.newest);
    const std::string code = client.expect<schemas::ErrorFrame>().code;
    CHECK(code == "head.mismatch");
    CHECK(figure(scene.centre.directory(), "state") == "read-only");
    chapard.signal(SIGTERM);
    CHECK(chapard.exit_code() == 0);
    auto again = scene.start();
    (void)again.ready();
    CHECK(figure(scene.centre.directory(), "state") == "read-only");
}

TEST_CASE(
    "store and high-water file restored together are found by a witness before any signature") {
    Restored scene;
    WitnessMind mind("alfa", scene.centre.log(), scene.centre.random);
    mind.note = scene.newest;
    HttpWitnessServer server([&mind](const auto& call) { return mind(call); });
    std::ofstream(scene.centre.directory() / "witness.policy")
        << "witness alfa " << mind.key.verifier().vkey() << "\nquorum alfa\n";
    std::ofstream(scene.centre.directory() / "chapard.toml", std::ios::app)
        << "[ledger]\nwitness_policy = \"witness.policy\"\n[[witness]]\nname = \"alfa\"\nurl = \""
        << server.url() << "\"\n";
    copy_tree(scene.yesterday("store"), scene.store());
    fs::copy_file(scene.yesterday("high-water"), scene.high_water(),
                  fs::copy_options::overwrite_existing);
    auto chapard = scene.start();
    (void)chapard.ready();
    REQUIRE_FALSE(chapard.error_line_with("ledger.rolled-back").empty());
    CHECK(figure(scene.centre.directory(), "state") == "read-only");
    CHECK(figure(scene.centre.directory(), "not_signing").find("witness alfa") !=
          std::string::npos);
    // Fails if the EPOCH is committed before the witnesses are asked.
    CHECK(figure(scene.centre.directory(), "epoch") == "1");
}

TEST_CASE("of two live copies the one that did not write last stops") {
    const TemporaryDirectory volume;
    Centre centre(real_now(),
                  "[ledger]\nhigh_water = \"" + (volume.path() / "high-water").string() + "\"\n");
    Chapard first({"--dir", centre.directory()});
    (void)first.ready();
    const TemporaryDirectory twin;
    copy_tree(centre.directory() / "keys", twin.path() / "keys");
    copy_tree(centre.directory() / "store", twin.path() / "store");
    copy_tree(centre.directory() / "kek", twin.path() / "kek");
    for (const char* name : {"manifest", "chapard.toml", "ledger.keys"}) {
        if (fs::exists(centre.directory() / name)) {
            fs::copy(centre.directory() / name, twin.path() / name);
        }
    }
    Chapard second({"--dir", twin.path()});
    (void)second.ready();
    // No word is said to anybody meanwhile: the file itself is looked at each second.
    CHECK(first.exit_code() == 7);
    CHECK(figure(twin.path(), "state") == "running");
}

TEST_CASE("a crash at any step of the append leaves no receipt without entry and no fork") {
    using broker::FaultPoint;
    for (int at = 0; at <= static_cast<int>(FaultPoint::NoteStored); ++at) {
        CAPTURE(at);
        Centre centre(real_now());
        const fs::path armed = centre.directory() / "armed";
        setenv("CHAPAR_FAULT_AT", std::to_string(at).c_str(), 1);
        setenv("CHAPAR_FAULT_ARMED", armed.c_str(), 1);
        const auto envelope = centre.seal(centre.nothing_seen());
        std::map<std::uint64_t, Hash> signed_heads;
        const auto heads_differ = [&](const std::string& note) {
            const auto head = crypto::open_checkpoint(note, centre.log()).value();
            return !signed_heads.emplace(head.size.value, head.root).second &&
                   signed_heads[head.size.value] != head.root;
        };
        std::optional<schemas::Outcomes> told;
        {
            Chapard chapard({"--dir", centre.directory()}, CHAPAR_CHAPARD_FAULTS);
            const std::string endpoint = chapard.ready();
            AdminClient admin(centre.directory() / "admin.sock");
            for (const Bytes& record : centre.records()) admin.publish(record);
            TestClient sender(endpoint, centre.manifest().curve_key, centre.tajik->curve);
            (void)heads_differ(sender.greet(centre, *centre.tajik).head.checkpoint);
            std::ofstream(armed) << "now";
            sender.send(schemas::Submit{{}, {envelope}});
            REQUIRE(chapard.exit_code() == 128 + SIGKILL);
            // All that left the broker has come once the end of its connection has.
            REQUIRE(sender.was_cut());
            if (auto frame = sender.receive(0)) {
                told = std::get<schemas::Outcomes>(std::move(*frame));
            }
        }
        unsetenv("CHAPAR_FAULT_AT");
        if (told) CHECK_FALSE(heads_differ(told->head.checkpoint));
        Chapard chapard({"--dir", centre.directory()});
        const std::string endpoint = chapard.ready();
        CHECK(figure(centre.directory(), "state") == "running");
        TestClient sender(endpoint, centre.manifest().curve_key, centre.tajik->curve);
        // The note of the receipt is presented: it must be a head of this ledger.
        const auto welcome =
            sender.greet(centre, *centre.tajik, told ? told->head.checkpoint : std::string());
        CHECK_FALSE(heads_differ(welcome.head.checkpoint));
        sender.send(schemas::Submit{{}, {envelope}});
        const auto again = sender.expect<schemas::Outcomes>();
        CHECK(again.items.at(0).code == "");
        CHECK(figure(centre.directory(), "waiting") == "1");
        (void)verified_leaf(centre, again.head.checkpoint, again.items[0].proofs.at(0));
        if (told) CHECK(again.items[0].proofs[0].index == told->items.at(0).proofs.at(0).index);
    }
}

// Fails if the file waits for the second in which heads are published: here that is a minute away.
TEST_CASE("a crash between commit and high-water file leaves no head told that the file lacks") {
    using broker::FaultPoint;
    for (int at = static_cast<int>(FaultPoint::Committed);
         at <= static_cast<int>(FaultPoint::AfterRelease); ++at) {
        CAPTURE(at);
        Centre centre(real_now(), "published_head_ms = 60000\n");
        const fs::path armed = centre.directory() / "armed";
        setenv("CHAPAR_FAULT_AT", std::to_string(at).c_str(), 1);
        setenv("CHAPAR_FAULT_ARMED", armed.c_str(), 1);
        TreeSize told;
        const auto hear = [&](const schemas::Head& head) {
            told = std::max(told, crypto::open_checkpoint(head.checkpoint, centre.log())->size);
        };
        {
            Chapard chapard({"--dir", centre.directory()}, CHAPAR_CHAPARD_FAULTS);
            const std::string endpoint = chapard.ready();
            AdminClient admin(centre.directory() / "admin.sock");
            for (const Bytes& record : centre.records()) admin.publish(record);
            TestClient sender(endpoint, centre.manifest().curve_key, centre.tajik->curve);
            hear(sender.greet(centre, *centre.tajik).head);
            std::ofstream(armed) << "now";
            sender.send(schemas::Submit{{}, {centre.seal(centre.nothing_seen())}});
            REQUIRE(chapard.exit_code() == 128 + SIGKILL);
            if (auto frame = sender.receive(300)) hear(std::get<schemas::Outcomes>(*frame).head);
        }
        unsetenv("CHAPAR_FAULT_AT");
        const broker::HighWaterFile file(centre.directory() / "high-water",
                                         centre.manifest().origin);
        const auto kept = file.read().value();
        REQUIRE(kept);
        CHECK(crypto::open_checkpoint(kept->note, centre.log())->size >= told);
    }
}

TEST_CASE("a full store answers back-pressure, keeps all that it accepted, and goes on with room") {
    constexpr std::size_t kEnvelopes = 100;
    constexpr std::size_t kAtOnce = limits::kSessionOutbox / 2;
    Centre centre(real_now(), "map_size = 4194304\n");
    std::vector<schemas::SubmittedEnvelope> envelopes;
    for (std::size_t i = 0; i < kEnvelopes; ++i) {
        envelopes.push_back(centre.seal_with({Bytes(40'000)}).envelope);
    }
    // Sends many at once, so that they share a tick, and fewer than the answers that a broker keeps
    // for a peer that does not read; the number accepted.
    const auto submit_all = [&](const std::string& endpoint) {
        TestClient sender(endpoint, centre.manifest().curve_key, centre.tajik->curve);
        (void)sender.greet(centre, *centre.tajik);
        std::size_t sent = 0;
        std::size_t answered = 0;
        std::size_t accepted = 0;
        while (answered < kEnvelopes) {
            for (; sent < kEnvelopes && sent < answered + kAtOnce; ++sent) {
                sender.send(schemas::Submit{{}, {envelopes[sent]}});
            }
            for (const auto& item : sender.expect<schemas::Outcomes>().items) {
                ++answered;
                if (item.code.empty()) ++accepted;
                if (!item.code.empty()) CHECK(item.code == "back-pressure");
            }
        }
        return accepted;
    };
    std::size_t accepted = 0;
    {
        Chapard chapard({"--dir", centre.directory()});
        const std::string endpoint = chapard.ready();
        AdminClient admin(centre.directory() / "admin.sock");
        for (const Bytes& record : centre.records()) admin.publish(record);
        accepted = submit_all(endpoint);
        CHECK(accepted > 0);
        CHECK(accepted < kEnvelopes);
        CHECK(figure(centre.directory(), "state") == "full: takes nothing new");
        chapard.signal(SIGKILL);
        CHECK(chapard.exit_code() == 128 + SIGKILL);
    }
    std::ofstream(centre.directory() / "chapard.toml") << "listen = \"tcp://127.0.0.1:0\"\n";
    Chapard chapard({"--dir", centre.directory()});
    const std::string endpoint = chapard.ready();
    CHECK(figure(centre.directory(), "waiting") == std::to_string(accepted));
    CHECK(submit_all(endpoint) == kEnvelopes);
    CHECK(figure(centre.directory(), "waiting") == std::to_string(kEnvelopes));
}
