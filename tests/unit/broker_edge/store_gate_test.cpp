// When new work is refused for want of room, and that a full broker still lets itself be emptied.
#include "broker/edge/store_gate.h"

#include "tests/unit/broker_edge/exchange.h"
#include "tests/unit/broker_edge/restored.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

storage::Usage filled(std::uint64_t percent) { return {percent * kGiB, 100 * kGiB}; }

storage::Usage on_disk(std::uint64_t free_percent, std::uint64_t growth) {
    return {10 * kGiB, 100 * kGiB, growth, free_percent * kGiB, 100 * kGiB};
}

}  // namespace

TEST_CASE("the gate closes at 80 percent and opens again below 70") {
    StoreGate gate;
    CHECK(gate.look(filled(79)) == StoreGate::Change::None);
    CHECK(gate.look(filled(81)) == StoreGate::Change::Closed);
    CHECK(gate.closed());
    CHECK(gate.look(filled(71)) == StoreGate::Change::None);
    CHECK(gate.closed());
    CHECK(gate.look(filled(69)) == StoreGate::Change::Opened);
    CHECK_FALSE(gate.closed());
    CHECK(gate.met_full() == StoreGate::Change::Closed);
    CHECK(gate.met_full() == StoreGate::Change::None);
}

// Fails if: look() leaves out the file system.
TEST_CASE("the gate closes when the disk is nearly full and the store may need more of it") {
    StoreGate gate;
    CHECK(gate.look(on_disk(11, 50 * kGiB)) == StoreGate::Change::None);
    CHECK(gate.look(on_disk(9, 50 * kGiB)) == StoreGate::Change::Closed);
    CHECK(gate.look(on_disk(11, 50 * kGiB)) == StoreGate::Change::None);
    CHECK(gate.look(on_disk(13, 50 * kGiB)) == StoreGate::Change::Opened);
    // All that the store can become fits into what is free.
    CHECK(gate.look(on_disk(5, 4 * kGiB)) == StoreGate::Change::None);
    CHECK(gate.look(on_disk(5, 6 * kGiB)) == StoreGate::Change::Closed);
}

TEST_CASE("envelopes and bundles are new work, all else drains") {
    Centre centre(TimeMs{1795200000000});
    const EdgeDevice& device = *centre.tajik;
    crypto::SignedRecord bundle{crypto::RecordType::Bundle, device.bundle.encode(), {}};
    bundle.sign(device.key);
    CHECK(is_new_work(Submit{}));
    CHECK(is_new_work(PutRecord{bundle.encode()}));
    CHECK_FALSE(is_new_work(PutRecord{centre.revocation(device)}));
    CHECK_FALSE(is_new_work(Confirm{}));
    CHECK_FALSE(is_new_work(Withhold{}));
    CHECK_FALSE(is_new_work(Advance{}));
}

namespace {

// A store that new work cannot fill to the 80 percent: the reserve begins at 75.
struct FullExchange {
    FullExchange() {
        const std::uint64_t used = Exchange().store.usage().value().used_bytes;
        storage::MemoryStoreOptions options;
        options.capacity_bytes = used * 4;
        options.reserve_bytes = used;
        // Long enough that what is sent together shares a tick.
        exchange.emplace("[tick]\nmax_wait_ms = 150\n", options);
    }
    // Until the first refusal; hashes and entries of what was accepted for `reader`.
    void fill(TestClient& sender, TestClient& reader) {
        reader.send(schemas::Credit{4096});
        for (;;) {
            const auto envelope = exchange->centre.seal_with({Bytes(1'000)}).envelope;
            const auto outcomes = exchange->submit(sender, envelope);
            if (!outcomes.items.at(0).code.empty()) {
                CHECK(outcomes.items.at(0).code == "back-pressure");
                return;
            }
            const auto frame = reader.expect<schemas::Deliver>();
            const auto& delivery = frame.deliveries.at(0);
            accepted.emplace_back(crypto::envelope_hash(delivery.envelope), delivery.proof.index);
        }
    }
    [[nodiscard]] std::string state() const {
        return figure(exchange->centre.directory(), "state");
    }
    std::optional<Exchange> exchange;
    std::vector<std::pair<EnvelopeHash, EntryIndex>> accepted;
};

}  // namespace

// Fails if: Tick::run() lets new work take the reserve, or drain() refuses the whole batch.
TEST_CASE("at a full store statements are taken beside refused envelopes, and empty it") {
    FullExchange scene;
    Centre& centre = scene.exchange->centre;
    const auto sender = scene.exchange->session(*centre.tajik);
    const auto reader = scene.exchange->session(*centre.uzbek);
    scene.fill(*sender, *reader);
    REQUIRE(scene.accepted.size() > 3);
    const storage::Usage full = scene.exchange->store.usage().value();
    CHECK(full.used_bytes * 100 / full.capacity_bytes >= 65);
    CHECK(full.used_bytes * 100 / full.capacity_bytes <= 75);

    // One tick for both: an envelope that has no room must not take the statement with it.
    sender->send(schemas::Submit{{}, {centre.seal_with({Bytes(1'000)}).envelope}});
    const auto [envelope, accepted] = scene.accepted.front();
    reader->send(centre.statement(*centre.uzbek, envelope, accepted));
    CHECK(reader->expect<schemas::Outcomes>().items.at(0).code == "");
    CHECK(sender->expect<schemas::Outcomes>().items.at(0).code == "back-pressure");

    for (std::size_t i = 1; i < scene.accepted.size(); ++i) {
        reader->send(
            centre.statement(*centre.uzbek, scene.accepted[i].first, scene.accepted[i].second));
        CHECK(reader->expect<schemas::Outcomes>().items.at(0).code == "");
    }
    CHECK(figure(centre.directory(), "waiting") == "0");
}

// Fails if publish() asks no more than whether the gate is closed.
TEST_CASE("at a full store a device brings a revocation, and expiry empties it") {
    FullExchange scene;
    Centre& centre = scene.exchange->centre;
    const auto sender = scene.exchange->session(*centre.tajik);
    const auto reader = scene.exchange->session(*centre.uzbek);
    scene.fill(*sender, *reader);
    CHECK(figure(centre.directory(), "waiting") == std::to_string(scene.accepted.size()));
    reader->send(schemas::Publish{centre.revocation(*centre.stranger)});
    CHECK(reader->expect<schemas::Outcomes>().items.at(0).code == "");
    scene.exchange->time.advance(DurationMs(kDay.value * 2));
    // The loop looks at its deadlines each second.
    while (figure(centre.directory(), "waiting") != "0") {
    }
    CHECK(figure(centre.directory(), "waiting") == "0");
}
