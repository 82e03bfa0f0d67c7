// TJ-DCA and its view of a made-up ledger: keys, seals and records are the product's.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>

#include "crypto/body_seal.h"
#include "crypto/retention.h"
#include "crypto/verify/agency.h"
#include "schemas/base/layout.h"
#include "tests/support/fake_random.h"
#include "tests/support/results.h"
#include "tests/support/test_agency.h"

namespace chapar::testing::books {

inline constexpr std::uint64_t kOneDay = 86'400'000;
inline constexpr std::uint64_t kNow = 1'795'262'400'000;  // 2026-11-21
inline constexpr std::uint64_t kDecember = kNow + 20 * kOneDay;
inline constexpr std::uint64_t kLate = kNow + 100 * kOneDay;
inline constexpr std::uint64_t kShredEntry = 900;
inline constexpr const char* kOrigin = "chapar.test/ledger/1";
inline const crypto::Validity kAlways{TimeMs(kNow - kOneDay), TimeMs(kNow + 300 * kOneDay)};
inline const crypto::YearMonth kOctober(202610), kNovember(202611), kYearEnd(202612);

inline verify::Bytes plain(ByteView bytes) {
    verify::Bytes out;
    for (const std::byte b : bytes) out.push_back(std::to_integer<std::uint8_t>(b));
    return out;
}

inline AgencyId agency(std::string_view name) { return AgencyId::parse(name).value(); }

using crypto::LedgerKeyScope;
inline LedgerKeyScope bucket_of(std::string_view sender, std::string_view recipient,
                                crypto::YearMonth month,
                                crypto::RetentionClass retention = crypto::RetentionClass::Year) {
    return LedgerKeyScope::bucket(agency(sender), agency(recipient), retention, month);
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

    // A body of this December that opens, between TJ-DCA and AF-CNP.
    void sealed(std::uint64_t index, std::uint64_t time, const Bytes& body) {
        const auto& key = secrets.at(bucket_of("TJ-DCA", "AF-CNP", kYearEnd));
        const auto nonce = crypto::random_value<crypto::WideNonce>(random);
        const Bytes stored = crypto::seal_body(key, EntryIndex(16), EntryIndex(index), nonce, body);
        verify::Leaf leaf = own_leaf(index, time, kYearEnd);
        const auto commit =
            plain(crypto::body_commit(crypto::body_salt(key, EntryIndex(index)), body).view());
        std::ranges::copy(commit, leaf.body_commit.begin());
        view->take(leaf, plain(stored), {index, time}, *directory);
    }
    // This envelope was forwarded, and was accepted at `accepted`.
    void forwarded(std::uint64_t index, std::uint64_t accepted, const char* recipient = "AF-CNP") {
        LayoutWriter out;
        out.u8(1).counted16(Bytes{std::byte{10}});
        out.u8(2).counted16(LayoutWriter().u64(kDecember).bytes());
        out.u8(3).counted16(view_of("TJ-DCA")).u8(4).counted16(view_of(recipient));
        out.u8(10).counted16(LayoutWriter().u64(accepted).bytes());
        out.u8(18).counted16(Bytes(32));
        sealed(index, kDecember, out.take());
    }
    static ByteView view_of(std::string_view text) { return chapar::view(text); }

    bool shred(const chapar::testing::AgencySigners& by, const char* sender, const char* recipient,
               crypto::YearMonth month, std::size_t signers = 0,
               std::uint64_t index = kShredEntry) {
        const crypto::ShredRecord body{
            {agency(sender), agency(recipient), crypto::RetentionClass::Year, month}, "Law 7"};
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

}  // namespace chapar::testing::books
