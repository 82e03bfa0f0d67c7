// What the C++ code makes, for the independent implementation to open and check.
#include <cstdlib>
#include <iostream>

#include "crypto/body_seal.h"
#include "crypto/bundle.h"
#include "crypto/checkpoint.h"
#include "crypto/entry_body.h"
#include "crypto/leaf.h"
#include "crypto/manifest.h"
#include "crypto/note.h"
#include "crypto/policy_record.h"
#include "integration/interop/interop.h"
#include "integration/interop/interop_json.h"
#include "support/test_agency.h"
#include "unit/crypto/office.h"

namespace chapar::interop {
namespace {

using namespace crypto;
using testing::AgencySigners;
using testing::FakeRandom;
using testing::TestOffice;

constexpr TimeMs kNow{1'795'000'000'000};
constexpr PskId kPsk{(std::uint64_t{17} << 32) | 202611};

json::object device_json(const testing::TestDevice& device) {
    return {
        {"cert", hex(device.certificate.view())},    {"key_id", device.key_id.value},
        {"sk", hex(device.epoch.secret.expose())},   {"pk", hex(device.epoch.public_key.view())},
        {"sk_a", hex(device.inner.secret.expose())}, {"pk_a", hex(device.inner.public_key.view())}};
}

json::object envelope_json(const TestOffice& office, const SealedEnvelope& envelope,
                           const BatchItem& item) {
    json::array stanzas, ciphertexts, secrets;
    for (const HandedStanza& each : TestOffice::handed(envelope)) {
        std::string to;
        for (const auto& [name, device] : office.devices) {
            if (device.certificate == each.stanza.label.certificate) to = name;
        }
        stanzas.push_back(json::object{{"to", to},
                                       {"label", hex(each.stanza.label.encode())},
                                       {"enc", hex(each.stanza.enc.view())},
                                       {"ct", hex(each.stanza.ciphertext)},
                                       {"index", each.index},
                                       {"path", hex_list(each.path)}});
    }
    for (const Bytes& stream : envelope.streams) ciphertexts.push_back(hex(stream));
    for (const Secret32& secret : envelope.stream_secrets) secrets.push_back(hex(secret.expose()));
    return {{"E", hex(envelope.statement)}, {"eh", hex(envelope.hash.view())},
            {"item", item_json(item)},      {"stanzas", stanzas},
            {"ciphertexts", ciphertexts},   {"secrets", secrets}};
}

// One with approvals and an auditor, one with a psk stanza, one with an attachment of an exact
// number of chunks; all in one batch.
json::object envelopes(TestOffice& office) {
    std::vector<SealedEnvelope> sealed;
    const auto keep = [&](Result<SealedEnvelope> envelope) {
        sealed.push_back(std::move(envelope).value());
    };
    const Secret32 psk = Secret32::random(office.random);
    keep(office.seal(office.everyone(), office.approvals()));
    auto with_psk = office.everyone();
    with_psk.pop_back();
    with_psk.front().psk_id = kPsk;
    with_psk.front().psk = psk.duplicate();
    keep(office.seal(with_psk));
    office.attachment = Bytes(3 * limits::kChunkBytes - 1, std::byte{0x33});
    keep(office.seal(office.everyone()));
    std::vector<EnvelopeHash> hashes;
    for (const SealedEnvelope& each : sealed) hashes.push_back(each.hash);
    const SignedBatch batch = sign_envelopes(office.seen, hashes, office.sender);
    json::array list;
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        list.push_back(envelope_json(office, sealed[i], batch.item(i)));
    }
    json::object devices;
    for (const auto& [name, device] : office.devices) devices[name] = device_json(device);
    return {{"home", hex(office.seen.home.view())},
            {"sender_pk", hex(office.sender.public_key().view())},
            {"approver",
             {{"cert", hex(office.approver_certificate.view())},
              {"pk", hex(office.approver.public_key().view())}}},
            {"blind", hex(office.blind.view())},
            {"offices", {{"A", "TJ-BLO"}, {"B", "AF-BLO"}, {"auditor", "AUD"}}},
            {"devices", devices},
            {"psk", hex(psk.expose())},
            {"psk_next", hex(next_psk(psk, kPsk).expose())},
            {"psk_id", kPsk.value},
            {"envelopes", list}};
}

json::object statements(TestOffice& office) {
    std::vector<DeliveryStatement> all;
    for (std::uint8_t event = 1; event <= 5; ++event) {
        DeliveryStatement each;
        each.event = static_cast<DeliveryEvent>(event);
        each.envelope = random_value<EnvelopeHash>(office.random);
        each.signer = office.devices.at("A").certificate;
        each.accepted = EntryIndex(4700U + event);
        each.time = kNow;
        each.reason = event == 4 ? 1 : 0;
        all.push_back(each);
    }
    const SignedBatch batch = sign_statements(office.seen, all, office.approver);
    json::array list;
    for (std::size_t i = 0; i < all.size(); ++i) {
        list.push_back(
            json::object{{"D", hex(all[i].encode())}, {"item", item_json(batch.item(i))}});
    }
    return {{"pk", hex(office.approver.public_key().view())}, {"list", list}};
}

// Every type of record, in an order in which a ledger could take them.
class Records {
  public:
    explicit Records(Random& random) : random_(random) {}

