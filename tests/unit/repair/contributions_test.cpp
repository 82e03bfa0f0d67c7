#include <doctest/doctest.h>

#include <fstream>

#include "broker/core/core_state.h"
#include "broker/core/lost_payload.h"
#include "broker/edge/restore_mark.h"
#include "broker/repair_contributions.h"
#include "crypto/checkpoint.h"
#include "crypto/tree.h"
#include "tests/unit/repair/set_back.h"

namespace chapar::testing {
namespace {

int exit_of(Errc code) { return static_cast<int>(text_of(code).exit); }

// Whether the copy has what it needs to hand the waiting envelope out.
bool has_payload(SetBack& lost) {
    crypto::SystemRandom random;
    const auto opened = must(broker::BrokerDirectory::open(lost.copy, random));
    const auto txn = must(opened.store->begin_read());
    const bool marked = !must(broker::lost_withholds(*txn, 8)).empty();
    const bool held = must(broker::has_payload(*txn, lost.waiting));
    CHECK(held != marked);
    return held;
}

void mark_restored(SetBack& lost, std::uint64_t size) {
    std::ofstream(lost.copy / "restored") << "backup 00\nsize " << size << "\n";
}

Hash root_of(const std::string& note, const Centre& centre) {
    return must(crypto::open_checkpoint(note, centre.log())).root;
}

}  // namespace

// Fails if one file alone must hold everything, or if an entry is made again differently.
TEST_CASE("What two devices hand over brings a set-back ledger to its newest head") {
    SetBack lost;
    mark_restored(lost, lost.before);
    const auto even = lost.some([](std::uint64_t i) { return i % 2 == 0; });
    const auto odd = lost.some([](std::uint64_t i) { return i % 2 == 1; });
    REQUIRE(lost.after > lost.before + 4);
    CHECK(lost.repair_with({even, odd}) == 0);
    CHECK(lost.size_of_copy() == lost.after);
    CHECK(lost.root_of_copy() == root_of(lost.all.notes.back(), lost.centre));
    CHECK(has_payload(lost));
    CHECK_FALSE(broker::is_restored(lost.copy));
    CHECK(lost.repair_with({even, odd}) == 0);  // once more: nothing to do
}

// Fails if a ciphertext is kept that the envelope does not name.
TEST_CASE("A ciphertext that was changed is not taken: the envelope is marked lost") {
    for (const bool stanza : {true, false}) {
        CAPTURE(stanza);
        SetBack lost;
        auto given = lost.all;
        REQUIRE(given.payloads.size() == 1);
        Bytes& bytes =
            stanza ? given.payloads[0].stanzas[0].ciphertext : given.payloads[0].streams[0];
        bytes[0] ^= std::byte{1};
        CHECK(lost.repair_with({given}) == 0);
        CHECK_FALSE(has_payload(lost));
    }
    SetBack lost;
    auto both = lost.all;
    both.payloads.insert(both.payloads.begin(), both.payloads[0]);
    both.payloads[0].streams.pop_back();
    CHECK(lost.repair_with({both}) == 0);
    CHECK(has_payload(lost));
}

// Fails if any of the checks of an entry is left out: then it ends the repair, or is folded.
TEST_CASE("An entry that does not prove itself is left out, and another's copy of it is taken") {
    SetBack lost;
    const auto at = lost.first_lost.value - lost.before;
    using Change = std::function<void(crypto::Contribution&)>;
    const std::vector<Change> changes{
        [&](auto& given) { given.entries[at].leaf.back() ^= std::byte{1}; },
        [&](auto& given) { given.entries[at].leaf[32] ^= std::byte{1}; },
        [&](auto& given) { given.entries[at].body.back() ^= std::byte{1}; },
        [&](auto& given) { given.entries[at].body.resize(given.entries[at].body.size() / 2); },
        [&](auto& given) { given.entries[at].salt.bytes[0] ^= std::byte{1}; },
        [&](auto& given) { given.entries[at].path.pop_back(); },
        [&](auto& given) { given.entries[at].path[0].bytes[0] ^= std::byte{1}; },
        [&](auto& given) { given.entries[at].index = EntryIndex(lost.after + 100); },
        [&](auto& given) { std::swap(given.entries[at].body, given.entries[at + 1].body); },
        [&](auto& given) {
            const Hash root = root_of(given.notes.back(), lost.centre);
            FakeRandom random{9};
            const auto other = must(crypto::NoteSigner::create(
                lost.centre.manifest().origin, crypto::SigningKey::generate(random)));
            given.entries[at].note = static_cast<std::uint32_t>(given.notes.size());
            given.notes.push_back(crypto::sign_checkpoint(
                {lost.centre.manifest().origin, TreeSize(lost.after), root}, other));
        },
    };
    for (std::size_t i = 0; i < changes.size(); ++i) {
        CAPTURE(i);
        auto bad = lost.all;
        changes[i](bad);
        copy_tree(lost.copy, lost.folder.path() / "again");
        const auto kept = lost.copy;
        lost.copy = lost.folder.path() / "again";
        // Alone: no further than the entry that is missing now, never a wrong one.
        CHECK(lost.repair_with({bad}) == exit_of(Errc::RolledBack));
        CHECK(lost.size_of_copy() <= lost.first_lost.value);
        CHECK(lost.repair_with({bad, lost.all}) == 0);
        CHECK(lost.root_of_copy() == root_of(lost.all.notes.back(), lost.centre));
        lost.copy = kept;
    }
}

// Fails if a note that is not ours says how far the ledger must reach.
TEST_CASE("A made-up note of a huge ledger asks for nothing") {
    SetBack lost;
    auto given = lost.all;
    FakeRandom random{9};
    const std::string origin = lost.centre.manifest().origin;
    const auto other =
        must(crypto::NoteSigner::create(origin, crypto::SigningKey::generate(random)));
    given.notes.push_back(
        crypto::sign_checkpoint({origin, TreeSize(~std::uint64_t{0} >> 1), Hash{}}, other));
    given.notes.push_back("no note at all");
    CHECK(lost.repair_with({given}) == 0);
    CHECK(lost.size_of_copy() == lost.after);
}

// Fails if what lies below a gap is not kept, or what lies above it is taken.
TEST_CASE("The first entry that nobody holds ends it, at the newest head below") {
    SetBack lost;
    mark_restored(lost, lost.before);
    const std::uint64_t gone = lost.first_lost.value + 1;  // DELIVERED
    const auto without = lost.some([&](std::uint64_t i) { return i != gone; });
    CHECK(lost.repair_with({without}) == exit_of(Errc::RolledBack));
    CHECK(lost.size_of_copy() == gone);
    CHECK(broker::is_restored(lost.copy));
    CHECK(lost.repair_with({lost.some([&](std::uint64_t i) { return i >= gone; })}) == 0);
    CHECK(lost.root_of_copy() == root_of(lost.all.notes.back(), lost.centre));
}

// Fails if a leaf without its body counts as an entry that can be made again.
TEST_CASE("A sealed entry whose body nobody may read ends it as a missing one does") {
    SetBack lost;
    auto given = lost.all;
    auto& entry = given.entries[lost.first_lost.value - lost.before];
    entry.body.clear();
    CHECK(lost.repair_with({given}) == exit_of(Errc::RolledBack));
    CHECK(lost.size_of_copy() == lost.first_lost.value);
    CHECK(lost.repair_with({given, lost.all}) == 0);
}

TEST_CASE("A file that is cut short, changed, another centre's or no file changes nothing") {
    SetBack lost;
    const std::string whole = lost.write(lost.all, "whole");
    const Bytes bytes = must(broker::read_file(whole, broker::Exposure::Public));
    const auto refuses = [&](const Bytes& content, Errc code) {
        const std::string path = (lost.folder.path() / "bad").string();
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()),
                   static_cast<std::streamsize>(content.size()));
        CHECK(lost.repair({"--receipts", whole, "--receipts", path}) == exit_of(code));
        CHECK(lost.size_of_copy() == lost.before);
    };
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{10}, std::size_t{90}, bytes.size() / 2, bytes.size() - 1}) {
        CAPTURE(size);
        refuses(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)),
                Errc::MalformedLayout);
    }
    Bytes changed = bytes;
    changed.back() ^= std::byte{1};
    refuses(changed, Errc::MalformedLayout);
    const Centre other(lost.time);
    const auto key = PublicKey::from(other.manifest().curve_key.view());
    refuses(must(crypto::write_contribution("chapar.other/ledger/1", *key, lost.all,
                                            lost.centre.random)),
            Errc::WrongHome);
    CHECK(lost.repair({"--receipts", (lost.folder.path() / "none").string()}) ==
          exit_of(Errc::FileFailed));
}

