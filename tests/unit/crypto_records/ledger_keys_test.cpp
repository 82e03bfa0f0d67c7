#include <doctest/doctest.h>

#include "crypto/key_wrap.h"
#include "crypto/ledger_keys.h"
#include "unit/crypto_records/record_fixture.h"

namespace chapar::testing {
namespace {

using namespace crypto;

struct Keys {
    FakeRandom random{5};
    KeyPair centre = generate_key_pair(random);
    KeyPair sender = generate_key_pair(random);
    KeyPair recipient = generate_key_pair(random);
    Secret32 secret = Secret32::random(random);
    LedgerKeyScope scope = LedgerKeyScope::bucket(agency_id("TJ-DCA"), agency_id("UZ-NCDC"),
                                                  RetentionClass::Year, YearMonth(202611));

    LedgerKeyRecord seal() {
        const std::vector<PublicKey> readers = {centre.public_key, sender.public_key,
                                                recipient.public_key};
        return seal_ledger_key(scope, secret, readers, random).value();
    }
};

bool opens(const LedgerKeyRecord& record, const KeyPair& reader, const Secret32& secret) {
    const Result<Secret32> opened = open_ledger_key(record, reader.secret);
    return opened && equal(opened->expose(), secret.expose());
}

}  // namespace

TEST_CASE("a month is counted in UTC and written in decimal") {
    CHECK(month_of(TimeMs(0)) == YearMonth(197001));
    CHECK(month_of(TimeMs(1793491199999)) == YearMonth(202610));
    CHECK(month_of(TimeMs(1793491200000)) == YearMonth(202611));
    CHECK(month_of(TimeMs(1709164800000)) == YearMonth(202402));  // 29 February
    CHECK(month_of(TimeMs(UINT64_MAX)) == YearMonth(999912));
}

TEST_CASE("a ledger key record is a strict layout, for each purpose") {
    Keys keys;
    CHECK(layout_is_strict(keys.seal()));
    for (const LedgerKeyScope& scope :
         {LedgerKeyScope::tag(agency_id("TJ-DCA"), YearMonth(202611)), LedgerKeyScope::pad()}) {
        const auto record =
            seal_ledger_key(scope, keys.secret, {&keys.centre.public_key, 1}, keys.random);
        CHECK(layout_is_strict(record.value()));
    }
}

TEST_CASE("the centre's auditor and both agencies open a key, nobody else does") {
    Keys keys;
    const LedgerKeyRecord record = keys.seal();
    CHECK(record.copies.size() == 3);
    CHECK(record.copies[0].reader == keys.centre.public_key);
    CHECK(opens(record, keys.centre, keys.secret));
    CHECK(opens(record, keys.sender, keys.secret));
    CHECK(opens(record, keys.recipient, keys.secret));
    const KeyPair other = generate_key_pair(keys.random);
    CHECK(open_ledger_key(record, other.secret).error().code == Errc::OpenFailed);
}

TEST_CASE("a reader named twice gets one copy, and a reader of low order is refused") {
    Keys keys;
    const std::vector<PublicKey> twice = {keys.centre.public_key, keys.sender.public_key,
                                          keys.sender.public_key};
    CHECK(seal_ledger_key(keys.scope, keys.secret, twice, keys.random)->copies.size() == 2);
    const PublicKey low{};
    CHECK(seal_ledger_key(keys.scope, keys.secret, {&low, 1}, keys.random).error().code ==
          Errc::KeyInvalid);
}

TEST_CASE("a copy does not open under another scope") {
    Keys keys;
    LedgerKeyRecord record = keys.seal();
    record.scope = LedgerKeyScope::bucket(agency_id("TJ-DCA"), agency_id("UZ-NCDC"),
                                          RetentionClass::Year, YearMonth(202612));
    CHECK(open_ledger_key(record, keys.sender.secret).error().code == Errc::OpenFailed);
}

TEST_CASE("scopes have different names: purpose, agencies in their order, class, month") {
    const AgencyId a = agency_id("TJ-DCA");
    const AgencyId b = agency_id("UZ-NCDC");
    const BucketId name =
        LedgerKeyScope::bucket(a, b, RetentionClass::Year, YearMonth(202611)).name();
    CHECK(name != LedgerKeyScope::bucket(b, a, RetentionClass::Year, YearMonth(202611)).name());
    CHECK(name != LedgerKeyScope::bucket(a, b, RetentionClass::Year, YearMonth(202612)).name());
    CHECK(name !=
          LedgerKeyScope::bucket(a, b, RetentionClass::FiveYears, YearMonth(202611)).name());
    CHECK(LedgerKeyScope::tag(a, YearMonth(202611)).name() !=
          LedgerKeyScope::tag(b, YearMonth(202611)).name());
    CHECK(LedgerKeyScope::pad().name() == LedgerKeyScope::pad().name());
}

TEST_CASE("the table finds a secret by name, keeps the first, and forgets on demand") {
    Keys keys;
    LedgerKeys table;
    CHECK(table.find(keys.scope) == nullptr);
    CHECK(table.add(keys.scope, keys.secret.duplicate()) == LedgerKeys::Added::New);
    CHECK(table.add(keys.scope, Secret32()) == LedgerKeys::Added::Exists);
    REQUIRE(table.find(keys.scope.name()) != nullptr);
    CHECK(equal(table.find(keys.scope)->expose(), keys.secret.expose()));
    table.forget(keys.scope.name());
    CHECK(table.find(keys.scope) == nullptr);
}

TEST_CASE("a scope comes back from its bytes and from no other") {
    Keys keys;
    const Bytes bytes = keys.scope.encode();
    CHECK(LedgerKeyScope::decode(bytes).value() == keys.scope);
    CHECK_FALSE(LedgerKeyScope::decode(ByteView(bytes).first(bytes.size() - 1)));
    Bytes longer = bytes;
    longer.push_back(std::byte{0});
    CHECK_FALSE(LedgerKeyScope::decode(longer));
}

TEST_CASE("only a bucket has a class, and it is one of four") {
    Keys keys;
    for (const LedgerKeyScope& scope :
         {keys.scope, LedgerKeyScope::tag(agency_id("TJ-DCA"), YearMonth(202611)),
          LedgerKeyScope::pad()}) {
        Bytes bytes = scope.encode();
        std::byte& number = bytes.at(bytes.size() - 5);
        for (int value = 0; value < 256; ++value) {
            number = static_cast<std::byte>(value);
            const bool bucket = scope.purpose() == LedgerKeyPurpose::Bucket;
            CHECK(LedgerKeyScope::decode(bytes).has_value() ==
                  (bucket ? value >= 1 && value <= 4 : value == 0));
        }
    }
}

// Fails if a step is one too early or too late.
TEST_CASE("a class is the shortest that covers what the header asks for") {
    const TimeMs created(1'795'262'400'000);
    const auto of = [&](std::uint64_t days, std::uint64_t more = 0) {
        return retention_class(created, TimeMs(created.value + kDay.value * days + more));
    };
    using enum RetentionClass;
    CHECK(retention_class(created, TimeMs(0)) == Quarter);
    CHECK(of(0) == Quarter);
    CHECK(of(92) == Quarter);
    CHECK(of(92, 1) == Year);
    CHECK(of(366) == Year);
    CHECK(of(366, 1) == FiveYears);
    CHECK(of(1827) == FiveYears);
    CHECK(of(1827, 1) == Longer);
    CHECK(retention_class(TimeMs(0), TimeMs(UINT64_MAX)) == Longer);
    for (const auto retention : {Quarter, Year, FiveYears, Longer}) {
        CHECK(retention_class_named(text_of(retention)) == retention);
    }
    CHECK_FALSE(retention_class_named("93-days"));
}

TEST_CASE("a month ends where the next one begins, in December too") {
    for (const std::uint32_t month : {197001U, 202402U, 202611U, 202612U, 999911U}) {
        const TimeMs end = end_of(YearMonth(month));
        CHECK(month_of(end) > YearMonth(month));
        CHECK(month_of(TimeMs(end.value - 1)) == YearMonth(month));
    }
}

// Fails if the scope is not authenticated, or the id of another KEK is taken for this one.
TEST_CASE("a wrapped secret opens for its scope under its KEK only") {
    Keys keys;
    const WrappingKey kek = WrappingKey::generate(keys.random);
    const Bytes wrapped = kek.wrap(keys.scope, keys.secret, keys.random);
    CHECK(wrapped.size() == WrappingKey::kWrappedBytes);
    CHECK(equal(kek.unwrap(keys.scope, wrapped).value().expose(), keys.secret.expose()));
    CHECK(kek.unwrap(LedgerKeyScope::pad(), wrapped).error().code == Errc::OpenFailed);
    CHECK_FALSE(WrappingKey::generate(keys.random).unwrap(keys.scope, wrapped));
    for (std::size_t at = 0; at < wrapped.size(); ++at) {
        Bytes damaged = wrapped;
        damaged[at] ^= std::byte{1};
        CHECK_FALSE(kek.unwrap(keys.scope, damaged));
    }
    CHECK_FALSE(kek.unwrap(keys.scope, ByteView(wrapped).first(71)));
}

TEST_CASE("a KEK file is one line, and no other") {
    Keys keys;
    const WrappingKey kek = WrappingKey::generate(keys.random);
    const SecretBuffer text = kek.encode();
    const auto again = WrappingKey::parse(text.expose());
    REQUIRE(again);
    CHECK(again->id() == kek.id());
    const Bytes wrapped = kek.wrap(keys.scope, keys.secret, keys.random);
    CHECK(again->unwrap(keys.scope, wrapped));
    for (std::size_t size = 0; size < text.size(); ++size) {
        CHECK_FALSE(WrappingKey::parse(text.expose().first(size)));
    }
    CHECK_FALSE(WrappingKey::parse(Bytes(text.size())));
}

}  // namespace chapar::testing
