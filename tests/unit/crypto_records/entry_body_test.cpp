#include <doctest/doctest.h>

#include <functional>

#include "crypto/entry_body.h"
#include "crypto/statement.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"
#include "unit/crypto_records/record_fixture.h"

namespace chapar::testing {
namespace {

using namespace crypto;

EntryBody message(MessageEvent event) {
    EntryBody body;
    body.event = event_number(event);
    body.time = TimeMs(1795264496789);
    body.sender_agency = agency_id("TJ-DCA");
    body.recipient_agency = agency_id("UZ-NCDC");
    body.envelope_hash = EnvelopeHash{{std::byte{9}}};
    return body;
}

EntryBody accepted() {
    EntryBody body = message(MessageEvent::Accepted);
    body.envelope = to_bytes("E");
    body.item = to_bytes("item");
    body.blind = AudienceBlind{{std::byte{1}}};
    StanzaLabel label;
    label.certificate = CertificateHash{{std::byte{2}}};
    body.stanzas = std::vector<BodyStanza>{{label, Hash{{std::byte{3}}}},
                                           {std::nullopt, Hash{{std::byte{4}}}}};
    body.decision = BodyDecision{
        PolicyEffect::Permit,
        "",
        {{PolicyDirection::Export, agency_id("TJ-DCA"), "export.all", PolicyHash{{std::byte{5}}}},
         {PolicyDirection::Import, agency_id("UZ-NCDC"), "", {}}}};
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
    body.item = to_bytes("item");
    body.accepted = EntryIndex(7);
    body.statement = DeliveryStatement{}.encode();
    return body;
}

EntryBody withheld() {
    EntryBody body = message(MessageEvent::Withheld);
    body.accepted = EntryIndex(7);
    body.reason = 3;
    body.devices = {CertificateHash{{std::byte{6}}}};
    return body;
}

EntryBody expired() {
    EntryBody body = withheld();
    body.event = event_number(MessageEvent::Expired);
    body.devices.push_back(CertificateHash{{std::byte{7}}});
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

EntryBody epoch() {
    EntryBody body;
    body.nonce = Hash{{std::byte{8}}};
    body.build = "chapar 0.1.0";
    return body;
}

EntryBody stepped() {
    EntryBody body;
    body.event = event_number(TimeEvent::Stepped);
    body.step = ClockStep{StepDirection::Backward, DurationMs(2500)};
    return body;
}

struct Example {
    LeafKind kind;
    EntryBody body;
};

std::vector<Example> examples() {
    return {{LeafKind::Message, accepted()},
            {LeafKind::Message, rejected()},
            {LeafKind::Message, delivered()},
            {LeafKind::Message, withheld()},
            {LeafKind::Message, expired()},
            {LeafKind::Key, with_record(event_number(KeyEvent::Device))},
            {LeafKind::Admin, with_record(event_number(AdminEvent::Founded))},
            {LeafKind::Policy, with_record(kNoEvent)},
            {LeafKind::Ladder, with_record(kNoEvent)},
            {LeafKind::Epoch, epoch()},
            {LeafKind::Time, EntryBody{}},
            {LeafKind::Time, stepped()},
            {LeafKind::Admin, with_record(event_number(AdminEvent::Override))},
            {LeafKind::Shred, with_record(kNoEvent)},
            {LeafKind::Hold, with_record(kNoEvent)},
            {LeafKind::Prune, with_record(kNoEvent)}};
}

bool refused_after(EntryBody body, const std::function<void(EntryBody&)>& change) {
    change(body);
    const Result<Bytes> bytes = body.encode();
    return !body.check(LeafKind::Message) && !EntryBody::decode(LeafKind::Message, *bytes);
}

}  // namespace

TEST_CASE("every statement event is logged by an entry event of its own") {
    CHECK(entry_event(DeliveryEvent::Delivered) == MessageEvent::Delivered);
    CHECK(entry_event(DeliveryEvent::Opened) == MessageEvent::Opened);
    CHECK(entry_event(DeliveryEvent::Acknowledged) == MessageEvent::Acked);
    CHECK(entry_event(DeliveryEvent::Unopenable) == MessageEvent::Unopenable);
    CHECK(entry_event(DeliveryEvent::RecallDone) == MessageEvent::Recalled);
}

TEST_CASE("the body of every kind comes back from its bytes") {
    for (const Example& example : examples()) {
        CAPTURE(static_cast<int>(example.kind));
        CHECK(example.body.check(example.kind));
        const Bytes bytes = example.body.encode().value();
        const Result<EntryBody> again = EntryBody::decode(example.kind, bytes);
        REQUIRE(again);
        CHECK(*again == example.body);
    }
}

TEST_CASE("a body with a bit flipped or cut is another body or none") {
    for (const Example& example : examples()) {
        const Bytes bytes = example.body.encode().value();
        for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
            Bytes flipped = bytes;
            flipped[i / 8] ^= static_cast<std::byte>(1U << (i % 8));
            const Result<EntryBody> other = EntryBody::decode(example.kind, flipped);
            if (other) CHECK((*other != example.body && other->encode().value() == flipped));
        }
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            const auto cut = EntryBody::decode(example.kind, ByteView(bytes).first(size));
            CHECK_FALSE((cut && *cut == example.body));
        }
    }
}

