// Nothing is handled before the hello, and the hello proves who is there.
#include <doctest/doctest.h>

#include <algorithm>

#include "broker/core/tables.h"
#include "broker/edge/session_state.h"
#include "broker/edge/sessions.h"
#include "broker/repair_notes.h"
#include "crypto/checkpoint.h"
#include "crypto/hello.h"
#include "storage/memory_store.h"
#include "tests/unit/broker_edge/running_broker.h"
#include "tests/unit/broker_edge/test_client.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;
namespace fs = std::filesystem;

namespace {

struct Scene {
    Scene() {
        AdminClient admin(centre.directory() / "admin.sock");
        for (const Bytes& record : centre.records()) admin.publish(record);
    }
    TestClient client(const crypto::Secret32& curve) {
        return TestClient(broker.endpoint(), centre.manifest().curve_key, curve);
    }

    TimeMs now{1795200000000};
    Centre centre{now};
    storage::MemoryStore store{store_tables()};
    FakeTime time{now};
    RunningBroker broker{centre, store, time};
};

void check_refused(TestClient& client, std::string_view code) {
    CHECK(client.expect<schemas::ErrorFrame>().code == code);
}

}  // namespace

TEST_CASE("the session table lets nothing through before the hello") {
    for (int i = 0; i <= static_cast<int>(SessionEvent::Other); ++i) {
        const auto event = static_cast<SessionEvent>(i);
        CAPTURE(i);
        const bool connect = event == SessionEvent::Connect;
        CHECK((action_for(SessionState::Fresh, event) == SessionAction::Challenge) == connect);
        CHECK(action_for(SessionState::Fresh, event) != SessionAction::Serve);
        CHECK(action_for(SessionState::Challenged, event) != SessionAction::Serve);
        const bool hello = event == SessionEvent::Hello;
        CHECK((action_for(SessionState::Challenged, event) == SessionAction::CheckHello) == hello);
    }
    CHECK(action_for(SessionState::Active, SessionEvent::Connect) == SessionAction::Refuse);
    CHECK(action_for(SessionState::Active, SessionEvent::Other) == SessionAction::Refuse);
    CHECK(action_for(SessionState::Active, SessionEvent::Submit) == SessionAction::Serve);
}

TEST_CASE("a device that proves its certificate is welcomed with a head it can verify") {
    Scene scene;
    TestClient client = scene.client(scene.centre.tajik->curve);
    const auto welcome = client.greet(scene.centre, *scene.centre.tajik);
    const auto head = crypto::open_checkpoint(welcome.head.checkpoint, scene.centre.log());
    REQUIRE(head);
    CHECK(head->size.value >= 12);
    CHECK(welcome.time == scene.now);
}

TEST_CASE("frames before the hello are refused, and the session ends") {
    Scene scene;
    const schemas::Frame frames[] = {
        schemas::Submit{{}, {scene.centre.seal(scene.centre.nothing_seen())}},
        schemas::Credit{5},
        schemas::DirectoryAsk{EntryIndex(0)},
        schemas::LedgerAsk{EntryIndex(0)},
        schemas::Publish{scene.centre.records().front()},
        schemas::StatusAsk{}};
    for (const schemas::Frame& frame : frames) {
        TestClient fresh = scene.client(scene.centre.tajik->curve);
        fresh.send(frame);
        check_refused(fresh, "session.not-greeted");
        TestClient challenged = scene.client(scene.centre.tajik->curve);
        challenged.send(schemas::Connect{});
        (void)challenged.expect<schemas::Challenge>();
        challenged.send(frame);
        check_refused(challenged, "session.not-greeted");
    }
}

// Fails if the key of the link is not compared with that of the certificate: a device would speak
// over the link of another.
TEST_CASE("a hello with another certificate than the link's key is refused") {
    Scene scene;
    TestClient client = scene.client(scene.centre.uzbek->curve);
    client.hello(scene.centre, *scene.centre.tajik);
    check_refused(client, "hello.refused");
}

