// Signed records and the body of every type: certificates, bundles, registrars, peers, policies,
// retention, override, succession. What is read has one encoding, as a whole and inside, and the
// verifier's own reading agrees.
#include "crypto/bundle.h"
#include "crypto/override.h"
#include "crypto/peers.h"
#include "crypto/registrars.h"
#include "crypto/retention.h"
#include "crypto/succession.h"
#include "crypto/suspension.h"
#include "crypto/verify/record.h"
#include "crypto/verify/succession.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/crypto_records/record_fixture.h"

using namespace chapar;
using namespace chapar::crypto;
using namespace chapar::testing;

namespace {

constexpr std::initializer_list<Errc> kBody{Errc::MalformedLayout, Errc::VersionUnknown};

verify::Bytes plain(ByteView bytes) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return {data, data + bytes.size()};
}

bool check_body(RecordType type, ByteView body) {
    switch (type) {
        case RecordType::Manifest:
            return check_canonical<Manifest>(body, kBody);
        case RecordType::Agency:
            return check_canonical<AgencyRecord>(body, kBody);
        case RecordType::Office:
            return check_canonical<OfficeRecord>(body, kBody);
        case RecordType::Device:
            return check_canonical<DeviceRecord>(body, kBody);
        case RecordType::Bundle:
            return check_canonical<PrekeyBundle>(body, kBody);
        case RecordType::Revoke:
            return check_canonical<RevokeRecord>(body, kBody);
        case RecordType::Policy:
            return check_canonical<PolicyRecord>(body, kBody);
        case RecordType::Registrars:
            return check_canonical<RegistrarsRecord>(body, kBody);
        case RecordType::Peers:
            return check_canonical<PeersRecord>(body, kBody);
        case RecordType::Suspend:
            return check_canonical<SuspendRecord>(body, kBody);
        case RecordType::Reinstate:
            return check_canonical<ReinstateRecord>(body, kBody);
        case RecordType::Shred:
            return check_canonical<ShredRecord>(body, kBody);
        case RecordType::Hold:
            return check_canonical<HoldRecord>(body, kBody);
        case RecordType::Prune:
            return check_canonical<PruneRecord>(body, kBody);
        case RecordType::Override:
            return check_canonical<OverrideRecord>(body, kBody);
        case RecordType::Succession:
            return check_canonical<SuccessionRecord>(body, kBody);
    }
    CHAPAR_ASSERT(false);
    return false;
}

// The verifier looks at the version byte already here; otherwise the two accept the same.
void check_same_reading(ByteView bytes, const SignedRecord& record) {
    const auto second = verify::parse_record(plain(bytes));
    const bool version = !record.body.empty() && record.body.front() == std::byte{1};
    CHAPAR_ASSERT(second.has_value() == version);
    if (!second) return;
    CHAPAR_ASSERT(second->type == static_cast<std::uint8_t>(record.type));
    CHAPAR_ASSERT(second->signatures.size() == record.signatures.size());
    const verify::Hash hash = verify::record_hash(*second);
    CHAPAR_ASSERT(equal(record.hash().view(), std::as_bytes(std::span(hash))));
}

void check_record(ByteView bytes) {
    if (!check_canonical<SignedRecord>(bytes, {Errc::MalformedLayout, Errc::TooLarge})) {
        CHAPAR_ASSERT(!verify::parse_record(plain(bytes)));
        return;
    }
    const SignedRecord record = SignedRecord::decode(bytes).value();
    check_same_reading(bytes, record);
    const bool accepted = check_body(record.type, record.body);
    if (record.type == RecordType::Manifest && accepted) {
        CHAPAR_ASSERT(verify::parse_manifest_body(plain(record.body)));
    }
    // Whoever the record names as its signer, the signatures of a mutation are not good.
    (void)agency_named_by(record).has_value();
    (void)founding_manifest(record).has_value();
    std::string why;
    (void)verify::parse_succession(plain(bytes), why).has_value();
}

SuccessionRecord succession(RecordFixture& centre) {
    const Manifest before = centre.manifest();
    Manifest after = before;
    after.ledger = LedgerNumber(2);
    after.origin = "chapar.caricc/ledger/2";
    after.log_key = centre.signers.roots[1].public_key();
    const auto signer = NoteSigner::create(
        before.origin, SigningKey::from_seed(centre.signers.roots[0].seed().duplicate()));
    return {before.encode(),
            after.encode(),
            sign_checkpoint({before.origin, TreeSize(900), Hash{{std::byte{1}}}}, *signer),
            EntryIndex(700),
            Hash{{std::byte{2}}},
            Hash{{std::byte{3}}},
            TimeMs(1'750'000'000'000),
            "the disk was lost"};
}

std::vector<SignedRecord> retention_records(RecordFixture& centre) {
    const Bucket bucket{agency_id("TJ-DCA"), agency_id("UZ-NCDC"), RetentionClass::Year,
                        YearMonth(202611)};
    const AgencyId own = agency_id("TJ-DCA");
    const auto by = [&](RecordType type, const auto& body) {
        return centre.by_registrars(type, body);
    };
    return {by(RecordType::Shred, ShredRecord{bucket, "Act 7, section 3"}),
            by(RecordType::Hold, HoldRecord{own, 1, HoldAction::Set, bucket, 0, "case 12"}),
            by(RecordType::Hold, HoldRecord{own, 2, HoldAction::Release,
                                            EntryRange{EntryIndex(3), EntryIndex(9)}, 1, "over"}),
            by(RecordType::Prune, PruneRecord{EntryIndex(256), TimeMs(1'700'000'000'000),
                                              Hash{{std::byte{5}}}, "five years"}),
            by(RecordType::Override,
               OverrideRecord{OverrideWhat::Witnesses, TreeSize(77), Hash{{std::byte{6}}},
                              Hash{{std::byte{7}}}, Validity{TimeMs(1000), TimeMs(2000)},
                              "the volume is gone"})};
}

std::vector<SignedRecord> directory_records(RecordFixture& centre) {
    const auto by = [&](RecordType type, const auto& body) {
        return centre.by_registrars(type, body);
    };
    const Bytes device = centre.device().encode();
    NewBundle bundle =
        make_bundle({certificate_hash(device), 3, {}, EpochDay(20'000), 2, 7, 2}, centre.random);
    SignedRecord ladder{RecordType::Bundle, bundle.bundle.encode(), {}};
    ladder.sign(centre.device_key);
    SignedRecord follows{RecordType::Succession, succession(centre).encode(), {}};
    follows.sign(centre.centre_root);
    follows.sign(centre.signers.roots[0]);
    follows.sign(centre.signers.roots[2]);
    const AgencySigners other("UZ-NCDC", centre.validity, centre.random);
    return {sign_manifest(centre.manifest(), centre.centre_root),
            centre.signers.agency_record(centre.centre_root),
            centre.signers.registrars_record(),
            by(RecordType::Office, centre.office()),
            by(RecordType::Device, centre.device()),
            by(RecordType::Revoke, centre.revocation()),
            by(RecordType::Policy, centre.policy()),
            centre.signers.peers({&other.record}),
            centre.signers.suspend(certificate_hash(device), centre.validity),
            centre.signers.reinstate(certificate_hash(device), Hash{{std::byte{4}}}),
            ladder,
            follows};
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    RecordFixture centre;
    std::vector<Bytes> seeds;
    for (const auto& record : directory_records(centre)) seeds.push_back(record.encode());
    for (const auto& record : retention_records(centre)) seeds.push_back(record.encode());
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check_record(input_of(data, size));
    return 0;
}