TEST_CASE("an event carries the records it must and none that it may not") {
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.envelope.reset(); }));
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.item.reset(); }));
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.blind.reset(); }));
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.stanzas.reset(); }));
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.decision.reset(); }));
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.envelope_hash.reset(); }));
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.sender_agency.reset(); }));
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.accepted = EntryIndex(1); }));
    CHECK(refused_after(delivered(), [](EntryBody& b) { b.accepted.reset(); }));
    CHECK(refused_after(delivered(), [](EntryBody& b) { b.statement->pop_back(); }));
    CHECK(refused_after(withheld(), [](EntryBody& b) { b.devices.push_back({}); }));
    CHECK(refused_after(withheld(), [](EntryBody& b) { b.devices.clear(); }));
    CHECK(refused_after(expired(), [](EntryBody& b) { b.cause.reset(); }));
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.event = 11; }));
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.event = 0; }));
    CHECK_FALSE(with_record(10).check(LeafKind::Key));
    CHECK_FALSE(with_record(0).check(LeafKind::Key));
    CHECK_FALSE(with_record(3).check(LeafKind::Admin));
    CHECK_FALSE(EntryBody{}.check(LeafKind::Shred));
    CHECK_FALSE(EntryBody{}.check(LeafKind::Hold));
    CHECK_FALSE(EntryBody{}.check(LeafKind::Prune));
    EntryBody step = stepped();
    step.step.reset();
    CHECK_FALSE(step.check(LeafKind::Time));
    step = stepped();
    step.event = event_number(TimeEvent::Advanced);
    CHECK_FALSE(step.check(LeafKind::Time));
    CHECK_FALSE(with_record(1).check(LeafKind::Policy));
}

TEST_CASE("accepted means permitted without a code, rejected means denied with one") {
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.decision->effect = PolicyEffect::Deny; }));
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.decision->code = "conflict"; }));
    CHECK(refused_after(rejected(), [](EntryBody& b) { b.decision->code.clear(); }));
    CHECK(refused_after(rejected(), [](EntryBody& b) {
        b.decision->effect = PolicyEffect::Permit;
        b.decision->code.clear();
    }));
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.decision->lines[0].rule = "Bad Id"; }));
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.stanzas->clear(); }));
    CHECK(refused_after(accepted(), [](EntryBody& b) { b.stanzas->resize(257); }));
}

TEST_CASE("records out of order, twice, or unknown are refused") {
    const auto record = [](std::uint8_t id, ByteView content) {
        return LayoutWriter().u8(id).counted16(content).take();
    };
    const Bytes event = record(1, Bytes(1));
    const Bytes time = record(2, Bytes(8));
    const auto decode = [](std::initializer_list<Bytes> parts) {
        Bytes bytes;
        for (const Bytes& part : parts) append(bytes, part);
        return EntryBody::decode(LeafKind::Time, bytes).has_value();
    };
    CHECK(decode({event, time}));
    CHECK_FALSE(decode({time, event}));
    CHECK_FALSE(decode({event, event, time}));
    CHECK_FALSE(decode({event}));
    CHECK_FALSE(decode({time}));
    CHECK_FALSE(decode({}));
    CHECK_FALSE(decode({event, time, record(19, Bytes(1))}));
    CHECK_FALSE(decode({event, time, record(14, Bytes())}));
}

TEST_CASE("a body above 64 KiB is not written") {
    EntryBody body = accepted();
    body.envelope = Bytes(65536);
    CHECK(body.encode().error().code == Errc::TooLarge);
    body.envelope = Bytes(60000);
    body.item = Bytes(6000);
    CHECK(body.encode().error().code == Errc::TooLarge);
    body.item = Bytes(3000);
    CHECK(body.encode());
}

}  // namespace chapar::testing
