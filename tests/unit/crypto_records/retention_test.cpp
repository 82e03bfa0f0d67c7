#include "crypto/retention.h"

#include <doctest/doctest.h>

#include "crypto/override.h"
#include "unit/crypto_records/record_fixture.h"

namespace chapar::testing {
namespace {

using namespace crypto;

Bucket bucket() {
    return {agency_id("TJ-DCA"), agency_id("UZ-NCDC"), RetentionClass::Year, YearMonth(202611)};
}
ShredRecord shred() { return {bucket(), "article 12"}; }
HoldRecord hold() {
    return {agency_id("TJ-DCA"),
            3,
            HoldAction::Set,
            EntryRange{EntryIndex(7), EntryIndex(9)},
            0,
            "case 7"};
}
PruneRecord prune() { return {EntryIndex(512), TimeMs(9), Hash{{std::byte{4}}}, "one year"}; }
OverrideRecord override_record() {
    return {OverrideWhat::Witnesses, TreeSize(40),           Hash{{std::byte{5}}},
            Hash{{std::byte{6}}},    {TimeMs(1), TimeMs(2)}, "disk exchanged"};
}

// It comes back from its bytes, and from nothing shorter or longer.
template <typename Body>
void check_layout(const Body& body) {
    const Bytes bytes = body.encode();
    REQUIRE(Body::decode(bytes));
    CHECK(Body::decode(bytes).value() == body);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK_FALSE(Body::decode(ByteView(bytes).first(size)));
    }
    Bytes longer = bytes;
    longer.push_back(std::byte{0});
    CHECK_FALSE(Body::decode(longer));
}

template <typename Body>
bool is_refused(Body body, void (*change)(Body&)) {
    change(body);
    return !Body::decode(body.encode());
}

}  // namespace

TEST_CASE("records about retention come back from their bytes and from no other") {
    check_layout(shred());
    check_layout(hold());
    HoldRecord release = hold();
    release.action = HoldAction::Release;
    release.target = bucket();
    release.released = 2;
    check_layout(release);
    check_layout(prune());
    check_layout(override_record());
}

// Fails if a text may be empty, hide characters or fill an entry.
TEST_CASE("what such a record says can be read by whoever signs it") {
    CHECK(is_record_text("Retention act, article 12"));
    CHECK(
        is_record_text("\xd9\x85\xd8\xa7\xd8\xaf\xd9\x87\xe2\x80\x8c\xdb\xb1\xdb\xb2"));  // joiner
    CHECK(is_record_text(std::string(512, 'x')));
    for (const auto& text : {std::string(), std::string(513, 'x'),
                             std::string("a\xe2\x80\xae"
                                         "b"),
                             std::string("a\nb"), std::string("\xff")}) {
        CHECK_FALSE(is_record_text(text));
        ShredRecord record = shred();
        record.basis = text;
        CHECK_FALSE(ShredRecord::decode(record.encode()));
        OverrideRecord other = override_record();
        other.reason = text;
        CHECK_FALSE(OverrideRecord::decode(other.encode()));
    }
}

TEST_CASE("records about retention that mean nothing are refused") {
    CHECK(is_refused<ShredRecord>(shred(), [](auto& r) { r.bucket.month = YearMonth(202613); }));
    for (const int number : {0, 5, 255}) {
        ShredRecord record = shred();
        record.bucket.retention = static_cast<RetentionClass>(number);
        CHECK_FALSE(ShredRecord::decode(record.encode()));
    }
    CHECK(is_refused<HoldRecord>(hold(), [](auto& r) { r.number = 0; }));
    CHECK(is_refused<HoldRecord>(hold(), [](auto& r) { r.released = 1; }));
    CHECK(is_refused<HoldRecord>(hold(), [](auto& r) { r.action = HoldAction::Release; }));
    CHECK(is_refused<HoldRecord>(hold(), [](auto& r) {
        r.action = HoldAction::Release;
        r.released = r.number;
    }));
    CHECK(is_refused<HoldRecord>(hold(), [](auto& r) {
        r.target = EntryRange{EntryIndex(9), EntryIndex(9)};
    }));
    CHECK(is_refused<OverrideRecord>(override_record(),
                                     [](auto& r) { r.what = static_cast<OverrideWhat>(3); }));
    CHECK(
        is_refused<OverrideRecord>(override_record(), [](auto& r) { r.validity.to = TimeMs(1); }));
    CHECK(is_refused<OverrideRecord>(override_record(), [](auto& r) {
        r.validity.to = TimeMs(r.validity.from.value + kOverrideValidity.value + 1);
    }));
}

// Fails if open_override() counts signatures and not whose they are.
TEST_CASE(
    "registrars sign shredding and holds, the centre root pruning, both together an override") {
    const RecordFixture centre;
    CHECK(open_shred(centre.by_registrars(RecordType::Shred, shred()), centre.registrars()));
    CHECK(open_shred(centre.by_registrars(RecordType::Shred, shred(), 1), centre.registrars())
              .error()
              .code == Errc::CertificateNotSigned);
    ShredRecord foreign = shred();
    std::swap(foreign.bucket.sender, foreign.bucket.recipient);
    CHECK_FALSE(open_shred(centre.by_registrars(RecordType::Shred, foreign), centre.registrars()));
    CHECK(open_hold(centre.by_registrars(RecordType::Hold, hold()), centre.registrars()));
    CHECK_FALSE(open_hold(centre.by_registrars(RecordType::Hold, hold(), 1), centre.registrars()));

    const SigningPublicKey root = centre.centre_root.public_key();
    SignedRecord pruned{RecordType::Prune, prune().encode(), {}};
    pruned.sign(centre.centre_root);
    CHECK(open_prune(pruned, root));
    CHECK_FALSE(open_prune(centre.by_registrars(RecordType::Prune, prune()), root));

    const auto keys = centre.registrars().keys();
    const auto by = [&](bool with_root, std::size_t registrars) {
        auto record = centre.by_registrars(RecordType::Override, override_record());
        record.signatures.resize(registrars);
        if (with_root) record.sign(centre.centre_root);
        return open_override(record, root, keys).has_value();
    };
    CHECK(by(true, 1));
    CHECK(by(true, 2));
    CHECK_FALSE(by(true, 0));
    CHECK_FALSE(by(false, 2));
}

}  // namespace chapar::testing
