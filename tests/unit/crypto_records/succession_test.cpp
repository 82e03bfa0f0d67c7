#include "crypto/succession.h"

#include <doctest/doctest.h>

#include <functional>
#include <tuple>

#include "crypto/x25519.h"
#include "tests/support/fake_random.h"
#include "tests/support/test_agency.h"

namespace chapar::crypto {
namespace {

using testing::AgencySigners;

// A ledger of 900 entries of which 700 are left, and three agencies.
struct OldCentre {
    testing::FakeRandom random{11};
    SigningKey root = SigningKey::generate(random);
    SigningKey log = SigningKey::generate(random);
    Validity validity{TimeMs(1'700'000'000'000), TimeMs(1'800'000'000'000)};
    AgencySigners a{"A-ONE", validity, random};
    AgencySigners b{"B-TWO", validity, random};
    AgencySigners c{"C-THREE", validity, random};
    Manifest before = manifest_of(1, log.public_key());
    SuccessionRecord says;

    OldCentre() {
        Manifest after = manifest_of(2, SigningKey::generate(random).public_key());
        after.curve_key = before.curve_key;
        says = {before.encode(),
                after.encode(),
                note_of(900),
                EntryIndex(700),
                Hash{},
                Hash{},
                TimeMs(1'750'000'000'000),
                "the disk was lost"};
    }
    Manifest manifest_of(std::uint32_t number, const SigningPublicKey& log_key) {
        return {"chapar.test/ledger/" + std::to_string(number),
                LedgerNumber(number),
                log_key,
                CurveKey{generate_key_pair(random).public_key.bytes},
                root.public_key(),
                generate_key_pair(random).public_key,
                {"tcp://127.0.0.1:7717"}};
    }
    [[nodiscard]] std::string note_of(std::uint64_t size) const {
        auto signer =
            NoteSigner::create(before.origin, SigningKey::from_seed(log.seed().duplicate()));
        return sign_checkpoint({before.origin, TreeSize(size), Hash{}}, *signer);
    }
    [[nodiscard]] std::vector<MemberRoots> members() const {
        return {{a.id(), a.record.roots}, {b.id(), b.record.roots}, {c.id(), c.record.roots}};
    }
    [[nodiscard]] SignedRecord signed_by(const std::vector<const SigningKey*>& keys) const {
        SignedRecord out{RecordType::Succession, says.encode(), {}};
        for (const SigningKey* key : keys) out.sign(*key);
        return out;
    }
    // What is wrong with it; empty if nothing.
    [[nodiscard]] std::string refusal(const std::vector<const SigningKey*>& keys) const {
        const auto opened = open_succession(signed_by(keys), members());
        if (opened) return {};
        CHECK(opened.error().code == Errc::SuccessionInvalid);
        return opened.error().context;
    }
};

}  // namespace

TEST_CASE("A succession says what is closed, what follows and what is lost") {
    const OldCentre centre;
    const auto opened = open_succession(
        centre.signed_by({&centre.root, &centre.a.roots[0], &centre.b.roots[2]}), centre.members());
    REQUIRE(opened.has_value());
    CHECK(opened->record == centre.says);
    CHECK(opened->old_ledger == centre.before);
    CHECK(opened->new_ledger.origin == "chapar.test/ledger/2");
    CHECK(opened->newest.size == TreeSize(900));
    CHECK(opened->record.old_home() == home_of(centre.before.encode()));
}

// Fails if signatures are counted instead of agencies, or if strangers may stand beside them.
TEST_CASE("The centre root and roots of two agencies sign a succession, and nobody else") {
    const OldCentre centre;
    const auto& [a, b, c] = std::tie(centre.a.roots, centre.b.roots, centre.c.roots);
    CHECK(centre.refusal({&centre.root, &a[0], &b[0]}).empty());
    CHECK(centre.refusal({&centre.root, &a[0], &a[1], &c[0]}).empty());
    CHECK_FALSE(centre.refusal({&centre.root, &a[0]}).empty());
    CHECK_FALSE(centre.refusal({&centre.root, &a[0], &a[1]}).empty());
    CHECK_FALSE(centre.refusal({&a[0], &b[0], &c[0]}).empty());
    CHECK_FALSE(centre.refusal({&centre.root, &a[0], &b[0], &centre.log}).empty());
    CHECK_FALSE(centre.refusal({&centre.root, &centre.log, &b[0]}).empty());
}

TEST_CASE("A key that stands for two agencies counts for one") {
    const OldCentre centre;
    auto members = centre.members();
    members[1].roots.push_back(centre.a.roots[0].public_key());
    const auto by = [&](const SigningKey& other) {
        const auto record = centre.signed_by({&centre.root, &centre.a.roots[0], &other});
        return open_succession(record, members).has_value();
    };
    CHECK(by(centre.b.roots[0]));
    CHECK(by(centre.a.roots[1]));  // one of A, and the shared key for B
    members[0].roots = {centre.a.roots[0].public_key(), centre.a.roots[1].public_key()};
    members[1].roots = {centre.a.roots[0].public_key()};
    const auto alone = centre.signed_by({&centre.root, &centre.a.roots[0]});
    CHECK_FALSE(open_succession(alone, members).has_value());
}

TEST_CASE("A signature that is wrong refuses the whole succession") {
    const OldCentre centre;
    SignedRecord record = centre.signed_by({&centre.root, &centre.a.roots[0], &centre.b.roots[0]});
    for (RecordSignature& entry : record.signatures) {
        const Signature good = entry.signature;
        entry.signature.bytes[0] ^= std::byte{1};
        CHECK_FALSE(open_succession(record, centre.members()));
        entry.signature = good;
    }
    CHECK(open_succession(record, centre.members()));
}

// Fails if parts_of() leaves out any of what it compares.
TEST_CASE("Manifests and note of a succession must fit each other") {
    const auto fits = [](const std::function<void(OldCentre&, Manifest&)>& change) {
        OldCentre centre;
        Manifest after = Manifest::decode(centre.says.new_manifest).value();
        change(centre, after);
        centre.says.new_manifest = after.encode();
        return centre.refusal({&centre.root, &centre.a.roots[0], &centre.b.roots[0]}).empty();
    };
    CHECK(fits([](OldCentre&, Manifest&) {}));
    CHECK(fits([](OldCentre& c, Manifest&) { c.says.kept = EntryIndex(900); }));
    CHECK_FALSE(fits([](OldCentre& c, Manifest&) { c.says.kept = EntryIndex(901); }));
    CHECK_FALSE(fits([](OldCentre& c, Manifest&) {
        c.says.kept = EntryIndex(900);
        c.says.kept_root.bytes[0] = std::byte{1};
    }));
    CHECK_FALSE(fits([](OldCentre&, Manifest& m) { m.ledger = LedgerNumber(3); }));
    CHECK_FALSE(fits([](OldCentre& c, Manifest& m) { m.origin = c.before.origin; }));
    CHECK_FALSE(fits([](OldCentre& c, Manifest& m) { m.log_key = c.before.log_key; }));
    CHECK_FALSE(fits([](OldCentre&, Manifest& m) { m.log_key = SigningPublicKey{}; }));
    CHECK_FALSE(fits([](OldCentre& c, Manifest& m) { m.centre_root = c.a.roots[0].public_key(); }));
    CHECK_FALSE(fits([](OldCentre& c, Manifest&) { c.says.note = "no note\n"; }));
    CHECK_FALSE(fits([](OldCentre& c, Manifest&) {
        auto signer = NoteSigner::create(c.before.origin, SigningKey::generate(c.random));
        c.says.note = sign_checkpoint({c.before.origin, TreeSize(900), Hash{}}, *signer);
    }));
    CHECK_FALSE(fits([](OldCentre& c, Manifest&) { c.says.reason = ""; }));
}

// Fails if a record, its time or its place is left out of the hash.
TEST_CASE("What is carried over has one hash, by records, times and order") {
    Hash one, other;
    one.bytes[0] = std::byte{1};
    other.bytes[0] = std::byte{2};
    const auto hash_of = [](const std::vector<std::pair<std::uint64_t, Hash>>& records) {
        CarriedRecords carried;
        for (const auto& [time, record] : records) carried.add(TimeMs(time), record);
        return carried.hash();
    };
    const Hash both = hash_of({{10, one}, {20, other}});
    CHECK(hash_of({}) == Hash{});
    CHECK(both != hash_of({{10, one}}));
    CHECK(both != hash_of({{20, other}, {10, one}}));
    CHECK(both != hash_of({{10, one}, {21, other}}));
    CHECK(both != hash_of({{10, one}, {20, one}}));
    CarriedRecords resumed(hash_of({{10, one}}));
    resumed.add(TimeMs(20), other);
    CHECK(resumed.hash() == both);
}

TEST_CASE("Entry 0 brings a manifest, by itself or inside a succession") {
    const OldCentre centre;
    const SignedRecord plain{RecordType::Manifest, centre.before.encode(), {}};
    CHECK(founding_manifest(plain).value() == centre.before.encode());
    const SignedRecord succession =
        centre.signed_by({&centre.root, &centre.a.roots.front(), &centre.b.roots.front()});
    CHECK(founding_manifest(succession).value() == centre.says.new_manifest);
    CHECK_FALSE(founding_manifest(centre.signed_by({&centre.root, &centre.a.roots.front()})));
    // A later ledger is founded by nothing else: what it followed and what was lost stays known.
    CHECK_FALSE(founding_manifest({RecordType::Manifest, centre.says.new_manifest, {}}));
    CHECK_FALSE(founding_manifest({RecordType::Agency, centre.before.encode(), {}}));
}

}  // namespace chapar::crypto
