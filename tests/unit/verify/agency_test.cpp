// An agency's view of its entries: what counts as shredded, and what a gap excuses. Keys, seals and
// records are the product's.
#include "crypto/verify/agency.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "crypto/body_seal.h"
#include "crypto/retention.h"
#include "schemas/base/layout.h"
#include "tests/support/fake_random.h"
#include "tests/support/results.h"
#include "tests/support/test_agency.h"

using namespace chapar;
using chapar::testing::must;

namespace {

constexpr std::uint64_t kOneDay = 86'400'000;
constexpr std::uint64_t kNow = 1'795'262'400'000;  // 2026-11-21
constexpr std::uint64_t kDecember = kNow + 20 * kOneDay;
constexpr std::uint64_t kLate = kNow + 100 * kOneDay;
constexpr std::uint64_t kShredEntry = 900;
constexpr const char* kOrigin = "chapar.test/ledger/1";
const crypto::Validity kAlways{TimeMs(kNow - kOneDay), TimeMs(kNow + 300 * kOneDay)};
const crypto::YearMonth kOctober(202610), kNovember(202611), kYearEnd(202612);

verify::Bytes plain(ByteView bytes) {
    verify::Bytes out;
    for (const std::byte b : bytes) out.push_back(std::to_integer<std::uint8_t>(b));
    return out;
}

AgencyId agency(std::string_view name) { return AgencyId::parse(name).value(); }

using crypto::LedgerKeyScope;
LedgerKeyScope bucket_of(std::string_view sender, std::string_view recipient,
                         crypto::YearMonth month) {
    return LedgerKeyScope::bucket(agency(sender), agency(recipient), month);
}

enum class Listing { Listed, Absent };

// TJ-DCA reads with a view file. Each test says which keys that file lists.
struct Books {
    chapar::testing::FakeRandom random{5};
    crypto::SigningKey root = crypto::SigningKey::generate(random);
    chapar::testing::AgencySigners tj{"TJ-DCA", kAlways, random}, af{"AF-CNP", kAlways, random},
        kz{"KZ-AFM", kAlways, random};
    verify::Manifest manifest;
    std::optional<verify::Directory> directory;
    verify::Retention retention;
    verify::AgencyKeys keys;
    std::map<std::uint64_t, std::pair<LedgerKeyScope, verify::Bytes>> opened;  // scope, KEY body
    std::map<LedgerKeyScope, crypto::Secret32> secrets;
    std::optional<verify::AgencyView> view;

    Books() {
        manifest.origin = kOrigin;
        manifest.centre_root = plain(root.public_key().view());
        directory.emplace(manifest);
        keys.origin = kOrigin;
        keys.agency = "TJ-DCA";
        for (const auto* one : {&tj, &af, &kz}) {
            clear(1, one->agency_record(root));
            clear(6, one->registrars_record());
        }
        open(9, LedgerKeyScope::tag(agency("TJ-DCA"), kOctober), Listing::Listed);
        open(10, LedgerKeyScope::tag(agency("TJ-DCA"), kNovember), Listing::Listed);
        open(11, bucket_of("TJ-DCA", "AF-CNP", kNovember), Listing::Absent);
        open(12, bucket_of("KZ-AFM", "AF-CNP", kNovember), Listing::Absent);
        open(13, bucket_of("TJ-DCA", "AF-CNP", kOctober), Listing::Absent);
        open(14, bucket_of("AF-CNP", "TJ-DCA", kNovember), Listing::Absent);
        open(15, LedgerKeyScope::tag(agency("TJ-DCA"), kYearEnd), Listing::Listed);
        open(16, bucket_of("TJ-DCA", "AF-CNP", kYearEnd), Listing::Listed);
    }

    void clear(std::uint8_t event, const crypto::SignedRecord& record) {
        const verify::BodyRecords body{{verify::kEventRecord, {event}},
                                       {verify::kSignedRecord, plain(record.encode())}};
        std::string why;
        REQUIRE_MESSAGE(directory->accept_entry(verify::EntryKind::Key, body, {3, kNow}, why), why);
    }

