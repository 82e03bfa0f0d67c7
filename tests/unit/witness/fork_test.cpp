// What a witness keeps when a log's key signed two histories.
#include <doctest/doctest.h>

#include <bit>

#include "crypto/sha256.h"
#include "schemas/base/layout.h"
#include "storage/memory_store.h"
#include "unit/witness/fake_log.h"

namespace chapar::testing {
namespace {

using client::Witness;
using Write = client::WitnessDecision::Write;

struct Bench {
    FakeLog log{30};
    FakeLog fork{30, "second"};
    Witness witness = make_witness({log.key()});
    storage::MemoryStore store{client::witness_tables::kAll};

    client::WitnessDecision ask(const std::string& body) {
        return testing::ask(witness, store, body);
    }
    std::size_t forks() {
        const auto txn = must(store.begin_read());
        return must(client::read_forks(*txn)).size();
    }
};

// A log of one leaf, said again and again: every complete subtree of a height is the same, so that
// thousands of steps cost little.
class Ladder {
  public:
    explicit Ladder(std::uint64_t most) : heights_{crypto::leaf_hash(view("leaf"))} {
        while ((1ULL << heights_.size()) <= most) {
            heights_.push_back(crypto::node_hash(heights_.back(), heights_.back()));
        }
    }
    [[nodiscard]] const crypto::NoteVerifier& key() const { return log_.key(); }
    // The request that goes from size - 1 to size.
    [[nodiscard]] std::string step(std::uint64_t size) const {
        crypto::AddCheckpoint request{TreeSize(size - 1), {}, {}};
        if (size > 1) path(size - 1, size, true, request.path);
        request.note =
            crypto::sign_checkpoint({kOrigin, TreeSize(size), root(size)}, log_.signer());
        return request.body();
    }

  private:
    [[nodiscard]] Hash root(std::uint64_t n) const {
        if (std::has_single_bit(n)) return heights_[static_cast<std::size_t>(std::countr_zero(n))];
        const std::uint64_t k = std::bit_floor(n - 1);
        return crypto::node_hash(root(k), root(n - k));
    }
    // SUBPROOF of RFC 9162 2.1.4.1.
    void path(std::uint64_t m, std::uint64_t n, bool old_tree, std::vector<Hash>& out) const {
        if (m == n) {
            if (!old_tree) out.push_back(root(n));
            return;
        }
        const std::uint64_t k = std::bit_floor(n - 1);
        path(m <= k ? m : m - k, m <= k ? k : n - k, m <= k && old_tree, out);
        out.push_back(m <= k ? root(n - k) : root(k));
    }
    FakeLog log_{1};
    std::vector<Hash> heights_;
};

}  // namespace

// Fails if keep_fork() is left out, or if its row is not committed because the answer is no 200.
TEST_CASE("another root of the size that is held is refused, and is evidence on disk") {
    Bench bench;
    CHECK(bench.ask(bench.log.body(0, 9)).answer.status == 200);
    const auto decision = bench.ask(bench.fork.body(9, 9));
    CHECK(decision.answer == crypto::WitnessAnswer{409, "9\n"});
    CHECK(decision.write == Write::Commit);
    REQUIRE(decision.fork);
    CHECK(decision.fork->verdict() == crypto::ForkEvidence::Verdict::Proven);
    CHECK(decision.fork->first_note() == bench.log.note(9));
    CHECK(decision.fork->second_note() == bench.fork.note(9));
    CHECK(bench.forks() == 1);
}

TEST_CASE("evidence is kept whatever old size came with it, and once for a size") {
    Bench bench;
    CHECK(bench.ask(bench.log.body(0, 9)).answer.status == 200);
    const auto first = bench.ask(bench.fork.body(0, 9));
    CHECK(first.answer == crypto::WitnessAnswer{409, "9\n"});
    CHECK(first.fork);
    const auto again = bench.ask(bench.fork.body(9, 9));
    CHECK_FALSE(again.fork);
    CHECK(again.write == Write::Nothing);
    CHECK(bench.forks() == 1);
}

// Fails if only the newest head is compared: a ledger that was set back signs small sizes again.
TEST_CASE("a ledger that was set back and went on is caught at a size that was witnessed before") {
    Bench bench;
    std::uint64_t last = 0;
    for (const std::uint64_t size : {5U, 9U, 14U, 20U}) {
        CHECK(bench.ask(bench.log.body(last, size)).answer.status == 200);
        last = size;
    }
    CHECK_FALSE(bench.ask(bench.fork.body(9, 12)).fork);  // a size that was never seen
    const auto caught = bench.ask(bench.fork.body(9, 14));
    CHECK(caught.answer == crypto::WitnessAnswer{409, "20\n"});
    REQUIRE(caught.fork);
    CHECK(caught.fork->first_note() == bench.log.note(14));
}

TEST_CASE("a bare size or an unsigned note is no evidence") {
    Bench bench;
    CHECK(bench.ask(bench.log.body(0, 9)).answer.status == 200);
    CHECK_FALSE(bench.ask(FakeLog(9, "second", 2).body(9, 9)).fork);
    CHECK_FALSE(bench.ask(bench.log.body(9, 9)).fork);
    CHECK_FALSE(bench.ask(bench.fork.body(9, 20)).fork);  // another size: not proven by itself
    CHECK(bench.forks() == 0);
}

TEST_CASE("after a fork the witness goes on with the line it holds") {
    Bench bench;
    CHECK(bench.ask(bench.log.body(0, 9)).answer.status == 200);
    CHECK(bench.ask(bench.fork.body(9, 9)).answer.status == 409);
    CHECK(bench.ask(bench.fork.body(9, 14)).answer.status == 422);
    CHECK(bench.ask(bench.log.body(9, 14)).answer.status == 200);
}

// Fails if the bound is not looked at.
TEST_CASE("a stolen key cannot fill the disk with forks or notes") {
    const std::uint64_t most = client::witness_tables::kForksKept + 6;
    const FakeLog log(most), fork(most, "second");
    const Witness witness = make_witness({log.key()});
    storage::MemoryStore store{client::witness_tables::kAll};
    for (std::uint64_t size = 1; size <= most; ++size) {
        CHECK(ask(witness, store, log.body(size - 1, size)).answer.status == 200);
        const bool kept = size <= client::witness_tables::kForksKept;
        CHECK(ask(witness, store, fork.body(size, size)).fork.has_value() == kept);
    }
    const auto txn = must(store.begin_read());
    CHECK(must(client::read_forks(*txn)).size() == client::witness_tables::kForksKept);
}

TEST_CASE("the newest notes are kept and the oldest go") {
    constexpr std::uint64_t kBeyond = 3;
    const std::uint64_t most = client::witness_tables::kNotesKept + kBeyond;
    const Ladder log(most);
    const Witness witness = make_witness({log.key()});
    storage::MemoryStore store{client::witness_tables::kAll};
    for (std::uint64_t size = 1; size <= most; ++size) {
        REQUIRE(ask(witness, store, log.step(size)).answer.status == 200);
    }
    const auto txn = must(store.begin_read());
    const auto cursor = txn->cursor(client::witness_tables::kNotes);
    std::uint64_t count = 0;
    for (must(cursor->seek_first()); cursor->at_record(); must(cursor->next())) ++count;
    CHECK(count == client::witness_tables::kNotesKept);
    const Bytes oldest =
        LayoutWriter().raw(crypto::sha256(view(kOrigin)).view()).u64(kBeyond + 1).take();
    must(cursor->seek_first());
    CHECK(equal(cursor->key(), oldest));
}

}  // namespace chapar::testing