// Fails if the signature is not checked, or if challenge, centre or broker is left out of its text.
TEST_CASE("a hello that signs another challenge, for another centre or broker is refused") {
    Scene scene;
    const EdgeDevice& device = *scene.centre.tajik;
    const auto refused = [&](const auto& text_for) {
        TestClient client = scene.client(device.curve);
        client.send(schemas::Connect{});
        const Bytes text = text_for(client.expect<schemas::Challenge>().challenge);
        client.send(schemas::Hello{device.hash, device.key.sign(crypto::Label::Hello, text), {}});
        check_refused(client, "hello.refused");
    };
    const Home home = scene.centre.home();
    const CurveKey broker = scene.centre.manifest().curve_key;
    // What it signed for another session: a relay would pass it on.
    TestClient earlier = scene.client(device.curve);
    earlier.send(schemas::Connect{});
    const auto before = earlier.expect<schemas::Challenge>().challenge;
    refused(
        [&](const auto&) { return crypto::hello_bytes(before.view(), home, broker, device.hash); });
    refused([&](const auto& challenge) {
        return crypto::hello_bytes(challenge.view(), Home{}, broker, device.hash);
    });
    refused([&](const auto& challenge) {
        return crypto::hello_bytes(challenge.view(), home, CurveKey{}, device.hash);
    });
    refused([&](const auto& challenge) {
        return crypto::hello_bytes(challenge.view(), home, broker, scene.centre.uzbek->hash);
    });
}

TEST_CASE("a revoked device is told so, and its open session ends") {
    Scene scene;
    TestClient open = scene.client(scene.centre.tajik->curve);
    (void)open.greet(scene.centre, *scene.centre.tajik);
    AdminClient(scene.centre.directory() / "admin.sock")
        .publish(scene.centre.revocation(*scene.centre.tajik));
    check_refused(open, "certificate.revoked");
    TestClient again = scene.client(scene.centre.tajik->curve);
    again.hello(scene.centre, *scene.centre.tajik);
    check_refused(again, "certificate.revoked");
}

TEST_CASE("garbage is answered with an error, and then the connection is closed") {
    Scene scene;
    TestClient client = scene.client(scene.centre.tajik->curve);
    (void)client.greet(scene.centre, *scene.centre.tajik);
    client.send_bytes(view("this is no frame at all"));
    check_refused(client, "malformed.frame");
    CHECK(client.was_cut());
}

// Fails if LEDGER is answered whatever the role.
TEST_CASE("what a client may not ask ends its session; a role it lacks is refused") {
    Scene scene;
    TestClient client = scene.client(scene.centre.tajik->curve);
    (void)client.greet(scene.centre, *scene.centre.tajik);
    client.send(schemas::LedgerAsk{EntryIndex(0)});
    check_refused(client, "not.permitted");
    client.send(schemas::DirectoryAsk{EntryIndex(0)});
    CHECK(client.expect<schemas::Directory>().done);
    client.send(schemas::StatusAsk{});
    check_refused(client, "not.permitted");
    CHECK(client.was_cut());
}

TEST_CASE("a note of another key is refused, and changes nothing") {
    Scene scene;
    Centre other(scene.now);
    TestClient client = scene.client(scene.centre.tajik->curve);
    std::string foreign = other.note(TreeSize(1000), Hash{});
    foreign[foreign.size() - 10] = foreign[foreign.size() - 10] == 'A' ? 'B' : 'A';
    client.hello(scene.centre, *scene.centre.tajik, foreign);
    check_refused(client, "note.invalid");
    TestClient next = scene.client(scene.centre.tajik->curve);
    (void)next.greet(scene.centre, *scene.centre.tajik);
    CHECK_FALSE(std::filesystem::exists(scene.centre.directory() / "rolled-back.note"));
}

TEST_CASE("a note of our own key beyond our ledger turns the broker read-only, and is kept") {
    Scene scene;
    TestClient client = scene.client(scene.centre.tajik->curve);
    client.hello(scene.centre, *scene.centre.tajik, scene.centre.note(TreeSize(1000), Hash{}));
    check_refused(client, "head.unknown");
    TestClient sender = scene.client(scene.centre.tajik->curve);
    (void)sender.greet(scene.centre, *scene.centre.tajik);
    sender.send(schemas::Submit{{}, {scene.centre.seal(scene.centre.nothing_seen())}});
    const auto outcomes = sender.expect<schemas::Outcomes>();
    REQUIRE(outcomes.items.size() == 1);
    CHECK(outcomes.items[0].code == "read-only");
    CHECK(std::filesystem::exists(scene.centre.directory() / "rolled-back.note"));
}