    void open(std::uint64_t index, const LedgerKeyScope& scope, Listing listing) {
        auto secret = crypto::Secret32::random(random);
        const PublicKey reader =
            listing == Listing::Listed ? tj.audit.public_key : af.audit.public_key;
        const Bytes record =
            must(crypto::seal_ledger_key(scope, secret, std::vector{reader}, random)).encode();
        std::string why;
        REQUIRE(retention.open_key(plain(record), index, why));
        const Bytes body =
            LayoutWriter().u8(1).counted16(Bytes{std::byte{5}}).u8(13).counted16(record).take();
        opened.emplace(index, std::pair(scope, plain(body)));
        if (listing == Listing::Listed) {
            keys.listed[index] = {plain(scope.encode()), plain(secret.expose())};
        }
        secrets.emplace(scope, std::move(secret));
    }

    // Begins the view and hands it the KEY entries below `end`.
    void read_keys(std::uint64_t end = 20) {
        if (!view) view.emplace(keys, manifest);
        for (const auto& [index, key] : opened) {
            if (index >= end) continue;
            verify::Leaf leaf;
            leaf.kind = verify::EntryKind::Key;
            leaf.index = index;
            leaf.time_ms = kNow;
            view->take(leaf, key.second, {index, kNow}, *directory);
        }
    }

    // An entry that TJ-DCA is the sender's agency of.
    verify::Leaf own_leaf(std::uint64_t index, std::uint64_t time, crypto::YearMonth month) {
        verify::Leaf leaf;
        leaf.kind = verify::EntryKind::Msg;
        leaf.views = 2;
        leaf.index = index;
        leaf.time_ms = time;
        const auto& tag_key = secrets.at(LedgerKeyScope::tag(agency("TJ-DCA"), month));
        const auto tag = plain(
            crypto::view_tag(tag_key, crypto::origin_hash(kOrigin), EntryIndex(index)).view());
        std::ranges::copy(tag, leaf.tags.at(0).begin());
        return leaf;
    }

    // The operator's: a body that names a KEY entry, and rubbish.
    void unreadable(std::uint64_t index, std::uint64_t key_entry, std::uint64_t time = kNow) {
        const Bytes stored = LayoutWriter().u64(key_entry).raw(Bytes(24)).raw(Bytes(40)).take();
        view->take(own_leaf(index, time, kNovember), plain(stored), {index, time}, *directory);
    }

    // A body that opens: this envelope was forwarded, and was accepted at `accepted`.
    void forwarded(std::uint64_t index, std::uint64_t accepted, const char* recipient = "AF-CNP") {
        LayoutWriter out;
        out.u8(1).counted16(Bytes{std::byte{10}});
        out.u8(2).counted16(LayoutWriter().u64(kDecember).bytes());
        out.u8(3).counted16(view_of("TJ-DCA")).u8(4).counted16(view_of(recipient));
        out.u8(10).counted16(LayoutWriter().u64(accepted).bytes());
        out.u8(18).counted16(Bytes(32));
        const Bytes body = out.take();
        const auto& key = secrets.at(bucket_of("TJ-DCA", "AF-CNP", kYearEnd));
        const auto nonce = crypto::random_value<crypto::WideNonce>(random);
        const Bytes stored = crypto::seal_body(key, EntryIndex(16), EntryIndex(index), nonce, body);
        verify::Leaf leaf = own_leaf(index, kDecember, kYearEnd);
        const auto commit =
            plain(crypto::body_commit(crypto::body_salt(key, EntryIndex(index)), body).view());
        std::ranges::copy(commit, leaf.body_commit.begin());
        view->take(leaf, plain(stored), {index, kDecember}, *directory);
    }
    static ByteView view_of(std::string_view text) { return chapar::view(text); }

    bool shred(const chapar::testing::AgencySigners& by, const char* sender, const char* recipient,
               crypto::YearMonth month, std::size_t signers = 0,
               std::uint64_t index = kShredEntry) {
        const crypto::ShredRecord body{{agency(sender), agency(recipient), month}, "Law 7"};
        const auto record = by.by_registrars(crypto::RecordType::Shred, body, signers);
        std::string why;
        return retention.accept(verify::EntryKind::Shred,
                                *verify::parse_record(plain(record.encode())), *directory,
                                {index, kLate}, why);
    }
    void shred_all() {
        REQUIRE(shred(tj, "TJ-DCA", "AF-CNP", kNovember));
        REQUIRE(shred(kz, "KZ-AFM", "AF-CNP", kNovember));
        REQUIRE(shred(tj, "TJ-DCA", "AF-CNP", kOctober));
        REQUIRE(shred(af, "AF-CNP", "TJ-DCA", kNovember));
    }

