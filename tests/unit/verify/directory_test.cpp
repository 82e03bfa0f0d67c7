#include "crypto/verify/directory.h"

#include <doctest/doctest.h>

#include "crypto/bundle.h"
#include "crypto/manifest.h"
#include "support/fake_random.h"
#include "support/test_agency.h"

// Records are made by the product's code and judged by the verifier's: two readings of one page.
// Each case fails if the demand it names is taken out of crypto/verify/directory.cpp.

namespace chapar::testing {
namespace {

using namespace crypto;

constexpr TimeMs kNow{1'795'000'000'000};

verify::Bytes plain(const Bytes& bytes) {
    verify::Bytes out;
    for (const std::byte b : bytes) out.push_back(std::to_integer<std::uint8_t>(b));
    return out;
}

// A centre with one agency, one office; entries are logged one after the other.
struct Bench {
    Bench() {
        Manifest manifest;
        manifest.origin = "chapar.test/ledger/1";
        manifest.ledger = LedgerNumber(1);
        manifest.log_key = centre_root.public_key();
        manifest.curve_key = CurveKey{generate_key_pair(random).public_key.bytes};
        manifest.centre_root = centre_root.public_key();
        manifest.centre_auditor = generate_key_pair(random).public_key;
        manifest.endpoints = {"tcp://127.0.0.1:7000"};
        SignedRecord record{RecordType::Manifest, manifest.encode(), {}};
        record.sign(centre_root);
        const auto read = verify::parse_manifest(plain(record.encode()));
        REQUIRE(read);
        directory.emplace(*read);
    }

    // Whether the verifier takes it as the next KEY entry.
    bool log(std::uint8_t event, const SignedRecord& record) {
        const verify::BodyRecords body{{verify::kEventRecord, {event}},
                                       {verify::kSignedRecord, plain(record.encode())}};
        return directory->accept_entry(verify::EntryKind::Key, body, {++index, now.value}, why);
    }
    void enrol() {
        REQUIRE(log(1, agency.agency_record(centre_root)));
        REQUIRE(log(6, agency.registrars_record()));
        REQUIRE(log(2, agency.office(office())));
    }
    [[nodiscard]] OfficeRecord office() const {
        return {agency.id(),
                OfficeId::parse("TJ-NPJ-BLO").value(),
                CountryCode::parse("TJ").value(),
                office_role::kLiaison,
                validity,
                {}};
    }
    [[nodiscard]] DeviceRecord device(const SigningKey& key) {
        const DeviceRequest request{agency.id(),
                                    OfficeId::parse("TJ-NPJ-BLO").value(),
                                    "officer-7",
                                    "laptop",
                                    key.public_key(),
                                    CurveKey{generate_key_pair(random).public_key.bytes},
                                    kNow};
        return {
            SignedRequest::make(request, key), {kNow, kNow + DurationMs(kDay.value * 300)}, 1, {}};
    }
    [[nodiscard]] std::string objection(const CertificateHash& certificate, std::uint64_t at) {
        verify::Hash hash{};
        std::ranges::copy(plain(to_bytes(certificate.view())), hash.begin());
        const verify::Device* found = directory->device(hash);
        REQUIRE(found != nullptr);
        return directory->objection(*found, {at, now.value});
    }

