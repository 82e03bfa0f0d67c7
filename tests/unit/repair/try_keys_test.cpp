#include <doctest/doctest.h>

#include "broker/core/ledger_key_index.h"
#include "broker/repair_try.h"
#include "crypto/body_seal.h"
#include "crypto/entry_body.h"
#include "crypto/leaf.h"
#include "tests/support/fake_random.h"
#include "tests/support/results.h"

namespace chapar::testing {
namespace {

using broker::NewLedgerKey;
using broker::RecordedEntry;
using crypto::LedgerKeyScope;
using crypto::Secret32;

const TimeMs kTime(1'794'000'000'000);
const crypto::YearMonth kMonth = crypto::month_of(kTime);

AgencyId id(const char* name) { return AgencyId::parse(name).value(); }

LedgerKeyScope bucket_of(const char* first, const char* second) {
    return broker::keys_of({id(first), id(second)}, kTime).bucket;
}

// Entry 0 stands for the KEY entry that opened the bucket; entry 1 is a message of A to B, entry 2
// one of A to itself.
struct Record {
    FakeRandom random{7};
    LedgerKeyScope bucket = bucket_of("A-ONE", "B-TWO");
    LedgerKeyScope own = bucket_of("A-ONE", "A-ONE");
    LedgerKeyScope tag_a = LedgerKeyScope::tag(id("A-ONE"), kMonth);
    LedgerKeyScope tag_b = LedgerKeyScope::tag(id("B-TWO"), kMonth);
    LedgerKeyScope pad = LedgerKeyScope::pad();
    Hash origin = crypto::origin_hash("chapar.test/ledger/1");
    std::map<std::string, Secret32> secrets;
    std::map<EntryIndex, LedgerKeyScope> opened_by;
    std::vector<RecordedEntry> entries;

    Record() {
        for (const char* name : {"bucket", "own", "tag a", "tag b", "pad"}) {
            secrets.emplace(name, Secret32::random(random));
        }
        opened_by.emplace(EntryIndex(100), bucket);
        opened_by.emplace(EntryIndex(101), own);
        entries.push_back({});
        entries.push_back(entry(1, "bucket", 100, "tag b"));
        entries.push_back(entry(2, "own", 101, "pad"));
    }

    RecordedEntry entry(std::uint64_t at, const char* by, std::uint64_t key_entry,
                        const char* second) {
        const EntryIndex index(at);
        const Bytes body = to_bytes(view("what was said"));
        crypto::Leaf leaf;
        leaf.index = index;
        leaf.time = TimeMs(1'790'000'000'000);
        leaf.body_commit = crypto::body_commit(crypto::body_salt(secrets.at(by), index), body);
        const bool padded = std::string_view(second) == "pad";
        leaf.tags = {crypto::view_tag(secrets.at("tag a"), origin, index),
                     padded ? crypto::pad_tag(secrets.at("pad"), index)
                            : crypto::view_tag(secrets.at(second), origin, index)};
        const auto nonce = crypto::random_value<crypto::WideNonce>(random);
        return {leaf.encode(),
                crypto::seal_body(secrets.at(by), EntryIndex(key_entry), index, nonce, body)};
    }

    std::vector<NewLedgerKey> offer(const char* wrong = "") {
        std::vector<NewLedgerKey> out;
        const auto add = [&](const char* name, const LedgerKeyScope& scope) {
            const bool other = std::string_view(wrong) == name;
            out.push_back({scope, other ? Secret32::random(random) : secrets.at(name).duplicate()});
        };
        add("bucket", bucket);
        add("own", own);
        add("tag a", tag_a);
        add("tag b", tag_b);
        add("pad", pad);
        return out;
    }

