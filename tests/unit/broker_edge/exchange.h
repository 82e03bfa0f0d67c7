// A running centre whose two devices send to each other; shared by the tests of submit and
// delivery.
#pragma once

#include <doctest/doctest.h>

#include "broker/core/tables.h"
#include "crypto/body_seal.h"
#include "crypto/checkpoint.h"
#include "crypto/envelope.h"
#include "crypto/leaf.h"
#include "crypto/tree.h"
#include "storage/memory_store.h"
#include "tests/unit/broker_edge/running_broker.h"
#include "tests/unit/broker_edge/test_client.h"

namespace chapar::testing {

// Verifies a proof as a client does: note, path, commitment.
inline crypto::Leaf verified_leaf(const Centre& centre, const std::string& note,
                                  const schemas::EntryProof& proof) {
    const auto head = crypto::open_checkpoint(note, centre.log()).value();
    CHECK(crypto::check_inclusion(crypto::leaf_hash(proof.leaf), proof.index.value, head.size.value,
                                  proof.path, head.root));
    const auto leaf = crypto::Leaf::decode(proof.leaf).value();
    CHECK(leaf.index == proof.index);
    CHECK(crypto::body_commit(crypto::BodySalt{proof.salt.bytes}, proof.body) == leaf.body_commit);
    return leaf;
}

inline Hash about_of(const schemas::SubmittedEnvelope& envelope) {
    return Hash{crypto::envelope_hash(envelope.envelope).bytes};
}

struct Exchange {
    explicit Exchange(storage::MemoryStoreOptions options = {}) : Exchange("", options) {}
    // `settings` are added to the configuration.
    explicit Exchange(const std::string& settings, storage::MemoryStoreOptions options = {})
        : centre(now, settings),
          store(broker::store_tables(), options),
          running(centre, store, time) {
        AdminClient admin(centre.directory() / "admin.sock");
        for (const Bytes& record : centre.records()) admin.publish(record);
    }
    std::unique_ptr<TestClient> session(const EdgeDevice& device) {
        auto client = std::make_unique<TestClient>(running.endpoint(), centre.manifest().curve_key,
                                                   device.curve);
        (void)client->greet(centre, device);
        return client;
    }
    schemas::Outcomes submit(TestClient& client, const schemas::SubmittedEnvelope& envelope) {
        client.send(schemas::Submit{{}, {envelope}});
        return client.expect<schemas::Outcomes>();
    }

    TimeMs now{1795200000000};
    Centre centre;
    storage::MemoryStore store;
    FakeTime time{now};
    RunningBroker running;
};

}  // namespace chapar::testing
