// Leaves and bodies of the ledger: what is read has one encoding, the verifier reads the same, and
// the auditor's summary of it is stored and read again as it was.
#include "client/core/mirror_entry.h"
#include "crypto/batch.h"
#include "crypto/entry_body.h"
#include "crypto/leaf.h"
#include "crypto/ledger_keys.h"
#include "crypto/verify/entry.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/schemas/samples.h"

using namespace chapar;
using namespace chapar::crypto;
using namespace chapar::testing;

namespace {

// The first byte: 0 a leaf, 1 .. 11 a body of that kind, 12 the key record of a bucket and its
// scope, 13 an auditor's summary.
constexpr unsigned kKeyRecord = 12, kSummary = 13, kScope = 14, kDecoders = 15;

constexpr std::initializer_list<Errc> kKeyErrors{Errc::MalformedLayout, Errc::VersionUnknown};

verify::Bytes plain(ByteView bytes) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    return {data, data + bytes.size()};
}

void check_leaf(ByteView bytes) {
    const bool accepted = check_canonical<Leaf>(bytes, {Errc::LeafInvalid});
    const auto second = verify::parse_leaf(plain(bytes));
    if (accepted) {
        const Leaf leaf = Leaf::decode(bytes).value();
        CHAPAR_ASSERT(second && second->index == leaf.index.value);
        CHAPAR_ASSERT(second->sealed() == is_sealed(leaf.kind));
        CHAPAR_ASSERT(second->directory() == is_directory(leaf.kind));
    }
    const verify::Hash hash = verify::stored_leaf_hash(plain(bytes));
    CHAPAR_ASSERT(equal(stored_leaf_hash(bytes).view(), std::as_bytes(std::span(hash))));
}

void check_body(LeafKind kind, ByteView bytes) {
    const Result<EntryBody> body = EntryBody::decode(kind, bytes);
    if (!body) return check_refusal(body.error(), {Errc::MalformedLayout, Errc::TooLarge});
    CHAPAR_ASSERT(body->check(kind).has_value());
    CHAPAR_ASSERT(equal(body->encode().value(), bytes));
    CHAPAR_ASSERT(verify::parse_body(plain(bytes)).has_value());
}

void check_summary(ByteView bytes) {
    const auto summary = client::EntrySummary::decode(EntryIndex(7), bytes);
    if (!summary) return check_refusal(summary.error(), {Errc::StoreDamaged});
    CHAPAR_ASSERT(client::EntrySummary::decode(EntryIndex(7), summary->encode()).value() ==
                  *summary);
}

AgencyId agency(std::string_view name) { return AgencyId::parse(name).value(); }

EntryBody message(MessageEvent event) {
    EntryBody body;
    body.event = event_number(event);
    body.time = TimeMs(1'795'264'496'789);
    body.sender_agency = agency("TJ-DCA");
    body.recipient_agency = agency("UZ-NCDC");
    body.envelope_hash = filled<EnvelopeHash>(9);
    return body;
}

EntryBody accepted() {
    EntryBody body = message(MessageEvent::Accepted);
    body.envelope = counting_bytes(40);
    body.item = BatchItem{}.encode();
    body.blind = filled<AudienceBlind>(1);
    StanzaLabel label;
    label.certificate = filled<CertificateHash>(2);
    body.stanzas = std::vector<BodyStanza>{{label, filled<Hash>(3)}, {{}, filled<Hash>(4)}};
    body.decision = BodyDecision{
        PolicyEffect::Permit,
        "",
        {{PolicyDirection::Export, agency("TJ-DCA"), "export.all", filled<PolicyHash>(5)},
         {PolicyDirection::Import, agency("UZ-NCDC"), "", {}}}};
    return body;
}

EntryBody rejected() {
    EntryBody body = accepted();
    body.event = event_number(MessageEvent::Rejected);
    body.decision->effect = PolicyEffect::Deny;
    body.decision->code = "policy.refused";
    return body;
}