    Result<broker::TriedKeys> tried(std::vector<NewLedgerKey> offered, std::uint64_t from = 1) {
        broker::RecordedSpan span(entries);
        return broker::try_keys({span, from, entries.size(), opened_by, origin},
                                std::move(offered));
    }
};

}  // namespace

TEST_CASE("Keys with which the missing entries were made are right") {
    Record record;
    const auto tried = must(record.tried(record.offer()));
    CHECK(tried.right.size() == 5);
    CHECK(tried.untried.empty());
}

// Fails if a body that does not open, or one of the two tags, is passed over.
TEST_CASE("One wrong key of a view is refused, and the entry named that shows it") {
    for (const char* wrong : {"bucket", "own", "tag a", "tag b", "pad"}) {
        CAPTURE(wrong);
        Record record;
        const auto tried = record.tried(record.offer(wrong));
        REQUIRE_FALSE(tried.has_value());
        CHECK(tried.error().code == Errc::LedgerKeyMissing);
        CHECK(tried.error().context.find("entry ") == 0);
    }
}

// Fails if what no entry was made with counts as right.
TEST_CASE("A key with which no missing entry was made is not taken") {
    Record record;
    const auto tried = must(record.tried(record.offer("bucket"), 2));
    CHECK(tried.right.size() == 3);
    CHECK(tried.untried == std::vector{record.bucket, record.tag_b});
}

TEST_CASE("Entries that are gone, and bodies that nobody handed out, try nothing") {
    Record record;
    record.entries[1].body.clear();
    record.entries[2].leaf = crypto::tombstone_of(crypto::stored_leaf_hash(record.entries[2].leaf));
    record.entries[2].body.clear();
    const auto tried = must(record.tried(record.offer("pad")));
    CHECK(tried.right.empty());
    CHECK(tried.untried.size() == 5);
}

namespace {

// A second source in front of a record: every entry's body is rubbish there, or names another key.
class Rubbish final : public broker::RecordedLedger {
  public:
    Rubbish(const std::vector<RecordedEntry>& entries, EntryIndex named)
        : entries_(entries), named_(named) {}
    std::uint64_t size() const override { return entries_.size(); }
    Result<RecordedEntry> read(EntryIndex index) override {
        RecordedEntry entry = entries_[index.value];
        const auto secret = Secret32::random(random_);
        entry.body = crypto::seal_body(secret, named_, index,
                                       crypto::random_value<crypto::WideNonce>(random_), {});
        return entry;
    }
    Result<std::vector<RecordedEntry>> candidates(EntryIndex index) override {
        std::vector<RecordedEntry> out{must(read(index))};
        out.push_back(entries_[index.value]);
        return out;
    }

  private:
    const std::vector<RecordedEntry>& entries_;
    EntryIndex named_;
    FakeRandom random_{11};
};

}  // namespace

// Fails if one body that does not fit refutes a key that another shows to be right.
TEST_CASE("Rubbish in one source does not refute keys that another source's entries show") {
    for (const std::uint64_t named : {100, 101}) {
        CAPTURE(named);
        Record record;
        Rubbish entries(record.entries, EntryIndex(named));
        const auto tried = must(broker::try_keys(
            {entries, 1, record.entries.size(), record.opened_by, record.origin}, record.offer()));
        CHECK(tried.right.size() == 5);
        CHECK(error_of(broker::try_keys(
                  {entries, 1, record.entries.size(), record.opened_by, record.origin},
                  record.offer("bucket"))) == Errc::LedgerKeyMissing);
    }
}

// Fails if what a device hands over shows nothing about the keys of a view.
TEST_CASE("A body in the clear with its salt shows the keys that its leaf was made with") {
    Record record;
    crypto::EntryBody said;
    said.event = crypto::event_number(crypto::MessageEvent::Withheld);
    said.time = kTime;
    said.sender_agency = id("A-ONE");
    said.recipient_agency = id("B-TWO");
    said.accepted = EntryIndex(0);
    said.reason = 1;
    said.devices.resize(1);
    said.envelope_hash = EnvelopeHash{};
    auto& entry = record.entries[1];
    entry.body.clear();
    entry.opened = must(said.encode());
    entry.salt = crypto::body_salt(record.secrets.at("bucket"), EntryIndex(1));
    crypto::Leaf leaf = must(crypto::Leaf::decode(entry.leaf));
    leaf.time = crypto::leaf_time(kTime);
    entry.leaf = leaf.encode();
    record.entries.resize(2);
    const auto tried = must(record.tried(record.offer()));
    CHECK(tried.right.size() == 3);  // bucket and both tags
    CHECK(error_of(record.tried(record.offer("tag b"))) == Errc::LedgerKeyMissing);
    CHECK(must(record.tried(record.offer("bucket"))).right.size() == 2);
}

}  // namespace chapar::testing
