// The rules of tlog-witness v1.0.0, each with what it is there for.
#include <doctest/doctest.h>

#include "crypto/sha256.h"
#include "schemas/base/limits.h"
#include "storage/memory_store.h"
#include "unit/witness/fake_log.h"

namespace chapar::testing {
namespace {

using client::Witness;
using Write = client::WitnessDecision::Write;

struct Bench {
    FakeLog log{20};
    Witness witness = make_witness({log.key()});
    storage::MemoryStore store{client::witness_tables::kAll};

    client::WitnessDecision ask(const std::string& body, TimeMs now = kNow) {
        return testing::ask(witness, store, body, now);
    }
    std::uint16_t status(const std::string& body) { return ask(body).answer.status; }
    crypto::WitnessAnswer kept() {
        const auto txn = must(store.begin_read());
        return must(Witness::kept_note(*txn, crypto::sha256(view(kOrigin))));
    }
};

}  // namespace

TEST_CASE("a log that grows is cosigned from head to head") {
    Bench bench;
    std::uint64_t last = 0;
    for (const std::uint64_t size : {1U, 2U, 3U, 8U, 13U, 20U}) {
        CAPTURE(size);
        const auto decision = bench.ask(bench.log.body(last, size));
        CHECK(decision.answer.status == 200);
        CHECK(decision.write == Write::Commit);
        CHECK(cosigned_at(bench.witness, bench.log.note(size), decision.answer) == kNow);
        CHECK(bench.kept().body == bench.log.note(size) + decision.answer.body);
        last = size;
    }
}

// Fails if objection() takes the proof for right whatever the old size.
TEST_CASE("an old size that is not the one held is a conflict, and the body says which is") {
    Bench bench;
    CHECK(bench.ask(bench.log.body(3, 5)).answer == crypto::WitnessAnswer{409, "0\n"});
    CHECK(bench.status(bench.log.body(0, 5)) == 200);
    for (const std::uint64_t old_size : {0U, 1U, 4U, 6U, 9U}) {
        const auto decision = bench.ask(bench.log.body(old_size, 9));
        CHECK(decision.answer == crypto::WitnessAnswer{409, "5\n"});
        CHECK(decision.write == Write::Nothing);
    }
    // A smaller head is not cosigned again, not even with its true path.
    CHECK(bench.ask(bench.log.body(3, 4)).answer == crypto::WitnessAnswer{409, "5\n"});
    CHECK(bench.status(bench.log.body(5, 9)) == 200);
}

TEST_CASE("an old size above the note's is malformed") {
    Bench bench;
    CHECK(bench.status(bench.log.body(0, 9)) == 200);
    CHECK(bench.status(bench.log.body(9, 5)) == 400);
}

// Fails if follows() hands "old 0" to check_consistency, which wants the empty root.
TEST_CASE("from size 0 the path is empty, and nothing else follows from nothing") {
    Bench bench;
    crypto::AddCheckpoint padded = bench.log.request(0, 5);
    padded.path.push_back(Hash{});
    CHECK(bench.status(padded.body()) == 422);
    CHECK(bench.status(bench.log.body(0, 5)) == 200);
}

TEST_CASE("an empty log is cosigned with the empty root only, and grows from there") {
    Bench bench;
    const std::string lie =
        crypto::sign_checkpoint({kOrigin, TreeSize(0), Hash{}}, bench.log.signer());
    CHECK(bench.status(crypto::AddCheckpoint{TreeSize(0), {}, lie}.body()) == 422);
    CHECK(bench.status(bench.log.body(0, 0)) == 200);
    CHECK(bench.status(bench.log.body(0, 0)) == 200);
    CHECK(bench.ask(crypto::AddCheckpoint{TreeSize(0), {}, lie}.body()).answer.status == 409);
    CHECK(bench.status(bench.log.body(0, 7)) == 200);
    CHECK(bench.ask(bench.log.body(0, 0)).answer == crypto::WitnessAnswer{409, "7\n"});
}

TEST_CASE("the same head is cosigned again, with a newer time") {
    Bench bench;
    CHECK(bench.status(bench.log.body(0, 5)) == 200);
    const TimeMs later = kNow + kMinute;
    const auto again = bench.ask(bench.log.body(5, 5), later);
    CHECK(again.answer.status == 200);
    CHECK(cosigned_at(bench.witness, bench.log.note(5), again.answer) == later);
    crypto::AddCheckpoint padded = bench.log.request(5, 5);
    padded.path.push_back(Hash{});
    CHECK(bench.status(padded.body()) == 422);
}

// Fails if each is signed anew: whoever reads the note could keep the disk busy with it.
TEST_CASE("the same head asked for within a second is answered from what is held") {
    Bench bench;
    const auto first = bench.ask(bench.log.body(0, 5));
    for (const TimeMs now : {kNow, kNow + DurationMs(999), TimeMs(kNow.value - kHour.value)}) {
        const auto again = bench.ask(bench.log.body(5, 5), now);
        CHECK(again.answer == first.answer);
        CHECK(again.write == Write::Nothing);
    }
    CHECK(bench.ask(bench.log.body(5, 5), kNow + kSecond).write == Write::Commit);
}

// Fails if the time is `now` alone.
TEST_CASE("the time of cosignatures never goes back, whatever the clock does") {
    Bench bench;
    CHECK(bench.ask(bench.log.body(0, 5), kNow).answer.status == 200);
    const auto next = bench.ask(bench.log.body(5, 9), TimeMs(kNow.value - kHour.value));
    CHECK(cosigned_at(bench.witness, bench.log.note(9), next.answer) == kNow);
    const auto last = bench.ask(bench.log.body(9, 10), kNow + kSecond);
    CHECK(cosigned_at(bench.witness, bench.log.note(10), last.answer) == kNow + kSecond);
}

TEST_CASE("a path that is cut, turned, padded or of another tree does not hold") {
    Bench bench;
    CHECK(bench.status(bench.log.body(0, 5)) == 200);
    const crypto::AddCheckpoint good = bench.log.request(5, 13);
    REQUIRE(good.path.size() > 1);
    for (std::size_t i = 0; i < good.path.size(); ++i) {
        crypto::AddCheckpoint bad = good;
        bad.path[i].bytes[7] ^= std::byte{1};
        CHECK(bench.status(bad.body()) == 422);
        bad.path = good.path;
        bad.path.erase(bad.path.begin() + static_cast<std::ptrdiff_t>(i));
        CHECK(bench.status(bad.body()) == 422);
    }
    crypto::AddCheckpoint padded = good;
    padded.path.push_back(Hash{});
    CHECK(bench.status(padded.body()) == 422);
    CHECK(bench.status(FakeLog(13, "second").body(5, 13)) == 422);
    CHECK(bench.status(good.body()) == 200);
}

TEST_CASE("an unknown log is told so before its signature is looked at") {
    Bench bench;
    const FakeLog stranger(5, "first", 1, "chapar.caricc/ledger/2");
    CHECK(bench.status(stranger.body(0, 5)) == 404);
    CHECK(bench.ask(stranger.body(0, 5)).write == Write::Nothing);
}

// Fails if the origin alone decides which log a note is of.
TEST_CASE("a note that no trusted key of the log signed is forbidden") {
    Bench bench;
    CHECK(bench.status(FakeLog(5, "first", 2).body(0, 5)) == 403);
    std::string unsigned_note = bench.log.note(5);
    unsigned_note[unsigned_note.size() - 10] ^= 1;
    CHECK(bench.status(crypto::AddCheckpoint{TreeSize(0), {}, unsigned_note}.body()) == 403);
    const std::string text = bench.log.head(5).text();
    CHECK(bench.status("old 0\n\n" + text + "\n") == 403);
    // The witness's own line is none of the log's.
    const auto answer = bench.ask(bench.log.body(0, 5)).answer;
    CHECK(bench.status("old 5\n\n" + text + "\n" + answer.body) == 403);
}

TEST_CASE("what is no request is malformed, and nothing is written for it") {
    Bench bench;
    const std::string good = bench.log.body(0, 5);
    for (const std::string& body :
         {std::string(), std::string("old 0\n"), std::string("old 0\n\n"), good.substr(4),
          std::string("old 0\n\nno note"), "old 0\n\n" + bench.log.note(5).substr(0, 30),
          "old 0\n\n" + kOrigin + "\n05\nAAAA\n\nx", std::string(70'000, '\n'),
          "old 0\n\n" + kOrigin + "\n5\n" + std::string(44, 'A') + "\nextension\n\nline\n"}) {
        CAPTURE(body.substr(0, 60));
        const auto decision = bench.ask(body);
        CHECK(decision.answer.status == 400);
        CHECK(decision.write == Write::Nothing);
    }
    // Cut anywhere, it is refused, and leaves nothing behind.
    for (std::size_t cut = 0; cut < good.size(); ++cut) {
        CHECK(bench.status(good.substr(0, cut)) != 200);
    }
    CHECK(bench.kept().status == 404);
}

TEST_CASE("lines of strangers in a note are not kept") {
    Bench bench;
    FakeRandom random(5);
    const auto stranger =
        must(crypto::NoteCosigner::create("stranger", crypto::SigningKey::generate(random)));
    const std::string line = must(stranger.cosign(bench.log.head(5).text(), kNow));
    crypto::AddCheckpoint request = bench.log.request(0, 5);
    request.note += line;
    const auto decision = bench.ask(request.body());
    CHECK(decision.answer.status == 200);
    CHECK(bench.kept().body == bench.log.note(5) + decision.answer.body);
}

TEST_CASE("logs do not know of each other") {
    const FakeLog one(9), other(9, "second", 2, "example.com/log");
    const Witness witness = make_witness({one.key(), other.key()});
    storage::MemoryStore store{client::witness_tables::kAll};
    CHECK(ask(witness, store, one.body(0, 5)).answer.status == 200);
    CHECK(ask(witness, store, other.body(5, 9)).answer == crypto::WitnessAnswer{409, "0\n"});
    CHECK(ask(witness, store, other.body(0, 9)).answer.status == 200);
    CHECK(ask(witness, store, one.body(5, 9)).answer.status == 200);
}

TEST_CASE("a log may change its key: either trusted key continues its one line") {
    const FakeLog old_key(9, "first", 1), new_key(9, "first", 2);
    const Witness witness = make_witness({old_key.key(), new_key.key()});
    storage::MemoryStore store{client::witness_tables::kAll};
    CHECK(ask(witness, store, old_key.body(0, 5)).answer.status == 200);
    CHECK(ask(witness, store, new_key.body(5, 9)).answer.status == 200);
    CHECK(ask(witness, store, new_key.body(0, 9)).answer == crypto::WitnessAnswer{409, "9\n"});
}

}  // namespace chapar::testing
