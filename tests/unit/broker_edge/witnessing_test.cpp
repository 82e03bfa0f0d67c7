// Receipts on the way from logged to witnessed, over a running broker and witnesses on loopback.
#include <doctest/doctest.h>

#include <fstream>

#include "broker/core/ledger_open.h"
#include "broker/edge/published_notes.h"
#include "schemas/base/hex.h"
#include "tests/unit/broker_edge/exchange.h"
#include "tests/unit/broker_edge/fake_witness.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

namespace {

constexpr const char* kSettings =
    "published_head_ms = 100\n[ledger]\nwitness_policy = \"witness.policy\"\n";

// Two witnesses, both asked for: one over CURVE, one over HTTP.
struct Witnessed {
    Witnessed() {
        std::ofstream(centre.directory() / "witness.policy")
            << "witness alfa " << alfa.key.verifier().vkey() << "\nwitness beta "
            << beta.key.verifier().vkey() << "\ngroup both all alfa beta\nquorum both\n";
        std::ofstream(centre.directory() / "chapard.toml", std::ios::app)
            << "[[witness]]\nname = \"alfa\"\nendpoint = \"" << curve.endpoint() << "\"\ncurve = \""
            << to_hex(curve.key().view()) << "\"\n[[witness]]\nname = \"beta\"\nurl = \""
            << http.url() << "\"\n";
    }
    void start() { running.emplace(centre, store, time); }
    AdminClient admin() { return AdminClient(centre.directory() / "admin.sock"); }
    std::string figure(const std::string& name) {
        const auto report = std::get<schemas::StatusReport>(admin().ask(schemas::StatusAsk{}));
        for (const auto& figure : report.figures) {
            if (figure.name == name) return figure.value;
        }
        return "absent";
    }
    void publish_all() {
        auto socket = admin();
        for (const Bytes& record : centre.records()) socket.publish(record);
    }
    std::unique_ptr<TestClient> session(const EdgeDevice& device) {
        auto client = std::make_unique<TestClient>(running->endpoint(), centre.manifest().curve_key,
                                                   device.curve);
        (void)client->greet(centre, device);
        return client;
    }
    crypto::WitnessPolicy policy() {
        std::ifstream file(centre.directory() / "witness.policy");
        const std::string text((std::istreambuf_iterator<char>(file)), {});
        return crypto::WitnessPolicy::parse(text).value();
    }
    // Of the entry: the proof against a head with a quorum.
    void check_witnessed(const schemas::Proofs& proofs, EntryIndex index) {
        const auto opened =
            crypto::open_witnessed(proofs.head.checkpoint, centre.log(), policy()).value();
        CHECK(opened.met);
        REQUIRE(proofs.proofs.size() == 1);
        const auto& proof = proofs.proofs[0];
        CHECK(proof.index == index);
        CHECK(proof.body.empty());
        CHECK(crypto::check_inclusion(crypto::leaf_hash(proof.leaf), index.value,
                                      opened.checkpoint.size.value, proof.path,
                                      opened.checkpoint.root));
    }

    TimeMs now{1795200000000};
    Centre centre{now, kSettings};
    FakeRandom random{5};
    WitnessMind alfa{"alfa", centre.log(), random};
    WitnessMind beta{"beta", centre.log(), random};
    CurveWitnessServer curve{[this](const auto& call) { return alfa(call); }, random};
    HttpWitnessServer http{[this](const auto& call) { return beta(call); }};
    storage::MemoryStore store{store_tables()};
    FakeTime time{now};
    std::optional<RunningBroker> running;
};

// Its answer, and what follows unasked, up to the first with a proof.
schemas::Proofs first_proof(TestClient& client) {
    while (true) {
        auto proofs = client.expect<schemas::Proofs>();
        if (!proofs.proofs.empty()) return proofs;
    }
}

}  // namespace

TEST_CASE("a receipt becomes witnessed: asked at once, pushed when the quorum covers the entry") {
    Witnessed scene;
    scene.start();
    scene.publish_all();
    auto sender = scene.session(*scene.centre.tajik);
    sender->send(schemas::Submit{{}, {scene.centre.seal(scene.centre.nothing_seen())}});
    const auto outcomes = sender->expect<schemas::Outcomes>();
    const EntryIndex index = outcomes.items.at(0).proofs.at(0).index;
    sender->send(schemas::ProofsAsk{{index}, schemas::Witnessing::WitnessedHead});
    scene.check_witnessed(first_proof(*sender), index);
    CHECK(scene.figure("witness_quorum") == "yes");
    CHECK(std::stoull(scene.figure("witnessed_size")) > index.value);
    // Kept in the store with its cosignatures.
    REQUIRE(scene.running->stop());
    const auto txn = scene.store.begin_read().value();
    const auto frontier = open_ledger(*txn).value();
    const auto log = scene.centre.log();
    const PublishedNotes notes(scene.store, log);
    const auto newest = notes.newest_witnessed(frontier, scene.policy()).value();
    REQUIRE(newest);
    CHECK(newest->head.size.value > index.value);
}