    json::object all() {
        add(1, manifest());
        add(2, tj_.agency_record(centre_));
        change_roots();
        add(2, af_.agency_record(centre_));
        add(8, tj_.registrars_record());
        add(3, tj_.office({tj_.id(),
                           OfficeId::parse("TJ-NPJ-BLO").value(),
                           CountryCode::parse("TJ").value(),
                           office_role::kLiaison,
                           times_,
                           {}}));
        add(4, tj_.device(device()));
        certificate_ = certificate_hash(device().encode());
        add(9, tj_.peers({&af_.record}));
        const SignedRecord slip = tj_.suspend(certificate_, times_, 5);
        add(10, slip);
        add(11, tj_.reinstate(certificate_, slip.hash()));
        add(5, bundle());
        add(7, tj_.policy(policy()));
        add(6, tj_.revoke(certificate_, RevokeReason::Stolen, kNow));
        return {{"centre_root", hex(centre_.public_key().view())},
                {"time", kNow.value},
                {"certificate", hex(certificate_.view())},
                {"list", list_}};
    }

  private:
    void add(int type, const SignedRecord& record) {
        list_.push_back(json::object{
            {"type", type}, {"wire", hex(record.encode())}, {"hash", hex(record.hash().view())}});
    }
    SignedRecord manifest() {
        Manifest body;
        body.origin = "chapar.interop/ledger/1";
        body.ledger = LedgerNumber(1);
        body.log_key = SigningKey::generate(random_).public_key();
        body.curve_key = CurveKey{generate_key_pair(random_).public_key.bytes};
        body.centre_root = centre_.public_key();
        body.centre_auditor = generate_key_pair(random_).public_key;
        body.endpoints = {"tcp://127.0.0.1:7000", "tcp://[::1]:7000"};
        SignedRecord record{RecordType::Manifest, body.encode(), {}};
        record.sign(centre_);
        return record;
    }
    // A new root in the place of the third, agreed to by the two others.
    void change_roots() {
        tj_.record.previous = tj_.agency_record(centre_).hash();
        tj_.roots.back() = SigningKey::generate(random_);
        tj_.record.roots.back() = tj_.roots.back().public_key();
        SignedRecord record = tj_.agency_record(centre_);
        record.sign(tj_.roots[0]);
        record.sign(tj_.roots[1]);
        add(2, record);
    }
    DeviceRecord device() {
        const DeviceRequest request{
            tj_.id(),          OfficeId::parse("TJ-NPJ-BLO").value(), "офицер-7", "laptop 3",
            key_.public_key(), CurveKey{curve_.public_key.bytes},     kNow};
        return {SignedRequest::make(request, key_),
                {kNow, kNow + DurationMs(kDay.value * 300)},
                17,
                {}};
    }
    SignedRecord bundle() {
        NewBundle made = make_bundle({certificate_, 1, {}, EpochDay(20'775), 30, 7, 1}, random_);
        SignedRecord record{RecordType::Bundle, made.bundle.encode(), {}};
        record.sign(key_);
        return record;
    }
    PolicyRecord policy() {
        PolicyRule rule{"export.alerts",
                        PolicyDirection::Export,
                        PolicyEffect::Permit,
                        {100},
                        1,
                        {{PartyKind::Office, "TJ-NPJ-BLO"}},
                        {{PartyKind::Country, "AF"}}};
        rule.approvals = 2;
        rule.approver_role = office_role::kSupervisor;
        rule.size_max = 1 << 20;
        return {tj_.id(), 1, {}, {rule}};
    }

    Random& random_;
    Validity times_{kNow, kNow + DurationMs(kDay.value * 700)};
    SigningKey centre_ = SigningKey::generate(random_);
    SigningKey key_ = SigningKey::generate(random_);
    KeyPair curve_ = generate_key_pair(random_);
    AgencySigners tj_{"TJ-DCA", times_, random_};
    AgencySigners af_{"AF-CNP", times_, random_, {1, 1, 2, 2}};
    CertificateHash certificate_;
    json::array list_;
};

// Leaves, their tree, two heads and what proves that one continues the other.
json::object ledger(Random& random) {
    const auto signer =
        NoteSigner::create("chapar.interop/ledger/1", SigningKey::generate(random)).value();
    json::array leaves;
    std::vector<Hash> hashes;
    for (std::uint64_t i = 0; i < 11; ++i) {
        EntryBody body;
        body.time = TimeMs(kNow.value + i * 777);
        const Bytes bytes = body.encode().value();
        Leaf leaf;
        leaf.kind = LeafKind::Time;
        leaf.index = EntryIndex(i);
        leaf.time = leaf_time(body.time);
        leaf.last_dir = EntryIndex(i == 0 ? 0 : i - 1);
        leaf.body_commit = body_commit(BodySalt{}, bytes);
        hashes.push_back(leaf_hash(leaf.encode()));
        leaves.push_back(json::object{{"leaf", hex(leaf.encode())}, {"body", hex(bytes)}});
    }
    const auto note_at = [&](std::size_t size) {
        const auto part = std::span(hashes).first(size);
        return sign_checkpoint({"chapar.interop/ledger/1", TreeSize(size), tree_root(part)},
                               signer);
    };
    return {{"leaves", leaves},
            {"old", {{"size", 5}, {"note", note_at(5)}}},
            {"new", {{"size", 11}, {"note", note_at(11)}}},
            {"vkey", signer.verifier().vkey()},
            {"path_of_7", hex_list(Tree(hashes).inclusion_path(7))},
            {"consistency", hex_list(consistency_path(hashes, 5))}};
}

}  // namespace

int emit(std::uint64_t seed) {
    FakeRandom random(seed);
    TestOffice office(seed);
    json::object out = envelopes(office);
    out["statements"] = statements(office);
    out["records"] = Records(random).all();
    out["ledger"] = ledger(random);
    std::cout << json::serialize(out) << "\n";
    return 0;
}

}  // namespace chapar::interop