EntryBody delivered() {
    EntryBody body = message(MessageEvent::Delivered);
    body.item = BatchItem{}.encode();
    body.accepted = EntryIndex(7);
    body.statement = DeliveryStatement{}.encode();
    return body;
}

EntryBody expired() {
    EntryBody body = message(MessageEvent::Expired);
    body.accepted = EntryIndex(7);
    body.reason = 3;
    body.devices = {filled<CertificateHash>(6), filled<CertificateHash>(7)};
    body.cause = EntryIndex(8);
    return body;
}

EntryBody with_record(std::uint8_t event) {
    EntryBody body;
    body.event = event;
    body.time = TimeMs(1);
    body.record = to_bytes("record");
    return body;
}

EntryBody started() {
    EntryBody body;
    body.nonce = filled<Hash>(8);
    body.build = "chapar 0.1.0";
    return body;
}

EntryBody stepped() {
    EntryBody body;
    body.event = event_number(TimeEvent::Stepped);
    body.step = ClockStep{StepDirection::Backward, DurationMs(2500)};
    return body;
}

client::EntrySummary summary() {
    client::EntrySummary out;
    out.index = EntryIndex(7);
    out.event = 1;
    out.sender_agency = agency("TJ-DCA");
    out.message_kind = 100;
    out.case_id = filled<CaseId>(1);
    out.envelope = filled<EnvelopeHash>(2);
    out.accepted = EntryIndex(5);
    out.offices = {OfficeId::parse("TJ-NPJ-BLO").value()};
    out.code = "policy.refused";
    out.subject = "officer-7";
    return out;
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    std::vector<Bytes> seeds;
    const auto body = [&](LeafKind kind, const EntryBody& of) {
        seeds.push_back(for_decoder(static_cast<unsigned>(kind), of.encode().value()));
    };
    body(LeafKind::Message, accepted());
    body(LeafKind::Message, rejected());
    body(LeafKind::Message, delivered());
    body(LeafKind::Message, expired());
    body(LeafKind::Key, with_record(event_number(KeyEvent::Device)));
    body(LeafKind::Policy, with_record(kNoEvent));
    body(LeafKind::Admin, with_record(event_number(AdminEvent::Founded)));
    body(LeafKind::Ladder, with_record(kNoEvent));
    body(LeafKind::Shred, with_record(kNoEvent));
    body(LeafKind::Hold, with_record(kNoEvent));
    body(LeafKind::Prune, with_record(kNoEvent));
    body(LeafKind::Epoch, started());
    body(LeafKind::Time, EntryBody{});
    body(LeafKind::Time, stepped());
    Leaf leaf;
    leaf.index = EntryIndex(900);
    leaf.time = TimeMs(1'795'264'496'000);
    leaf.last_dir = EntryIndex(12);
    leaf.tags = {filled<ViewTag>(1), filled<ViewTag>(2)};
    seeds.push_back(for_decoder(0, leaf.encode()));
    leaf.kind = LeafKind::Key;
    leaf.tags.clear();
    seeds.push_back(for_decoder(0, leaf.encode()));
    seeds.push_back(for_decoder(0, tombstone_of(filled<Hash>(3))));
    const auto scope = LedgerKeyScope::bucket(agency("TJ-DCA"), agency("UZ-NCDC"),
                                              RetentionClass::Year, YearMonth(202611));
    seeds.push_back(for_decoder(kScope, scope.encode()));
    seeds.push_back(for_decoder(kScope, LedgerKeyScope::pad().encode()));
    seeds.push_back(for_decoder(kSummary, summary().encode()));
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const ByteView bytes = input_of(data, size).subspan(1);
    const unsigned which = data[0] % kDecoders;
    if (which == 0) {
        check_leaf(bytes);
    } else if (which == kKeyRecord) {
        check_canonical<LedgerKeyRecord>(bytes, kKeyErrors);
    } else if (which == kScope) {
        check_canonical<LedgerKeyScope>(bytes, kKeyErrors);
    } else if (which == kSummary) {
        check_summary(bytes);
    } else {
        check_body(static_cast<LeafKind>(which), bytes);
    }
    return 0;
}
