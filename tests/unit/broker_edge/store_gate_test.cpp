// When new work is refused for want of room, and that a full broker still lets itself be emptied.
#include "broker/edge/store_gate.h"

#include "crypto/retention.h"
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

// Fails if one bound serves for closing and opening.
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

// Fails if a bound is one byte off.
TEST_CASE("the gate's bounds to the byte: 80 and 70 percent of the map, 10 and 12 of the disk") {
    const auto used = [](std::uint64_t bytes) { return storage::Usage{bytes, 100 * kGiB}; };
    const auto free = [](std::uint64_t bytes) {
        return storage::Usage{10 * kGiB, 100 * kGiB, 50 * kGiB, bytes, 100 * kGiB};
    };
    StoreGate gate;
    CHECK(gate.look(used(80 * kGiB - 1)) == StoreGate::Change::None);
    CHECK(gate.look(used(80 * kGiB)) == StoreGate::Change::Closed);
    CHECK(gate.look(used(80 * kGiB + 1)) == StoreGate::Change::None);
    CHECK(gate.look(used(70 * kGiB)) == StoreGate::Change::None);
    CHECK(gate.look(used(70 * kGiB - 1)) == StoreGate::Change::Opened);
    CHECK(gate.look(free(10 * kGiB + 1)) == StoreGate::Change::None);
    CHECK(gate.look(free(10 * kGiB)) == StoreGate::Change::None);
    CHECK(gate.look(free(10 * kGiB - 1)) == StoreGate::Change::Closed);
    CHECK(gate.look(free(12 * kGiB - 1)) == StoreGate::Change::None);
    CHECK(gate.look(free(12 * kGiB)) == StoreGate::Change::Opened);
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

namespace {

// Of tajik's agency and what it sent itself this month; entries 1 and 2; the first tile.
std::vector<Bytes> what_ends_and_keeps_bodies(const Centre& centre) {
    const AgencyId agency = AgencyId::parse("TJ-DCA").value();
    const crypto::ShredRecord shred{
        {agency, agency, crypto::RetentionClass::Quarter, crypto::YearMonth(202611)}, "article 12"};
    const crypto::HoldRecord hold{
        agency, 1,       crypto::HoldAction::Set, crypto::EntryRange{EntryIndex(1), EntryIndex(2)},
        0,      "case 7"};
    crypto::SignedRecord prune{
        crypto::RecordType::Prune,
        crypto::PruneRecord{EntryIndex(256), TimeMs{1}, Hash{}, "five years"}.encode(),
        {}};
    centre.sign_by_centre(prune);
    return {centre.by_registrars(*centre.tajik, crypto::RecordType::Hold, hold),
            centre.by_registrars(*centre.tajik, crypto::RecordType::Shred, shred), prune.encode()};
}

}  // namespace

// Fails if a kind of operation that empties a store is counted as new work.
TEST_CASE("envelopes and bundles are new work, all else drains") {
    Centre centre(TimeMs{1795200000000});
    const EdgeDevice& device = *centre.tajik;
    crypto::SignedRecord bundle{crypto::RecordType::Bundle, device.bundle.encode(), {}};
    bundle.sign(device.key);
    CHECK(is_new_work(Submit{}));
    CHECK(is_new_work(PutRecord{bundle.encode()}));
    CHECK_FALSE(is_new_work(PutRecord{centre.revocation(device)}));
    for (const Bytes& record : what_ends_and_keeps_bodies(centre)) {
        CHECK_FALSE(is_new_work(PutRecord{record}));
    }
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
    std::optional<Exchange> exchange;
    std::vector<std::pair<EnvelopeHash, EntryIndex>> accepted;
};

}  // namespace