// Fails if two trees under our own log key are mixed, or one of them is preferred in silence.
TEST_CASE("Two entries of one place that both prove themselves are a fork, and end it") {
    SetBack lost;
    auto forged = lost.some([&](std::uint64_t i) { return i == lost.before; });
    crypto::Leaf leaf = must(crypto::Leaf::decode(forged.entries[0].leaf));
    leaf.clock = crypto::LeafClock::Held;
    std::vector<Hash> hashes;
    for (const Bytes& one : lost.leaves) hashes.push_back(crypto::leaf_hash(one));
    hashes[lost.before] = crypto::leaf_hash(leaf.encode());
    const crypto::Tree tree(hashes);
    forged.entries[0].leaf = leaf.encode();
    forged.entries[0].path = tree.inclusion_path(lost.before);
    forged.notes.back() = lost.centre.note(TreeSize(lost.after), tree.root());
    CHECK(lost.repair_with({lost.all, forged}) == exit_of(Errc::ForkDetected));
    CHECK(lost.size_of_copy() == lost.before);
    const auto node = must(broker::NodeKeys::read(lost.copy));
    broker::Contributions given(node);
    REQUIRE(given.add(lost.write(lost.all, "true")));
    CHECK(error_of(given.add(lost.write(forged, "forged"))) == Errc::ForkDetected);
}

// Fails if the mark of a restore goes with notes that are older than the backup.
TEST_CASE("A restored copy is released by what reaches beyond its backup, or by a device's head") {
    SetBack lost;
    CHECK(lost.repair_with({lost.all}) == 0);
    mark_restored(lost, lost.after + 1);
    CHECK(lost.repair_with({lost.all}) == exit_of(Errc::RolledBack));
    CHECK(broker::is_restored(lost.copy));
    mark_restored(lost, lost.after);
    CHECK(lost.repair_with({lost.all}) == 0);
    CHECK_FALSE(broker::is_restored(lost.copy));
}

}  // namespace chapar::testing
