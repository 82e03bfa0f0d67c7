// A running broker under a policy of two witnesses on loopback, both asked for.
#pragma once

#include <fstream>

#include "schemas/base/hex.h"
#include "tests/unit/broker_edge/exchange.h"
#include "tests/unit/broker_edge/fake_witness.h"
#include "tests/unit/broker_edge/figures.h"

namespace chapar::testing {

inline constexpr const char* kWitnessedSettings =
    "published_head_ms = 100\n[ledger]\nwitness_outage_hours = 1\nwitness_policy = "
    "\"witness.policy\"\n";

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
    std::string figure(const std::string& name) { return testing::figure(centre, name); }
    void wait_for(const std::string& name, const std::string& value) {
        testing::wait_for(centre, name, value);
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
    Centre centre{now, kWitnessedSettings};
    FakeRandom random{5};
    WitnessMind alfa{"alfa", centre.log(), random};
    WitnessMind beta{"beta", centre.log(), random};
    CurveWitnessServer curve{[this](const auto& call) { return alfa(call); }, random};
    HttpWitnessServer http{[this](const auto& call) { return beta(call); }};
    storage::MemoryStore store{broker::store_tables()};
    FakeTime time{now};
    std::optional<RunningBroker> running;
};

}  // namespace chapar::testing