// Fails if the note that came first is the only one kept: a repair would stop at 600, and sign on.
TEST_CASE("a graver note joins the kept one, and a repair and the next start read it") {
    Scene scene;
    const auto present = [&](std::uint64_t size, const Hash& root) {
        TestClient client = scene.client(scene.centre.tajik->curve);
        client.hello(scene.centre, *scene.centre.tajik, scene.centre.note(TreeSize(size), root));
        (void)client.expect<schemas::ErrorFrame>();
        CHECK(client.was_cut());
    };
    const fs::path& directory = scene.centre.directory();
    const auto node = NodeKeys::read(directory).value();
    const auto known = [&] {
        std::vector<std::pair<std::uint64_t, Hash>> heads;
        const auto found = collect_notes(directory, Config{}, node, {}, {});
        REQUIRE(found);
        for (const auto& each : found->notes) {
            if (each.from.ends_with("rolled-back.note")) {
                heads.emplace_back(each.head.size.value, each.head.root);
            }
        }
        return heads;
    };
    const Hash one;
    Hash other;
    other.bytes[0] = std::byte{1};
    using Heads = std::vector<std::pair<std::uint64_t, Hash>>;
    present(600, one);
    CHECK(known() == Heads{{600, one}});
    present(1000, one);
    CHECK(known() == Heads{{600, one}, {1000, one}});
    present(600, one);
    present(1000, other);
    present(3, one);
    const Heads all{{3, one}, {600, one}, {1000, one}, {1000, other}};
    CHECK(known() == all);
    // What there is no room for is the weakest, whichever came first.
    for (std::uint64_t size = 2000; size < 2020; ++size) present(size, one);
    present(700, one);
    const Heads kept = known();
    CHECK(kept.size() == 9);
    CHECK(kept.front() == std::pair{std::uint64_t{3}, one});
    CHECK(kept.at(1).first == 2012);
    CHECK(kept.back().first == 2019);
    REQUIRE(scene.broker.stop());
    RunningBroker again(scene.centre, scene.store, scene.time);
    AdminClient admin(directory / "admin.sock");
    const auto report = std::get<schemas::StatusReport>(admin.ask(schemas::StatusAsk{}));
    const auto why = std::ranges::find(report.figures, "not_signing", &schemas::Figure::name);
    REQUIRE(why != report.figures.end());
    CHECK(why->value.ends_with("a size that this ledger had: 3"));
}

// Fails if the root is not compared.
TEST_CASE("a note with another root at a size we passed is evidence too") {
    Scene scene;
    TestClient client = scene.client(scene.centre.tajik->curve);
    client.hello(scene.centre, *scene.centre.tajik, scene.centre.note(TreeSize(3), Hash{}));
    check_refused(client, "head.mismatch");
}

TEST_CASE("a session that stays silent after its challenge is ended") {
    Scene scene;
    TestClient client = scene.client(scene.centre.tajik->curve);
    client.send(schemas::Connect{});
    (void)client.expect<schemas::Challenge>();
    scene.time.advance(DurationMs(10'001));
    CHECK(client.was_cut());
}

TEST_CASE("a session that outlives its certificate is answered nothing more") {
    Scene scene;
    TestClient client = scene.client(scene.centre.tajik->curve);
    (void)client.greet(scene.centre, *scene.centre.tajik);
    client.send(schemas::DirectoryAsk{EntryIndex(0)});
    CHECK(client.expect<schemas::Directory>().done);
    scene.time.advance(kDay * 301);
    client.send(schemas::DirectoryAsk{EntryIndex(0)});
    check_refused(client, "certificate.expired");
    CHECK(client.was_cut());
}

// Fails if the sessions of one key are not counted.
TEST_CASE("a device with too many sessions loses its oldest, and nobody else theirs") {
    Scene scene;
    TestClient other = scene.client(scene.centre.uzbek->curve);
    (void)other.greet(scene.centre, *scene.centre.uzbek);
    std::vector<std::unique_ptr<TestClient>> clients;
    for (std::size_t i = 0; i <= kSessionsPerKey; ++i) {
        clients.push_back(std::make_unique<TestClient>(
            scene.broker.endpoint(), scene.centre.manifest().curve_key, scene.centre.tajik->curve));
        (void)clients.back()->greet(scene.centre, *scene.centre.tajik);
    }
    CHECK(clients.front()->was_cut());
    for (TestClient* alive : {clients[1].get(), clients.back().get(), &other}) {
        alive->send(schemas::DirectoryAsk{EntryIndex(0)});
        CHECK(alive->expect<schemas::Directory>().done);
    }
}
