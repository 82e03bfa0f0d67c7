// What witnesses may and may not change: the round as a pure machine, with lies.
#include "broker/edge/witness_round.h"

#include <doctest/doctest.h>

#include "broker/core/ledger_proof.h"
#include "broker/core/tables.h"
#include "broker/edge/node_keys.h"
#include "storage/memory_store.h"
#include "tests/unit/broker_edge/centre.h"
#include "tests/unit/broker_edge/fake_witness.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

namespace {

constexpr DurationMs kBegan{1'000};

// A ledger of three entries, two witnesses of which one is enough, and the questions that were put.
struct Scene {
    Scene() {
        const Stamp stamp{now};
        const std::vector<Operation> operations{{stamp, Found{node.manifest_record}},
                                                {stamp, OpenEpoch{Hash{}, "one"}},
                                                {stamp, OpenEpoch{Hash{}, "two"}}};
        REQUIRE(tick.run(operations));
        const std::string text = "witness alfa " + alfa.key.verifier().vkey() + "\nwitness beta " +
                                 beta.key.verifier().vkey() +
                                 "\ngroup both any alfa beta\nquorum both\n";
        policy = crypto::WitnessPolicy::parse(text).value();
        remember({});
    }
    // A start that finds this in its store.
    void remember(WitnessMemory memory, WitnessCarrier carrier = WitnessCarrier::Authenticated) {
        asked.clear();
        const std::vector<ReachableWitness> reachable{{"alfa", carrier}, {"beta", carrier}};
        round.emplace(*policy, centre_log, reachable, std::move(memory),
                      [this](std::size_t witness, crypto::WitnessCall call) {
                          asked[witness] = std::move(call);
                      });
    }
    // Of alfa, which has cosigned the head before the newest.
    WitnessMemory memory_of_alfa() {
        WitnessMemory memory{tick.signed_head(), {}};
        const TreeSize before(tick.signed_head().head.size.value - 1);
        memory.given.emplace("alfa", WitnessMemory::Given{before, now});
        return memory;
    }
    // Says twice that it has none: no note, and nothing against the stored head.
    void answer_without_note(std::size_t witness, std::uint16_t status,
                             crypto::WitnessAnswer to_stored) {
        round->ask_notes();
        REQUIRE(asked.contains(witness));
        answer(witness, {status, "none\n"});
        REQUIRE(asked.contains(witness));
        CHECK(asked[witness].method == crypto::WitnessMethod::AddCheckpoint);
        const auto request = crypto::AddCheckpoint::parse(asked[witness].body).value();
        CHECK(request.old_size == tick.signed_head().head.size);
        CHECK(request.note == tick.signed_head().note);
        answer(witness, std::move(to_stored));
    }
    std::string cosigned_at(TimeMs time) {
        const auto& head = tick.signed_head().head;
        const std::string text = crypto::Checkpoint{centre_log.name(), head.size, head.root}.text();
        return alfa.key.cosign(text, time).value();
    }
    WitnessRound::Heard answer(std::size_t witness, crypto::WitnessAnswer with,
                               DurationMs at = kBegan) {
        const auto txn = store.begin_read().value();
        asked.erase(witness);
        return round->answered(witness, with, {*txn, tick.frontier()}, {at, now}).value();
    }
    void begin() {
        const auto txn = store.begin_read().value();
        REQUIRE(round->begin(tick.signed_head(), {*txn, tick.frontier()}, kBegan));
    }
    std::string trouble(std::size_t witness) { return round->figures().at(witness).trouble; }

    TimeMs now{1795200000000};
    Centre centre{now};
    NodeKeys node{NodeKeys::read(centre.directory()).value()};
    crypto::NoteVerifier centre_log{centre.log()};
    storage::MemoryStore store{store_tables()};
    FakeRandom random{3};
    LedgerKeyFile keys{LedgerKeyFile::open(centre.directory() / "ledger.keys",
                                           centre.directory() / "kek" / "ledger.kek", random)
                           .value()};
    Tick tick{Tick::open({store, keys, node.log, random, Capacity{10}}).value()};
    WitnessMind alfa{"alfa", centre_log, random};
    WitnessMind beta{"beta", centre_log, random};
    std::optional<crypto::WitnessPolicy> policy;
    std::optional<WitnessRound> round;
    std::map<std::size_t, crypto::WitnessCall> asked;
};

}  // namespace

// Fails if a round waits for all, or closes with the quorum.
TEST_CASE("a round closes half a second after the quorum, with what came until then") {
    Scene scene;
    scene.begin();
    REQUIRE(scene.asked.size() == 2);
    CHECK_FALSE(scene.round->close(kBegan));
    scene.answer(0, scene.alfa(scene.asked[0]), DurationMs(1'200));
    // Fails if the round ends at the quorum itself: the second signature would be lost.
    CHECK_FALSE(scene.round->close(DurationMs(1'699)));
    const auto closed = scene.round->close(DurationMs(1'700));
    REQUIRE(closed);
    CHECK(closed->quorum);
    CHECK(closed->cosignatures == 1);
    const auto opened =
        crypto::open_witnessed(closed->head.note, scene.centre_log, *scene.policy).value();
    CHECK(opened.met);
    CHECK(opened.checkpoint.size == scene.tick.signed_head().head.size);
    // Late, and of a round that is over: it changes no note, but is remembered as held.
    scene.answer(1, scene.beta(scene.asked[1]), DurationMs(1'900));
    CHECK(scene.round->idle());
    CHECK(scene.round->figures()[1].held == scene.tick.signed_head().head.size);
}

// Fails if a silent witness keeps a round open, or its time begins anew with each answer.
TEST_CASE("all answers end a round at once, a silent witness ends it after three seconds") {
    Scene scene;
    scene.begin();
    scene.answer(0, scene.alfa(scene.asked[0]));
    scene.answer(1, scene.beta(scene.asked[1]));
    CHECK(scene.round->close(kBegan)->cosignatures == 2);
    scene.begin();
    CHECK_FALSE(scene.round->close(DurationMs(3'999)));
    const auto closed = scene.round->close(DurationMs(4'000));
    REQUIRE(closed);
    CHECK_FALSE(closed->quorum);
}

// Fails if a cosignature is not verified over exactly the text asked about.
TEST_CASE("a forged cosignature, another's, and one over another head are none") {
    Scene scene;
    const auto head = scene.tick.signed_head().head;
    const std::string text =
        crypto::Checkpoint{scene.centre_log.name(), head.size, head.root}.text();
    const std::string right = scene.alfa.key.cosign(text, scene.now).value();
    const std::string other =
        crypto::Checkpoint{scene.centre_log.name(), TreeSize(2), Hash{}}.text();
    std::string forged = right;
    forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
    const std::string lies[] = {forged, scene.beta.key.cosign(text, scene.now).value(),
                                scene.alfa.key.cosign(other, scene.now).value(), "", "ok\n"};
    for (const std::string& lie : lies) {
        CAPTURE(lie);
        scene.begin();
        CHECK_FALSE(scene.answer(0, {200, lie}).evidence);
        scene.answer(1, {500, "broken\n"});
        const auto closed = scene.round->close(kBegan);
        REQUIRE(closed);
        // Fails if find_cosignature is not asked.
        CHECK_FALSE(closed->quorum);
        CHECK(closed->cosignatures == 0);
        CHECK(scene.trouble(0) == "its answer is no cosignature of the head");
        CHECK(scene.round->figures()[0].held == TreeSize(0));
    }
}

// Fails if the number of a 409 is believed.
TEST_CASE("the number of a 409 changes nothing but where the next proof begins") {
    Scene scene;
    scene.begin();
    scene.answer(0, {409, crypto::conflict_body(TreeSize(2))});
    const auto again = crypto::AddCheckpoint::parse(scene.asked.at(0).body).value();
    CHECK(again.old_size == TreeSize(2));
    CHECK_FALSE(again.path.empty());
    // A made-up huge head: asked for its note, which it does not have.
    const auto heard = scene.answer(1, {409, crypto::conflict_body(TreeSize(1ULL << 60))});
    CHECK_FALSE(heard.evidence);
    CHECK(scene.asked.at(1).method == crypto::WitnessMethod::Note);
    CHECK_FALSE(scene.answer(1, {404, "none\n"}).evidence);
    CHECK(scene.round->figures()[1].held == TreeSize(0));
}

// Fails if the signer of a note is not looked at, or a note within our tree stops the broker.
TEST_CASE("only a note under our own key is evidence, and only beyond or beside our tree") {
    Scene scene;
    const auto stranger = crypto::NoteSigner::create(scene.centre_log.name(),
                                                     crypto::SigningKey::generate(scene.random))
                              .value();
    const crypto::Checkpoint huge{scene.centre_log.name(), TreeSize(1ULL << 50), Hash{}};
    const std::string beyond = scene.centre.note(TreeSize(99), Hash{});
    const std::string beside = scene.centre.note(TreeSize(2), Hash{});
    const std::string lies[] = {crypto::sign_checkpoint(huge, stranger), "rubbish", ""};
    for (const std::string& lie : lies) {
        scene.round->ask_notes();
        CHECK_FALSE(scene.answer(0, {200, lie}).evidence);
        CHECK(scene.trouble(0) == "its note is not signed by this ledger's key");
        CHECK_FALSE(scene.round->confirmed());
    }
    for (const std::string& evidence : {beyond, beside}) {
        scene.round->ask_notes();
        CHECK(scene.answer(0, {200, evidence}).evidence == evidence);
        // Fails if a witness that holds more than we do counts as one that confirms us.
        CHECK_FALSE(scene.round->confirmed());
    }
    scene.round->ask_notes();
    CHECK_FALSE(scene.answer(0, {200, scene.tick.signed_head().note}).evidence);
    CHECK(scene.round->confirmed());
    CHECK(scene.round->figures()[0].held == scene.tick.signed_head().head.size);
}

// Fails if 404 or 405 alone counts: whoever is on the way of an HTTP witness can say it.
TEST_CASE("a witness that has cosigned this ledger does not confirm it by not knowing it") {
    for (const std::uint16_t status : {std::uint16_t{404}, std::uint16_t{405}}) {
        CAPTURE(status);
        Scene scene;
        scene.remember(scene.memory_of_alfa());
        scene.answer_without_note(0, status, {404, "none\n"});
        CHECK_FALSE(scene.round->confirmed());
        CHECK(scene.trouble(0).find("does not know") != std::string::npos);
        // What somebody on the way has heard before is not heard again.
        scene.answer_without_note(0, status, {200, scene.cosigned_at(scene.now)});
        CHECK_FALSE(scene.round->confirmed());
        scene.answer_without_note(0, status, {200, scene.cosigned_at(scene.now + kSecond)});
        CHECK(scene.round->confirmed());
        CHECK(scene.trouble(0) == "");
    }
}

TEST_CASE("the size that a witness without notes names confirms only what it can have seen") {
    Scene scene;
    const TreeSize size = scene.tick.signed_head().head.size;
    const auto conflict = [](std::uint64_t held) {
        return crypto::WitnessAnswer{409, crypto::conflict_body(TreeSize(held))};
    };
    scene.remember(scene.memory_of_alfa());
    // Fails if a bare number beyond the ledger confirms it.
    scene.answer_without_note(0, 405, conflict(size.value + 1));
    CHECK_FALSE(scene.round->confirmed());
    // Fails if a witness may forget what it has cosigned.
    scene.answer_without_note(0, 405, conflict(size.value - 2));
    CHECK_FALSE(scene.round->confirmed());
    scene.answer_without_note(0, 405, conflict(size.value - 1));
    CHECK(scene.round->confirmed());
}

TEST_CASE("a witness that is new to the ledger confirms it by knowing nothing") {
    Scene scene;
    scene.remember(scene.memory_of_alfa());
    scene.answer_without_note(1, 404, {404, "none\n"});
    CHECK(scene.round->confirmed());
}

namespace {

// A start whose witnesses are reached over plain HTTP, by way of somebody who has kept all that
// alfa ever said.
struct PlainScene : Scene {
    PlainScene() { remember(memory_of_alfa(), WitnessCarrier::Plain); }

    // The newest note goes to alfa, who is asked for it by `note`; then the question that follows.
    crypto::AddCheckpoint asked_after(const crypto::WitnessAnswer& note) {
        round->ask_notes();
        CHECK_FALSE(answer(0, note).evidence);
        CHECK_FALSE(round->confirmed());
        REQUIRE(asked.contains(0));
        return crypto::AddCheckpoint::parse(asked.at(0).body).value();
    }
    void refuses(const crypto::WitnessAnswer& with) {
        answer(0, with);
        CHECK_FALSE(round->confirmed());
        CHECK_FALSE(asked.contains(0));
        CHECK(trouble(0) != "");
    }
    std::string old_note() {
        const auto txn = store.begin_read().value();
        const TreeSize size(tick.signed_head().head.size.value - 1);
        return centre.note(size, root_at(*txn, tick.frontier(), size).value());
    }
};

}  // namespace

// Fails if a note that is a head of ours, or a bare number, sets `told` over HTTP.
TEST_CASE("over plain HTTP a note and a number are repeated by anybody: they confirm nothing") {
    PlainScene scene;
    const TreeSize size = scene.tick.signed_head().head.size;
    auto request = scene.asked_after({200, scene.old_note()});
    // The note says where the proof begins; what is asked about is the newest head.
    CHECK(request.old_size == TreeSize(size.value - 1));
    CHECK_FALSE(request.path.empty());
    CHECK(request.note == scene.tick.signed_head().note);
    scene.refuses({404, "none\n"});

    request = scene.asked_after({405, "none\n"});
    CHECK(request.old_size == size);
    scene.answer(0, {409, crypto::conflict_body(TreeSize(size.value - 1))});
    CHECK_FALSE(scene.round->confirmed());
    request = crypto::AddCheckpoint::parse(scene.asked.at(0).body).value();
    CHECK(request.old_size == TreeSize(size.value - 1));
    CHECK(request.note == scene.tick.signed_head().note);
    scene.refuses({409, crypto::conflict_body(TreeSize(size.value - 1))});
    for (const std::uint64_t number : {size.value, size.value + 1, size.value - 2}) {
        CAPTURE(number);
        (void)scene.asked_after({405, "none\n"});
        scene.refuses({409, crypto::conflict_body(TreeSize(number))});
    }
}

// Fails if is_fresh() is not asked, or asked for one side of the clock only.
TEST_CASE("over plain HTTP a cosignature counts while it is fresh, and only then") {
    PlainScene scene;
    scene.now = scene.now + kDay;  // the store, and what it remembers, are of yesterday
    const auto limit = WitnessRound::kFresh.value;
    for (const std::uint64_t at :
         {scene.now.value - limit - kSecond.value, scene.now.value + limit + kSecond.value}) {
        (void)scene.asked_after({200, scene.tick.signed_head().note});
        scene.refuses({200, scene.cosigned_at(TimeMs(at))});
    }
    (void)scene.asked_after({200, scene.tick.signed_head().note});
    scene.answer(0, {200, scene.cosigned_at(TimeMs(scene.now.value - limit))});
    CHECK(scene.round->confirmed());
    CHECK(scene.trouble(0) == "");
}

TEST_CASE("a witness of plain HTTP that is new to the ledger tells so by cosigning from nothing") {
    PlainScene scene;
    scene.round->ask_notes();
    scene.answer(1, {404, "none\n"});
    scene.answer(1, {404, "none\n"});
    CHECK_FALSE(scene.round->confirmed());
    scene.round->ask_notes();
    scene.answer(1, {404, "none\n"});
    scene.answer(1, {409, crypto::conflict_body(TreeSize(0))});
    scene.answer(1, scene.beta(scene.asked.at(1)));
    CHECK(scene.round->confirmed());
}

TEST_CASE("what a round over plain HTTP repeats of an older cosignature tells nothing either") {
    PlainScene scene;
    const std::string old = scene.cosigned_at(scene.now);
    scene.now = scene.now + kDay;
    scene.begin();
    scene.answer(0, {200, old});
    CHECK_FALSE(scene.round->confirmed());
    CHECK(scene.round->figures()[0].held == scene.tick.signed_head().head.size);
}
