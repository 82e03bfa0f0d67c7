#include <doctest/doctest.h>

#include "broker/repair_source.h"
#include "crypto/body_seal.h"
#include "crypto/checkpoint.h"
#include "crypto/entry_body.h"
#include "crypto/leaf.h"
#include "storage/ledger_export_write.h"
#include "tests/support/fake_random.h"
#include "tests/support/results.h"
#include "tests/support/temporary_directory.h"

namespace chapar::testing {
namespace {

// Three entries: one in the clear, two sealed.
std::vector<storage::ExportedEntry> some_entries() {
    std::vector<storage::ExportedEntry> out;
    for (std::uint64_t i = 0; i < 3; ++i) {
        crypto::Leaf leaf;
        leaf.index = EntryIndex(i);
        leaf.time = TimeMs(1'790'000'000'000);
        Bytes body = to_bytes(view("body " + std::to_string(i)));
        if (i == 0) {
            leaf.kind = crypto::LeafKind::Epoch;
            leaf.body_commit = crypto::body_commit(crypto::BodySalt{}, body);
        } else {
            leaf.tags.resize(2);
        }
        out.push_back({leaf.encode(), std::move(body)});
    }
    return out;
}

struct Exports {
    TemporaryDirectory folder;
    FakeRandom random{5};
    crypto::NoteSigner log =
        must(crypto::NoteSigner::create("test/1", crypto::SigningKey::generate(random)));

    std::string write(const char* name, const std::vector<storage::ExportedEntry>& entries,
                      const char* manifest = "manifest") {
        const std::string path = (folder.path() / name).string();
        auto writer = must(storage::ExportWriter::open(
            {path, storage::ExportForm::Archive, 0, to_bytes(view(manifest)), "vkey", ""}));
        broker::CompactRange range;
        for (const auto& entry : entries) {
            range.push(crypto::stored_leaf_hash(entry.leaf));
            REQUIRE(writer.add(entry));
        }
        const crypto::Checkpoint head{"test/1", TreeSize(entries.size()), range.root()};
        must(writer.finish(crypto::sign_checkpoint(head, log), entries.size(), range.root()));
        return path;
    }
    broker::RecordedEntry read(const std::vector<std::string>& paths, std::uint64_t index) {
        return must(must(broker::RepairSource::open(paths))->read(EntryIndex(index)));
    }
};

}  // namespace

// Fails if only the first source that has the entry is asked.
TEST_CASE("A body that the first source lacks is taken from the next one that has it") {
    Exports exports;
    const auto whole = some_entries();
    auto poor = whole;
    poor[1].body.clear();
    auto poorer = poor;
    poorer[2].body.clear();
    const std::vector paths{exports.write("a.tar", poorer), exports.write("b.tar", poor),
                            exports.write("c.tar", whole)};
    for (std::uint64_t i = 0; i < whole.size(); ++i) {
        CAPTURE(i);
        const auto entry = exports.read(paths, i);
        CHECK(entry.leaf == whole[i].leaf);
        CHECK(entry.body == whole[i].body);
    }
    CHECK(exports.read({paths[0], paths[1]}, 1).body.empty());
}

TEST_CASE("A whole leaf is taken before its tombstone, and a clear body that fits before another") {
    Exports exports;
    const auto whole = some_entries();
    auto pruned = whole;
    pruned[0].body = to_bytes(view("another body"));
    pruned[2].leaf = crypto::tombstone_of(crypto::stored_leaf_hash(whole[2].leaf));
    pruned[2].body.clear();
    const std::vector paths{exports.write("pruned.tar", pruned), exports.write("whole.tar", whole)};
    CHECK(exports.read(paths, 0).body == whole[0].body);
    CHECK(exports.read(paths, 2).leaf == whole[2].leaf);
    CHECK(exports.read(paths, 2).body == whole[2].body);
}

TEST_CASE("A longer source goes on where a shorter one ends") {
    Exports exports;
    const auto whole = some_entries();
    const std::vector<storage::ExportedEntry> some(whole.begin(), whole.begin() + 1);
    const auto source = must(broker::RepairSource::open(
        {exports.write("short.tar", some), exports.write("long.tar", whole)}));
    CHECK(source->size() == 3);
    CHECK(must(source->read(EntryIndex(2))).body == whole[2].body);
    CHECK(error_of(source->read(EntryIndex(3))) == Errc::ExportIncomplete);
}

TEST_CASE("Two histories are not mixed, and neither are two ledgers") {
    Exports exports;
    auto poor = some_entries();
    poor[1].body.clear();
    auto other = some_entries();
    crypto::Leaf leaf = crypto::Leaf::decode(other[1].leaf).value();
    leaf.time = TimeMs(leaf.time.value + 1000);
    other[1].leaf = leaf.encode();
    const auto source = must(
        broker::RepairSource::open({exports.write("a.tar", poor), exports.write("b.tar", other)}));
    CHECK(error_of(source->read(EntryIndex(1))) == Errc::LeafInvalid);
    CHECK(error_of(broker::RepairSource::open(
              {exports.write("c.tar", poor), exports.write("d.tar", poor, "another")})) ==
          Errc::WrongHome);
}

// Fails if the first body that is not empty ends the search: then rubbish hides what is good.
TEST_CASE("Of sealed bodies the one that opens is taken, whatever source has it") {
    Exports exports;
    const auto scope = crypto::LedgerKeyScope::bucket(
        AgencyId::parse("A-ONE").value(), AgencyId::parse("B-TWO").value(),
        crypto::RetentionClass::Longer, crypto::YearMonth(202609));
    const auto secret = crypto::Secret32::random(exports.random);
    crypto::EntryBody body;
    body.time = TimeMs(1'790'000'000'123);
    body.record = to_bytes(view("a policy"));
    const Bytes clear = must(body.encode());
    const EntryIndex at(1);
    const auto seal = [&](EntryIndex key_entry) {
        return crypto::seal_body(secret, key_entry, at,
                                 crypto::random_value<crypto::WideNonce>(exports.random), clear);
    };
    crypto::Leaf leaf;
    leaf.kind = crypto::LeafKind::Policy;
    leaf.index = at;
    leaf.time = TimeMs(1'790'000'000'000);
    leaf.tags.resize(2);
    leaf.body_commit = crypto::body_commit(crypto::body_salt(secret, at), clear);
    auto good = some_entries();
    good[1] = {leaf.encode(), seal(EntryIndex(0))};
    auto rubbish = good;
    rubbish[1].body = Bytes(good[1].body.size(), std::byte{7});
    auto other_key = good;
    other_key[1].body = seal(EntryIndex(99));

    broker::RecordedKeys keys;
    keys.keys.add(scope, secret.duplicate());
    keys.by_entry.emplace(EntryIndex(0), scope.name());
    const auto source = must(broker::RepairSource::open({exports.write("a.tar", rubbish),
                                                         exports.write("b.tar", other_key),
                                                         exports.write("c.tar", good)}));
    CHECK(must(source->candidates(at)).size() == 3);
    source->use_keys(keys);
    CHECK(must(source->read(at)).body == good[1].body);
    CHECK(must(source->gap_after(at)).at == EntryIndex(2));  // no such key for entry 2
    const auto poor = must(broker::RepairSource::open({exports.write("d.tar", rubbish)}));
    poor->use_keys(keys);
    CHECK(must(poor->gap_after(at)).at == at);
}

}  // namespace chapar::testing
