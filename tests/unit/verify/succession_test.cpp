#include "crypto/succession.h"

#include <doctest/doctest.h>

#include <functional>

#include "crypto/body_seal.h"
#include "crypto/checkpoint.h"
#include "crypto/entry_body.h"
#include "crypto/leaf.h"
#include "crypto/verify/entry_rules.h"
#include "support/fake_random.h"
#include "support/test_agency.h"

// The beginning of a ledger that follows another, made by the product's code and judged by the
// verifier's rule `succession`.

namespace chapar::testing {
namespace {

using namespace crypto;

constexpr TimeMs kThen{1'795'000'000'000};
constexpr TimeMs kMade{1'795'100'000'000};
constexpr TimeMs kNow{1'795'200'000'000};

verify::Bytes plain(ByteView bytes) {
    verify::Bytes out;
    for (const std::byte b : bytes) out.push_back(std::to_integer<std::uint8_t>(b));
    return out;
}

struct NewLedger {
    FakeRandom random{7};
    SigningKey root = SigningKey::generate(random);
    SigningKey old_log = SigningKey::generate(random);
    Validity validity{kThen, kThen + kDay * 600};
    AgencySigners a{"A-ONE", validity, random};
    AgencySigners b{"B-TWO", validity, random};
    AgencySigners late{"C-LATE", validity, random};
    Manifest before = manifest_of(1, old_log.public_key());
    Manifest after = manifest_of(2, SigningKey::generate(random).public_key());
    std::vector<SignedRecord> carried{a.agency_record(root), b.agency_record(root),
                                      a.registrars_record(), b.registrars_record()};
    std::vector<SignedRecord> own;  // logged once chapard has started
    LeafClock own_clock = LeafClock::Disciplined;
    TimeMs own_time = kNow;
    std::optional<Hash> says_carried;
    std::vector<const SigningKey*> signers{&root, &a.roots[0], &b.roots[0]};
    bool started = true;
    bool acts_before_start = false;

