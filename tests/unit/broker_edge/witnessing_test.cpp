// Receipts on the way from logged to witnessed, over a running broker and witnesses on loopback.
#include <doctest/doctest.h>

#include "broker/core/ledger_open.h"
#include "broker/edge/published_notes.h"
#include "crypto/policy_record.h"
#include "tests/unit/broker_edge/exchange.h"
#include "tests/unit/broker_edge/witnessed.h"

using namespace chapar;
using namespace chapar::broker;
using namespace chapar::testing;

namespace {

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

// Fails if every_second() does not look at those whose WELCOME waits.
TEST_CASE("who connects while witnesses are awaited is told so when ten seconds have passed") {
    Witnessed scene;
    scene.start();
    scene.publish_all();
    REQUIRE(scene.running->stop());
    scene.beta.silent = true;
    scene.start();
    TestClient client(scene.running->endpoint(), scene.centre.manifest().curve_key,
                      scene.centre.tajik->curve);
    client.hello(scene.centre, *scene.centre.tajik);
    scene.wait_for("sessions", "1");
    CHECK(scene.figure("state") == "awaiting witnesses");
    scene.time.advance(DurationMs(10'001));
    CHECK(client.expect<schemas::ErrorFrame>().code == "ledger.witnesses-awaited");
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

TEST_CASE("after an hour without a quorum envelopes are refused, until the witnesses are back") {
    Witnessed scene;
    scene.start();
    scene.publish_all();
    auto sender = scene.session(*scene.centre.tajik);
    const auto submit = [&](const schemas::SubmittedEnvelope& envelope) {
        sender->send(schemas::Submit{{}, {envelope}});
        return sender->expect<schemas::Outcomes>().items.at(0);
    };
    scene.wait_for("witness_quorum", "yes");
    scene.beta.silent = true;
    const auto first = scene.centre.seal(scene.centre.nothing_seen());
    const auto accepted = submit(first);
    CHECK(accepted.code == "");
    scene.time.advance(kHour);
    scene.beta.wait_asked(2);
    CHECK(scene.figure("witness_outage") == "below 1 h");
    scene.time.advance(kMinute);
    scene.wait_for("state", "without witnesses: takes no new envelopes");
    const auto second = scene.centre.seal(scene.centre.nothing_seen());
    // Fails if SUBMIT does not ask.
    CHECK(submit(second).code == "ledger.witnesses-absent");
    // What ends an envelope, and the directory, still goes on.
    auto recipient = scene.session(*scene.centre.uzbek);
    recipient->send(scene.centre.statement(
        *scene.centre.uzbek, crypto::envelope_hash(first.envelope), accepted.proofs.at(0).index));
    CHECK(recipient->expect<schemas::Outcomes>().items.at(0).code == "");
    scene.admin().publish(scene.centre.revocation(*scene.centre.stranger));
    scene.beta.silent = false;
    scene.wait_for("state", "running");
    CHECK(submit(second).code == "");
}

// Fails if a quiet time counts: what nobody entered nobody has to confirm.
TEST_CASE("a ledger that did not grow for a day takes the next envelope at once") {
    Witnessed scene;
    scene.start();
    scene.publish_all();
    wait_until("all witnessed",
               [&] { return scene.figure("witnessed_size") == scene.figure("size"); });
    scene.time.advance(kHour * 2);
    auto sender = scene.session(*scene.centre.tajik);
    sender->send(schemas::Submit{{}, {scene.centre.seal(scene.centre.nothing_seen())}});
    CHECK(sender->expect<schemas::Outcomes>().items.at(0).code == "");
}

// Fails if one entry that is not there, or is not the asker's, spoils the answer about the others.
TEST_CASE("what cannot be shown of some entries does not keep back the proofs of others") {
    Witnessed scene;
    scene.start();
    scene.publish_all();
    auto sender = scene.session(*scene.centre.tajik);
    sender->send(schemas::Submit{{}, {scene.centre.seal(scene.centre.nothing_seen())}});
    const EntryIndex own = sender->expect<schemas::Outcomes>().items.at(0).proofs.at(0).index;
    wait_until("own entry witnessed",
               [&] { return std::stoull(scene.figure("witnessed_size")) > own.value; });
    // The other agency's policy, which is sealed to it.
    EntryIndex foreign;
    for (const Bytes& record : scene.centre.records()) {
        const auto opened = crypto::SignedRecord::decode(record).value();
        if (opened.type != crypto::RecordType::Policy) continue;
        const auto policy = crypto::PolicyRecord::decode(opened.body).value();
        if (policy.agency == scene.centre.tajik->agency) continue;
        const auto again = scene.admin().ask(schemas::Publish{record});
        foreign = std::get<schemas::Outcomes>(again).items.at(0).proofs.at(0).index;
    }
    sender->send(schemas::ProofsAsk{{foreign, own, EntryIndex(own.value + 500)},
                                    schemas::Witnessing::WitnessedHead});
    const auto answer = sender->expect<schemas::Proofs>();
    REQUIRE(answer.proofs.size() == 2);
    CHECK(answer.proofs[0].index == foreign);
    CHECK(crypto::is_tombstone(answer.proofs[0].leaf));
    CHECK(answer.proofs[1].index == own);
    CHECK_FALSE(crypto::is_tombstone(answer.proofs[1].leaf));
}