namespace {

// A centre whose ticks begin with the second of two operations, and no sooner.
struct Paired {
    explicit Paired(const storage::MemoryStoreOptions& options)
        : store(store_tables(), options), running(centre, store, time) {
        std::vector<Bytes> records = centre.records();
        if (records.size() % 2 == 1) records.push_back(records.back());
        AdminClient admin(centre.directory() / "admin.sock");
        for (std::size_t i = 0; i < records.size(); i += 2) {
            admin.send(schemas::Publish{records[i]});
            admin.send(schemas::Publish{records[i + 1]});
            for (int answers = 0; answers < 2; ++answers) (void)admin.receive();
        }
    }
    // Envelopes that are accepted, two at a time; then one beside a statement about the oldest that
    // waits, until it is refused: the code of that statement's outcome.
    [[nodiscard]] std::string fill(TestClient& sender, TestClient& reader) {
        reader.send(schemas::Credit{4096});
        for (unsigned i = 0; i < 3; ++i) {
            sender.send(schemas::Submit{{}, {envelope_of(1), envelope_of(1)}});
            CHECK(codes(sender, 2) == "");
            while (accepted.size() < 2U * (i + 1U)) take(reader);
        }
        for (;;) {
            sender.send(schemas::Submit{{}, {envelope_of(3'000)}});
            state_oldest(reader);
            const auto submitted = sender.expect<schemas::Outcomes>();
            const std::string& code = submitted.items.at(0).code;
            if (code.empty()) {
                const std::string stated = take(reader) + take(reader);
                CHECK(stated.empty());
                continue;
            }
            CHECK(code == "back-pressure");
            return take(reader);
        }
    }
    // Of so many outcomes, in one frame or more.
    [[nodiscard]] static std::string codes(TestClient& client, std::size_t count) {
        std::string out;
        while (count > 0) {
            const auto frame = client.expect<schemas::Outcomes>();
            for (const auto& item : frame.items) out += item.code;
            count -= std::min(count, frame.items.size());
        }
        return out;
    }
    void state_oldest(TestClient& reader) {
        const auto [envelope, entry] = accepted.front();
        accepted.erase(accepted.begin());
        reader.send(centre.statement(*centre.uzbek, envelope, entry));
    }
    // The next frame: mail, which is noted, or an outcome, whose code is given.
    std::string take(TestClient& reader) {
        const auto frame = reader.receive();
        REQUIRE(frame);
        const auto* mail = std::get_if<schemas::Deliver>(&*frame);
        if (mail == nullptr) return std::get<schemas::Outcomes>(*frame).items.at(0).code;
        for (const auto& delivery : mail->deliveries) {
            accepted.emplace_back(crypto::envelope_hash(delivery.envelope), delivery.proof.index);
        }
        return {};
    }
    schemas::SubmittedEnvelope envelope_of(std::size_t bytes) {
        return centre.seal_with({Bytes(bytes)}).envelope;
    }
    std::unique_ptr<TestClient> session(const EdgeDevice& device) {
        auto client = std::make_unique<TestClient>(running.endpoint(), centre.manifest().curve_key,
                                                   device.curve);
        (void)client->greet(centre, device);
        return client;
    }

    TimeMs now{1795200000000};
    Centre centre{now, "[tick]\nmax_operations = 2\nmax_wait_ms = 1000\n"};
    storage::MemoryStore store;
    FakeTime time{now};
    RunningBroker running;
    std::vector<std::pair<EnvelopeHash, EntryIndex>> accepted;
};

}  // namespace

// Fails if: Tick::run() lets new work take the reserve, or drain() refuses the whole batch.
TEST_CASE(
    "at a full store a statement is taken beside the envelope of its tick, which is refused") {
    storage::MemoryStoreOptions options;
    options.reserve_bytes = Exchange().store.usage().value().used_bytes;
    options.capacity_bytes = options.reserve_bytes * 4;
    Paired scene(options);
    const auto sender = scene.session(*scene.centre.tajik);
    const auto reader = scene.session(*scene.centre.uzbek);
    CHECK(scene.fill(*sender, *reader) == "");
    const storage::Usage full = scene.store.usage().value();
    CHECK(full.used_bytes * 100 / full.capacity_bytes >= 65);
    CHECK(full.used_bytes * 100 / full.capacity_bytes <= 75);
    REQUIRE(scene.accepted.size() > 3);
    while (scene.accepted.size() >= 2) {
        scene.state_oldest(*reader);
        scene.state_oldest(*reader);
        CHECK(Paired::codes(*reader, 2) == "");
    }
    CHECK(figure(scene.centre, "waiting") == std::to_string(scene.accepted.size()));
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
    wait_for(centre, "waiting", "0");
}

// Fails if any of these types counts as new work, or publish() asks no more than the gate.
TEST_CASE("at a full store a device brings holds, and shreds and prunings reach the fold") {
    FullExchange scene;
    Centre& centre = scene.exchange->centre;
    const auto sender = scene.exchange->session(*centre.tajik);
    const auto reader = scene.exchange->session(*centre.uzbek);
    scene.fill(*sender, *reader);
    const auto publish = [&](const Bytes& record) {
        sender->send(schemas::Publish{record});
        return sender->expect<schemas::Outcomes>().items.at(0).code;
    };
    const auto records = what_ends_and_keeps_bodies(centre);
    CHECK(publish(records.at(0)) == "");
    // For reasons of their own, which no gate knows: its time, and that nothing is a year old.
    CHECK(publish(records.at(1)) == "shred.early");
    AdminClient admin(centre.directory() / "admin.sock");
    const auto pruned = std::get<schemas::Outcomes>(admin.ask(schemas::Publish{records.at(2)}));
    CHECK(pruned.items.at(0).code == "prune.refused");
}