    Manifest manifest_of(std::uint32_t number, const SigningPublicKey& log_key) {
        return {"chapar.test/ledger/" + std::to_string(number),
                LedgerNumber(number),
                log_key,
                CurveKey{generate_key_pair(random).public_key.bytes},
                root.public_key(),
                generate_key_pair(random).public_key,
                {"tcp://127.0.0.1:7000"}};
    }
    SignedRecord succession() const {
        CarriedRecords hash;
        for (std::size_t i = 0; i < carried.size(); ++i) {
            hash.add(time_of(i), carried[i].hash());
        }
        const auto signer =
            NoteSigner::create(before.origin, SigningKey::from_seed(old_log.seed().duplicate()));
        const SuccessionRecord says{
            before.encode(),
            after.encode(),
            sign_checkpoint({before.origin, TreeSize(900), Hash{}}, *signer),
            EntryIndex(700),
            Hash{},
            says_carried.value_or(hash.hash()),
            kMade,
            "the disk was lost"};
        SignedRecord out{RecordType::Succession, says.encode(), {}};
        for (const SigningKey* key : signers) out.sign(*key);
        return out;
    }
    static TimeMs time_of(std::size_t carried_at) {
        return TimeMs(kThen.value + 1'000 * carried_at + 7);
    }

    // What the rule says of all of it; empty if it is met.
    std::string verdict() {
        SignedRecord manifest{RecordType::Manifest, after.encode(), {}};
        manifest.sign(root);
        verify::EntryRules rules;
        rules.begin(verify::parse_manifest(plain(manifest.encode())), 0);
        std::uint64_t index = 0;
        std::uint32_t epoch = 0;
        EntryIndex last;
        const auto put = [&](LeafKind kind, std::uint8_t event, TimeMs time, LeafClock clock,
                             const SignedRecord* record) {
            EntryBody body;
            body.event = event;
            body.time = time;
            if (record != nullptr) body.record = record->encode();
            if (kind == LeafKind::Epoch) {
                ++epoch;
                body.nonce = Hash{};
                body.build = "test";
            }
            const Bytes bytes = body.encode().value();
            Leaf leaf;
            leaf.kind = kind;
            leaf.clock = clock;
            leaf.epoch = ProcessEpoch(epoch);
            leaf.index = EntryIndex(index);
            leaf.time = leaf_time(time);
            leaf.last_dir = last;
            leaf.body_commit = body_commit(BodySalt{}, bytes);
            rules.take(index, verify::parse_leaf(plain(leaf.encode())), false, plain(bytes));
            last = EntryIndex(index++);
        };
        const SignedRecord founding = succession();
        put(LeafKind::Admin, event_number(AdminEvent::Founded), kThen, LeafClock::Held, &founding);
        put(LeafKind::Epoch, kNoEvent, kThen, LeafClock::Held, nullptr);
        for (std::size_t i = 0; i < carried.size(); ++i) {
            put(LeafKind::Key, event_of(carried[i]), time_of(i), LeafClock::Held, &carried[i]);
        }
        if (acts_before_start) {
            put(LeafKind::Time, kNoEvent, own_time, own_clock, nullptr);
        }
        if (started) put(LeafKind::Epoch, kNoEvent, own_time, own_clock, nullptr);
        for (const SignedRecord& record : own) {
            put(LeafKind::Key, event_of(record), own_time, own_clock, &record);
        }
        rules.finish();
        for (const verify::Verdict& one : rules.verdicts()) {
            CAPTURE(one.rule);
            CAPTURE(one.sentence);
            if (one.rule != "succession") CHECK(one.ok);
            if (one.rule == "succession") return one.ok ? "" : one.sentence;
        }
        return "no verdict";
    }
    static std::uint8_t event_of(const SignedRecord& record) {
        return event_number(record.type == RecordType::Agency ? KeyEvent::Agency
                                                              : KeyEvent::Registrars);
    }
};

}  // namespace

// Fails if what is logged after the first own start is hashed with what was carried over.
TEST_CASE("A ledger that took over what two agencies signed for meets the rule") {
    CHECK(NewLedger().verdict() == "");
    NewLedger grown;  // what is logged later is the new ledger's own
    grown.own = {grown.late.agency_record(grown.root)};
    CHECK(grown.verdict() == "");
}

// Fails if finish_succession() does not compare the hash.
TEST_CASE("A record that was left out, added or changed places breaks the rule") {
    NewLedger honest;
    const auto judged = [&](const std::function<void(NewLedger&)>& lie) {
        NewLedger ledger;
        CarriedRecords hash;
        for (std::size_t i = 0; i < ledger.carried.size(); ++i) {
            hash.add(NewLedger::time_of(i), ledger.carried[i].hash());
        }
        ledger.says_carried = hash.hash();
        lie(ledger);
        return ledger.verdict();
    };
    const std::string why = "the records carried over are not those that were signed for";
    CHECK(judged([](NewLedger&) {}) == "");
    CHECK(judged([](NewLedger& l) { l.carried.pop_back(); }) == why);
    CHECK(judged([](NewLedger& l) { l.carried.push_back(l.late.agency_record(l.root)); }) == why);
    CHECK(judged([](NewLedger& l) { std::swap(l.carried[0], l.carried[1]); }) == why);
    // Later it is the same record, but not carried over.
    CHECK(judged([](NewLedger& l) {
              l.own = {l.carried.back()};
              l.carried.pop_back();
          }) == why);
}

// Fails if the hash is compared before all of it can have come.
TEST_CASE("An export that ends before the first own start is not judged for what it lacks") {
    NewLedger cut;
    cut.says_carried = Hash{};
    CHECK(cut.verdict() != "");
    cut.started = false;
    CHECK(cut.verdict() == "");
}

// Fails if a broker that never starts a second time is never judged.
TEST_CASE("Nothing but the directory, policies and bundles stands before the first own start") {
    NewLedger idle;
    idle.acts_before_start = true;
    CHECK(idle.verdict().find("cannot be") != std::string::npos);
    idle.started = false;
    CHECK(idle.verdict().find("cannot be") != std::string::npos);
}

// Fails if roots are taken from records that stand behind what was carried over.
TEST_CASE("An agency that was enrolled afterwards has not signed, whatever time its entry bears") {
    NewLedger ledger;
    ledger.signers = {&ledger.root, &ledger.a.roots[0], &ledger.late.roots[0]};
    ledger.own = {ledger.late.agency_record(ledger.root)};
    CHECK(ledger.verdict() == "the succession is signed by a stranger");
    ledger.own_time = TimeMs(kMade.value - 10'000);
    ledger.own_clock = LeafClock::Held;
    CHECK(ledger.verdict() != "");
}

// Fails if check_own_time() is not asked.
TEST_CASE("No own entry bears a held time from before the ledger was begun") {
    NewLedger ledger;
    ledger.own_clock = LeafClock::Held;
    CHECK(ledger.verdict() == "");
    ledger.own_time = TimeMs(kMade.value - 10'000);
    CHECK(ledger.verdict().find("before this ledger was begun") != std::string::npos);
}

// Fails if roots are counted instead of agencies.
TEST_CASE("One agency is not enough for the verifier either") {
    NewLedger ledger;
    ledger.signers = {&ledger.root, &ledger.a.roots[0], &ledger.a.roots[1]};
    CHECK(ledger.verdict() == "the succession is not signed by roots of two agencies");
}

}  // namespace chapar::testing
