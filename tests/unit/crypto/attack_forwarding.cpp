// Surreptitious forwarding, and unknown key share: a recipient or a stranger passes on what it has,
// so that it looks written by another, or for another.
#include <doctest/doctest.h>

#include "unit/crypto/attack_support.h"

namespace chapar::testing {

using namespace crypto;

// Fails if VerifiedEnvelope::verify() does not check the item's signature by the sender's key.
TEST_CASE("attack: an envelope signed anew by someone else does not become his") {
    TestOffice office;
    const SealedEnvelope envelope = *office.seal(office.everyone());
    TestOffice thief(9);
    const std::vector<EnvelopeHash> one{envelope.hash};
    const BatchItem his = sign_envelopes(office.seen, one, thief.sender).item(0);
    std::vector<HandedStanza> handed = TestOffice::handed(envelope);
    const auto received = ReceivedEnvelope::parse(envelope.statement, his, handed.front(), {});
    const auto verified = VerifiedEnvelope::verify(*received, office.signers());
    REQUIRE_FALSE(verified.has_value());
    CHECK(verified.error().code == Errc::BatchSignature);
}

// Fails if verify() does not look for the stanzas in SR.
TEST_CASE("attack: a recipient cannot wrap what it received for a third") {
    TestOffice office;
    SealedEnvelope envelope = *office.seal(office.everyone());
    const Insider insider = Insider::open(office, "A", envelope);
    const BatchItem signed_item = office.sign(envelope);
    office.devices.emplace("C", office.make_device());
    StanzaLabel label;
    label.certificate = office.devices.at("C").certificate;
    label.key_id = office.devices.at("C").key_id;
    const Stanza wrapped =
        insider.seal(label, {office.devices.at("C").epoch.public_key, std::nullopt});

    // Beside the envelope as it was signed: whichever place it claims.
    for (std::uint16_t place = 0; place < 4; ++place) {
        HandedStanza handed = TestOffice::handed(envelope).at(place % 3);
        handed.stanza = wrapped;
        const auto received = ReceivedEnvelope::parse(envelope.statement, signed_item, handed, {});
        CHECK(VerifiedEnvelope::verify(*received, office.signers()).error().code ==
              Errc::StanzaNotInRoot);
    }
    // Inside the envelope: then it is another one, which nobody signed.
    envelope.stanzas.push_back(wrapped);
    put_together(envelope);
    const auto received = ReceivedEnvelope::parse(envelope.statement, signed_item,
                                                  TestOffice::handed(envelope).back(), {});
    CHECK(VerifiedEnvelope::verify(*received, office.signers()).error().code == Errc::BatchPath);
}

// Fails if ctx is left out of the stanza's info (stanza_seal.cpp): then it opens, and only the
// commitments of this very envelope would still be looked at.
TEST_CASE("attack: sealed text and stanzas moved under another header open for nobody") {
    TestOffice office;
    SealedEnvelope envelope = *office.seal(office.everyone());
    auto statement = EnvelopeStatement::decode(envelope.statement).value();
    statement.header = to_bytes("a header of the thief");
    envelope.statement = statement.encode();
    envelope.hash = envelope_hash(envelope.statement);
    // He signs it himself, under his own certificate: the directory says his key.
    for (const char* name : {"A", "B", "auditor"}) {
        CHECK(outcome(office.open(name, envelope)) == Errc::HpkeOpen);
    }
}

// Unknown key share: M publishes A's epoch key as its own. What is sealed to M is then readable for
// A, who must not take it for mail to itself. Fails if open() does not compare the label's
// certificate with its own.
TEST_CASE("attack: mail sealed to a thief who registered my key is not mail to me") {
    TestOffice office;
    TestDevice thief = office.make_device();
    thief.epoch.public_key = office.devices.at("A").epoch.public_key;
    office.devices.insert_or_assign("B", std::move(thief));
    const SealedEnvelope envelope = *office.seal(office.everyone());
    std::vector<HandedStanza> handed = TestOffice::handed(envelope);
    HandedStanza for_thief;
    std::vector<HandedStanza> audit;
    for (const HandedStanza& each : handed) {
        if (each.stanza.label.certificate == office.devices.at("B").certificate) for_thief = each;
        if (each.stanza.label.type == StanzaType::Audit) audit.push_back(each);
    }
    auto received =
        ReceivedEnvelope::parse(envelope.statement, office.sign(envelope), for_thief, audit);
    auto verified = VerifiedEnvelope::verify(*std::move(received), office.signers());
    REQUIRE(verified.has_value());
    CHECK(outcome(OpenedMessage::open(*std::move(verified), office.keys_of("A"),
                                      office.auditor_keys())) == Errc::HpkeOpen);
}

// Fails if verify() does not compare the home of B with its own.
TEST_CASE("attack: an envelope signed for one centre is none at another") {
    TestOffice office;
    const SealedEnvelope envelope = *office.seal(office.everyone());
    Signers elsewhere = office.signers();
    elsewhere.home = random_value<Home>(office.random);
    auto received = office.received_by("A", envelope);
    CHECK(VerifiedEnvelope::verify(*std::move(received), elsewhere).error().code ==
          Errc::WrongHome);
}

}  // namespace chapar::testing
