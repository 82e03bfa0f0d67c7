#include "tests/unit/client_auditor/recorded.h"

namespace chapar::testing {
namespace {

TEST_CASE("a mirror is proven by its leaves alone, whatever the pages, and goes on where it was") {
    Recorded ledger;
    ledger.grow(300);
    const auto first = ledger.entries();
    ledger.grow(230);
    const auto all = ledger.entries();
    for (const std::size_t page : {1UL, 50UL, 1000UL}) {
        Mirror mirror(ledger);
        mirror.take_all(first, page);
        CHECK(mirror.state().proven.size == first.size());
        CHECK(mirror.state().note == ledger.note(first));
        // Cut in the middle: what was taken is not proven yet, and is not lost either.
        REQUIRE(mirror.take(ledger.page(all, first.size(), 3)));
        CHECK(mirror.state().taken.size == first.size() + 3);
        CHECK(mirror.state().proven.size == first.size());
        mirror.take_all(all, page);
        CHECK(mirror.state().proven == mirror.state().taken);
        CHECK(mirror.state().proven.root() == ledger.world.frontier.root());
    }
}

// Fails if a node above the leaves is stored at another place, or not found there.
TEST_CASE("a proof of every entry is made from the mirror and holds under the log key") {
    Recorded ledger;
    ledger.grow(520);
    const auto all = ledger.entries();
    Mirror mirror(ledger);
    mirror.take_all(all);
    const auto txn = mirror.store.begin_read().value();
    for (std::uint64_t i = 0; i < all.size(); ++i) {
        const auto proof = client::mirror_proof(*txn, EntryIndex(i)).value();
        const auto head = crypto::check_tlog_proof(proof, all[i].leaf, ledger.card.log());
        REQUIRE(head);
        CHECK(head->size.value == all.size());
        CHECK(crypto::TlogProof::parse(proof.text()).value() == proof);
    }
    CHECK(client::mirror_proof(*txn, EntryIndex(all.size())).error().code == Errc::NotFound);
}

// Each of these is a broker that hands out another ledger than the one it signed. Fails if the
// entries are not led to the signed root (Taking::prove), or a leaf's place is not looked at.
TEST_CASE("entries that are not those of the signed head are refused and leave nothing") {
    Recorded ledger;
    const auto all = ledger.entries();
    const std::size_t at = ledger.small.first.first.value;
    const auto fed = [&](const std::vector<schemas::StoredEntry>& entries) {
        Mirror mirror(ledger);
        mirror.take_all(std::vector(all.begin(), all.begin() + 5));
        auto page = ledger.page(entries, 5, 1000);
        page.head.checkpoint = ledger.note(all);
        const auto taken = mirror.take(page);
        REQUIRE_FALSE(taken);
        CHECK(mirror.state().taken.size == 5);
        mirror.take_all(all);
        CHECK(mirror.state().proven.size == all.size());
        return taken.error().code;
    };
    auto changed = all;
    changed[at].leaf[40] ^= std::byte{1};
    CHECK(fed(changed) == Errc::HeadMismatch);
    auto hidden = all;
    hidden[at] = {crypto::tombstone_of(Hash{}), {}};
    CHECK(fed(hidden) == Errc::HeadMismatch);
    auto missing = all;
    missing.erase(missing.begin() + static_cast<std::ptrdiff_t>(at));
    CHECK(fed(missing) == Errc::LeafInvalid);
    auto swapped = all;
    std::swap(swapped[at], swapped[at + 1]);
    CHECK(fed(swapped) == Errc::LeafInvalid);
    auto clear = all;
    clear[6].body.back() ^= std::byte{1};
    CHECK(fed(clear) == Errc::LeafInvalid);
}

TEST_CASE("two roots for one size, a smaller head and a stranger's note are refused") {
    Recorded ledger;
    const auto first = ledger.entries();
    ledger.grow(2);
    const auto all = ledger.entries();
    Mirror mirror(ledger);
    mirror.take_all(all);
    auto other = all;
    other.back().leaf[40] ^= std::byte{1};
    CHECK(mirror.take(ledger.page(other, all.size(), 1)).error().code == Errc::HeadMismatch);
    CHECK(mirror.take(ledger.page(first, first.size(), 1)).error().code == Errc::HeadMismatch);
    auto page = ledger.page(all, all.size(), 1);
    page.head.checkpoint.back() = 'x';
    CHECK_FALSE(mirror.take(page));
    // A note for entries that are still to come contradicts another one of its size.
    Mirror behind(ledger);
    REQUIRE(behind.take(ledger.page(all, 0, 5)));
    CHECK(behind.take(ledger.page(other, 5, 5)).error().code == Errc::HeadMismatch);
}

// Fails if nodes of dropped entries stay.
TEST_CASE("what was never proven is dropped, and the honest entries take its place") {
    Recorded ledger;
    ledger.grow(280);
    const auto all = ledger.entries();
    REQUIRE(all.size() > 260);
    auto false_entries = all;
    for (std::size_t i = 100; i < false_entries.size(); ++i) {
        auto leaf = crypto::Leaf::decode(false_entries[i].leaf).value();
        if (leaf.kind != crypto::LeafKind::Message) continue;
        false_entries[i].leaf[40] ^= std::byte{1};
    }
    Mirror mirror(ledger);
    mirror.take_all(std::vector(all.begin(), all.begin() + 10));
    auto page = ledger.page(false_entries, 10, 250);
    page.head.checkpoint = ledger.note(all);
    REQUIRE(mirror.take(page));
    CHECK(mirror.state().taken.size == 260);
    {
        // Killed between two slices: honest pages are not held against what is half gone.
        auto txn = mirror.store.begin_write().value();
        CHECK(client::drop_unproven(*txn, 10).value() == 10);
        REQUIRE(std::move(*txn).commit());
    }
    CHECK(mirror.state().dropping);
    CHECK(mirror.take(ledger.page(all, 250, 5)).error().code == Errc::Conflict);
    mirror.drop();
    CHECK_FALSE(mirror.state().dropping);
    CHECK(mirror.state().taken == mirror.state().proven);
    CHECK(mirror.state().taken.size == 10);
    mirror.take_all(all);
    const auto txn = mirror.store.begin_read().value();
    const auto proof = client::mirror_proof(*txn, EntryIndex(200)).value();
    CHECK(crypto::check_tlog_proof(proof, all[200].leaf, ledger.card.log()));
}

}  // namespace
}  // namespace chapar::testing