TEST_CASE("when a witness is out, L1 goes on; L2 comes when it is back") {
    Witnessed scene;
    scene.start();
    scene.publish_all();
    scene.beta.silent = true;
    auto sender = scene.session(*scene.centre.tajik);
    sender->send(schemas::Submit{{}, {scene.centre.seal(scene.centre.nothing_seen())}});
    const auto outcomes = sender->expect<schemas::Outcomes>();
    CHECK(outcomes.items.at(0).code == "");
    const EntryIndex index = outcomes.items[0].proofs.at(0).index;
    sender->send(schemas::ProofsAsk{{index}, schemas::Witnessing::WitnessedHead});
    const auto waiting = sender->expect<schemas::Proofs>();
    CHECK(waiting.proofs.empty());
    scene.beta.wait_asked(2);
    CHECK(scene.figure("witness_quorum") == "no");
    scene.beta.silent = false;
    scene.check_witnessed(first_proof(*sender), index);
}

TEST_CASE("without a quorum at the start work waits, and nothing is signed") {
    Witnessed scene;
    scene.beta.silent = true;
    scene.start();
    // Fails if begin() does not wait for confirmed(): there would be an EPOCH.
    scene.beta.wait_asked(1);
    CHECK(scene.figure("state") == "awaiting witnesses");
    CHECK(scene.figure("size") == "0");
    scene.beta.silent = false;
    scene.publish_all();
    CHECK(scene.figure("state") == "running");
    CHECK(std::stoull(scene.figure("size")) > 10);
}

TEST_CASE("nobody is told about entries of other agencies, or of none") {
    Witnessed scene;
    scene.start();
    scene.publish_all();
    auto sender = scene.session(*scene.centre.tajik);
    sender->send(schemas::Submit{{}, {scene.centre.seal(scene.centre.nothing_seen())}});
    const auto outcomes = sender->expect<schemas::Outcomes>();
    const EntryIndex index = outcomes.items.at(0).proofs.at(0).index;
    const auto ask = [&](EntryIndex entry) {
        sender->send(schemas::ProofsAsk{{entry}, schemas::Witnessing::AnyHead});
        return sender->receive().value();
    };
    CHECK(std::get<schemas::Proofs>(ask(index)).proofs.size() == 1);
    CHECK(std::get<schemas::Proofs>(ask(EntryIndex(0))).proofs.size() == 1);
    CHECK(std::get<schemas::ErrorFrame>(ask(EntryIndex(index.value + 50))).code == "not.found");
}

TEST_CASE("a centre without witnesses answers that nothing is witnessed") {
    Exchange scene;
    auto sender = scene.session(*scene.centre.tajik);
    sender->send(schemas::ProofsAsk{{EntryIndex(0)}, schemas::Witnessing::WitnessedHead});
    CHECK(sender->expect<schemas::Proofs>().proofs.empty());
    sender->send(schemas::ProofsAsk{{EntryIndex(0)}, schemas::Witnessing::AnyHead});
    CHECK(sender->expect<schemas::Proofs>().proofs.size() == 1);
}

TEST_CASE("published notes older than a day are thinned to one a minute; those of starts stay") {
    Exchange scene;
    const auto log = scene.centre.log();
    PublishedNotes notes(scene.store, log);
    for (std::uint64_t size = 1; size <= 12; ++size) {
        REQUIRE(notes.keep(TreeSize(size), scene.centre.note(TreeSize(size), Hash{})));
    }
    const auto count = [&] {
        const auto txn = scene.store.begin_read().value();
        const auto cursor = txn->cursor(kCheckpointTable);
        std::size_t found = 0;
        REQUIRE(cursor->seek_first());
        for (; cursor->at_record(); (void)cursor->next()) {
            const auto key = cursor->key();
            if (std::to_integer<unsigned>(key[7]) <= 12) ++found;
        }
        return found;
    };
    REQUIRE(notes.thin(scene.now + kDay));
    CHECK(count() == 12);
    REQUIRE(notes.thin(scene.now + kDay + kMinute));
    // All twelve are of one minute: its first stays, and size 2, which ends with an EPOCH.
    CHECK(count() == 2);
}