    // The rule's failure; empty if it holds.
    std::string failure(const std::string& rule) const {
        for (const verify::Verdict& verdict : view->verdicts()) {
            if (verdict.rule == rule) return verdict.ok ? "" : verdict.sentence;
        }
        return "no such rule";
    }
    std::string after_shreds(const std::string& rule) {
        shred_all();
        view->finish(kLate, retention);
        return failure(rule);
    }
};

}  // namespace

TEST_CASE("a body of a bucket of its month and agencies that was shredded later is shredded") {
    Books books;
    books.read_keys();
    books.unreadable(20, 11);
    CHECK(books.after_shreds("agency.bodies").empty());
    CHECK(books.failure("agency.keys").empty());
}

// Each fails without its line in AgencyView::may_be_shredded or finish.
TEST_CASE("a body is not shredded because it names some bucket that was") {
    const auto forged = [](std::uint64_t index, std::uint64_t key_entry, std::uint64_t keys_below) {
        Books books;
        books.read_keys(keys_below);
        books.unreadable(index, key_entry);
        return books.after_shreds("agency.bodies");
    };
    CHECK_FALSE(forged(20, 12, 20).empty());   // of other agencies
    CHECK_FALSE(forged(20, 13, 20).empty());   // of another month
    CHECK_FALSE(forged(20, 14, 20).empty());   // the other direction: the tag is the sender's
    CHECK_FALSE(forged(20, 10, 20).empty());   // a tag key
    CHECK_FALSE(forged(20, 3, 20).empty());    // no KEY entry that opened a key
    CHECK_FALSE(forged(11, 11, 11).empty());   // its own index: opened later
    CHECK_FALSE(forged(901, 11, 20).empty());  // behind the SHRED entry
    CHECK(forged(899, 11, 20).empty());
}

TEST_CASE("a SHRED entry that too few registrars signed excuses nothing") {
    Books books;
    books.read_keys();
    books.unreadable(20, 11);
    CHECK_FALSE(books.shred(books.tj, "TJ-DCA", "AF-CNP", kNovember, 1));
    books.view->finish(kLate, books.retention);
    CHECK_FALSE(books.failure("agency.bodies").empty());
}

// With the audit key a shredded bucket still opens: its KEY entry keeps the sealed copies.
TEST_CASE("a bucket of the agency whose KEY entry has no copy for its audit key is missed") {
    for (const std::uint64_t closed : {11, 13, 14, 12}) {
        Books books;
        books.keys = {};
        books.keys.audit_secret = plain(books.tj.audit.secret.expose());
        for (const std::uint64_t index : {11, 12, 13, 14}) {
            if (index != closed) books.opened.erase(index);
        }
        books.read_keys();
        books.shred_all();
        books.view->finish(kLate, books.retention);
        CHECK(books.failure("agency.keys").empty() == (closed == 12));  // 12 is of others
    }
}

// Fails if only tag keys that exist and do not open are missed.
TEST_CASE("a month in which a bucket of the agency was opened, but no tag key of it, is missed") {
    for (const std::uint64_t left_out : {9, 10, 15}) {
        Books books;
        books.opened.erase(left_out);
        books.read_keys();
        books.shred_all();
        books.view->finish(kLate, books.retention);
        CHECK_FALSE(books.failure("agency.keys").empty());
    }
}

TEST_CASE("an acceptance that was pruned is excused, and the sentence claims no more than that") {
    Books books;
    books.read_keys();
    for (const std::uint64_t index : {20, 21, 25}) books.view->take_tombstone(index);
    books.forwarded(30, 21);
    books.view->finish(kLate, books.retention);
    CHECK(books.failure("agency.complete").empty());
    for (const verify::Verdict& verdict : books.view->verdicts()) {
        CHECK(verdict.sentence.find("none of its own") == std::string::npos);
    }
    books.forwarded(31, 22);
    CHECK_FALSE(books.failure("agency.complete").empty());
}

TEST_CASE("a missing acceptance is excused only if that very entry was shredded") {
    const auto with = [](std::uint64_t accepted, const char* recipient = "AF-CNP") {
        Books books;
        books.read_keys();
        books.unreadable(20, 11);
        books.forwarded(30, accepted, recipient);
        const std::string failure = books.after_shreds("agency.complete");
        CHECK(books.failure("agency.bodies").empty());
        return failure;
    };
    CHECK(with(20).empty());
    CHECK_FALSE(with(21).empty());
    CHECK_FALSE(with(20, "KZ-AFM").empty());  // the shredded one was between other agencies
}