    FakeRandom random{7};
    Validity validity{kNow, kNow + DurationMs(kDay.value * 700)};
    SigningKey centre_root = SigningKey::generate(random);
    AgencySigners agency{"TJ-DCA", validity, random};
    std::optional<verify::Directory> directory;
    TimeMs now = kNow + DurationMs(1000);
    std::uint64_t index = 0;
    std::string why;
};

}  // namespace

TEST_CASE("the verifier accepts the chain that the product makes") {
    Bench bench;
    bench.enrol();
    const SigningKey key = SigningKey::generate(bench.random);
    const DeviceRecord device = bench.device(key);
    const CertificateHash hash = certificate_hash(device.encode());
    REQUIRE(bench.log(3, bench.agency.device(device)));
    CHECK(bench.objection(hash, 99) == "");
    AgencySigners other{"AF-CNP", bench.validity, bench.random};
    REQUIRE(bench.log(7, bench.agency.peers({&other.record})));
    const SignedRecord slip = bench.agency.suspend(hash, bench.validity);
    REQUIRE(bench.log(8, slip));
    CHECK(bench.objection(hash, 99) != "");
    REQUIRE(bench.log(9, bench.agency.reinstate(hash, slip.hash())));
    CHECK(bench.objection(hash, 99) == "");
    REQUIRE(bench.log(4, bench.agency.revoke(hash)));
    CHECK(bench.objection(hash, 99) != "");
    CHECK(bench.objection(hash, 5) == "");
    CHECK(bench.directory->records() == 8);
}

TEST_CASE("nobody but the agency changes its roots") {
    Bench bench;
    bench.enrol();
    const Hash first = bench.agency.agency_record(bench.centre_root).hash();
    AgencyRecord next = bench.agency.record;
    next.previous = first;
    next.roots[0] = SigningKey::generate(bench.random).public_key();
    SignedRecord record{RecordType::Agency, next.encode(), {}};
    record.sign(bench.centre_root);
    CHECK_FALSE(bench.log(1, record));
    record.sign(bench.agency.roots[0]);
    CHECK_FALSE(bench.log(1, record));
    record.sign(bench.agency.roots[1]);
    CHECK(bench.log(1, record));
    // And not the agency without the centre.
    next.previous = record.hash();
    SignedRecord alone{RecordType::Agency, next.encode(), {}};
    alone.sign(bench.agency.roots[1]);
    alone.sign(bench.agency.roots[2]);
    CHECK_FALSE(bench.log(1, alone));
}

TEST_CASE("an audit key that is or was one agency's is never another's") {
    Bench bench;
    bench.enrol();
    AgencySigners made_up{"ZZ-TOP", bench.validity, bench.random};
    made_up.record.audit_key = bench.agency.record.audit_key;
    CHECK_FALSE(bench.log(1, made_up.agency_record(bench.centre_root)));
    // Also when the agency has another one by now.
    const auto old = plain(to_bytes(bench.agency.record.audit_key.view()));
    bench.agency.record.previous = bench.agency.agency_record(bench.centre_root).hash();
    bench.agency.record.audit_key = generate_key_pair(bench.random).public_key;
    SignedRecord next = bench.agency.agency_record(bench.centre_root);
    for (std::size_t i = 0; i < 2; ++i) next.sign(bench.agency.roots[i]);
    REQUIRE_MESSAGE(bench.log(1, next), bench.why);
    CHECK_FALSE(bench.log(1, made_up.agency_record(bench.centre_root)));
    CHECK(bench.directory->agency_of_audit_key(old) == "TJ-DCA");
}

TEST_CASE("roots do not sign in the place of registrars, and one registrar is not two") {
    Bench bench;
    bench.enrol();
    const SigningKey key = SigningKey::generate(bench.random);
    const DeviceRecord device = bench.device(key);
    CHECK_FALSE(bench.log(3, bench.agency.by_roots(RecordType::Device, device)));
    CHECK_FALSE(bench.log(3, bench.agency.by_registrars(RecordType::Device, device, 1)));
    CHECK(bench.log(3, bench.agency.device(device)));
}

TEST_CASE("registrars out of their times sign nothing any more") {
    Bench bench;
    bench.enrol();
    const SigningKey key = SigningKey::generate(bench.random);
    const DeviceRecord device = bench.device(key);
    const CertificateHash hash = certificate_hash(device.encode());
    REQUIRE(bench.log(3, bench.agency.device(device)));
    bench.now = bench.validity.to;
    const SigningKey another = SigningKey::generate(bench.random);
    CHECK_FALSE(bench.log(3, bench.agency.device(bench.device(another))));
    CHECK_FALSE(bench.log(4, bench.agency.revoke(hash)));
}

TEST_CASE("a key stands in one certificate only") {
    Bench bench;
    bench.enrol();
    const SigningKey key = SigningKey::generate(bench.random);
    REQUIRE(bench.log(3, bench.agency.device(bench.device(key))));
    CHECK_FALSE(bench.log(3, bench.agency.device(bench.device(key))));
}

TEST_CASE("a slip suspends once, in its times, or the device suspends itself") {
    Bench bench;
    bench.enrol();
    const SigningKey key = SigningKey::generate(bench.random);
    const DeviceRecord device = bench.device(key);
    const CertificateHash hash = certificate_hash(device.encode());
    REQUIRE(bench.log(3, bench.agency.device(device)));
    const Validity over{TimeMs(kNow.value - 10), kNow};
    CHECK_FALSE(bench.log(8, bench.agency.suspend(hash, over, 2)));
    const SignedRecord slip = bench.agency.suspend(hash, bench.validity);
    REQUIRE(bench.log(8, slip));
    CHECK_FALSE(bench.log(8, bench.agency.suspend(hash, bench.validity, 3)));
    CHECK_FALSE(bench.log(9, bench.agency.reinstate(hash, Hash{})));
    REQUIRE(bench.log(9, bench.agency.reinstate(hash, slip.hash())));
    CHECK_FALSE(bench.log(8, slip));
    SignedRecord own{RecordType::Suspend,
                     SuspendRecord{bench.agency.id(), hash, bench.validity, 9}.encode(),
                     {}};
    own.sign(SigningKey::generate(bench.random));
    CHECK_FALSE(bench.log(8, own));
    own.signatures.clear();
    own.sign(key);
    CHECK(bench.log(8, own));
}

TEST_CASE("a record under another event is refused") {
    Bench bench;
    bench.enrol();
    const SigningKey key = SigningKey::generate(bench.random);
    CHECK_FALSE(bench.log(2, bench.agency.device(bench.device(key))));
    CHECK_FALSE(bench.log(4, bench.agency.device(bench.device(key))));
}

TEST_CASE("a device replaces one of its own office, and an agency's roots leave out the centre's") {
    Bench bench;
    bench.enrol();
    const SigningKey key = SigningKey::generate(bench.random);
    DeviceRecord device = bench.device(key);
    device.previous = Hash{certificate_hash(device.encode()).bytes};
    CHECK_FALSE(bench.log(3, bench.agency.device(device)));
    AgencySigners other{"AF-CNP", bench.validity, bench.random};
    other.record.roots[0] = bench.centre_root.public_key();
    CHECK_FALSE(bench.log(1, other.agency_record(bench.centre_root)));
}

TEST_CASE("registrars of another time are not appointed") {
    Bench bench;
    REQUIRE(bench.log(1, bench.agency.agency_record(bench.centre_root)));
    bench.agency.registrars.validity.from = bench.now + DurationMs(1);
    CHECK_FALSE(bench.log(6, bench.agency.registrars_record()));
}

}  // namespace chapar::testing
