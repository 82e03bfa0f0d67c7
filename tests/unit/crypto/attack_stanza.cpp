// Mislabelled and sham stanzas, and the guessing of recipients that stay hidden.
#include <doctest/doctest.h>

#include <set>

#include "crypto/hpke.h"
#include "unit/crypto/attack_support.h"

namespace chapar::testing {

using namespace crypto;
using namespace std::string_view_literals;

namespace {

// Every way to say something else about the same seal.
std::vector<StanzaLabel> mislabelled(const StanzaLabel& honest) {
    std::vector<StanzaLabel> out(5, honest);
    out[0].type = StanzaType::Visible;
    out[1].key_id = KeyId(honest.key_id.value + 1);
    out[2].got = honest.got + 1;
    out[3].psk_id = PskId((std::uint64_t{1} << 32) | 202611);
    out[4].blind.bytes[0] ^= std::byte{1};
    return out;
}

Stanza& stanza_of(SealedEnvelope& envelope, const TestOffice& office, const std::string& name) {
    return *std::ranges::find_if(envelope.stanzas, [&](const Stanza& stanza) {
        return stanza.label.certificate == office.devices.at(name).certificate;
    });
}

}  // namespace

// Fails if verify() does not look for the own stanza in SR.
TEST_CASE("attack: a broker that hands out a stanza under another label is found out") {
    TestOffice office;
    const SealedEnvelope honest = *office.seal(office.everyone());
    for (HandedStanza handed : TestOffice::handed(honest)) {
        const StanzaLabel label = handed.stanza.label;
        if (label.type != StanzaType::Device) continue;
        for (const StanzaLabel& other : mislabelled(label)) {
            handed.stanza.label = other;
            const auto received =
                ReceivedEnvelope::parse(honest.statement, office.sign(honest), handed, {});
            CHECK(VerifiedEnvelope::verify(*received, office.signers()).error().code ==
                  Errc::StanzaNotInRoot);
        }
    }
}

// Fails if the label is left out of the stanza's info: the broker would govern by one label, and
// the recipient read by another.
TEST_CASE("attack: a sender that commits to another label than it sealed under reaches nobody") {
    TestOffice office;
    const SealedEnvelope honest = *office.seal(office.everyone());
    for (std::size_t i = 0; i < 5; ++i) {
        if (i == 1) continue;  // another key id is another key: nothing to open with
        SealedEnvelope forged = *office.seal(office.everyone());
        Stanza& stanza = stanza_of(forged, office, "A");
        stanza.label = mislabelled(stanza.label).at(i);
        put_together(forged);
        CHECK(outcome(office.open("A", forged)) == Errc::HpkeOpen);
        CHECK(outcome(office.open("B", forged)) == kOpened);
    }
}

// Fails if open_stanza() lets the psk at hand decide the mode: who needs no courier's key for the
// label that asks for one has stripped it.
TEST_CASE("attack: a stanza whose label names a psk does not open without it") {
    TestOffice office;
    SealedEnvelope forged = *office.seal(office.everyone());
    const Insider insider = Insider::open(office, "A", forged);
    Stanza& stanza = stanza_of(forged, office, "A");
    stanza.label.psk_id = PskId((std::uint64_t{1} << 32) | 202611);
    const Bytes label = stanza.label.encode();
    Bytes info = to_bytes("chapar/1 stanza\0"sv);
    append(info, insider.context.view());
    append(info, label);
    const Secret32 ephemeral =
        hkdf_expand32(insider.prk.expose(), {view("chapar/1 eph\0"sv), label});
    HpkeSealed sealed =
        *hpke_seal(office.devices.at("A").epoch.public_key, {.mode = HpkeMode::Base, .info = info},
                   insider.commits.view(), insider.message_key.expose(), ephemeral.expose());
    stanza.enc = sealed.enc;
    stanza.ciphertext = std::move(sealed.ciphertext);
    put_together(forged);
    CHECK(outcome(office.open("A", forged)) == Errc::HpkeOpen);
    CHECK(outcome(office.open("B", forged)) == kOpened);
}

// Fails if open() does not recompute the AUDIT stanzas.
TEST_CASE("attack: a sham copy to the auditor is seen by every recipient") {
    TestOffice office;
    SealedEnvelope forged = *office.seal(office.everyone());
    Stanza& sham = stanza_of(forged, office, "auditor");
    office.random.fill(sham.ciphertext);
    put_together(forged);
    for (const char* name : {"A", "B"}) {
        CHECK(outcome(office.open(name, forged)) == Errc::AuditStanza);
    }
    // The inner half alone is as bad: one custodian could open nothing.
    SealedEnvelope inner = *office.seal(office.everyone());
    const Insider insider = Insider::open(office, "A", inner);
    Stanza& half = stanza_of(inner, office, "auditor");
    half = insider.seal(half.label, {office.devices.at("auditor").epoch.public_key,
                                     office.devices.at("A").epoch.public_key});
    put_together(inner);
    CHECK(outcome(office.open("B", inner)) == Errc::AuditStanza);
}

// A sender that lets one recipient read, with an ephemeral key of its own choice, could later deny
// or tell recipients apart. Fails if open() does not recompute the own stanza.
TEST_CASE("attack: a stanza whose ephemeral key does not follow from its label is refused") {
    TestOffice office;
    SealedEnvelope forged = *office.seal(office.everyone());
    const Insider insider = Insider::open(office, "A", forged);
    Stanza& stanza = stanza_of(forged, office, "A");
    const Secret32 other_prk = Secret32::random(office.random);
    stanza = *seal_stanza({insider.context, insider.commits, other_prk, insider.message_key},
                          stanza.label, {office.devices.at("A").epoch.public_key, std::nullopt},
                          std::nullopt);
    put_together(forged);
    CHECK(outcome(office.open("A", forged)) == Errc::OwnStanza);
}

// An agency sees the stanzas of the others as bare values. It knows every certificate, key id and
// seal of the world: without the blind no guess can be confirmed. Fails if seal() leaves the blind
// at zero.
TEST_CASE("attack: hidden recipients cannot be guessed from what others are shown") {
    TestOffice office;
    const SealedEnvelope envelope = *office.seal(office.everyone());
    for (const Stanza& stanza : envelope.stanzas) {
        CHECK_FALSE(stanza.label.blind.is_zero());
        StanzaDigest guess = digest_of(stanza);
        const Hash shown = stanza_leaf_hash(guess);
        guess.label.blind = {};
        CHECK(stanza_leaf_hash(guess) != shown);
    }
    // Nor are two envelopes to the same people alike anywhere.
    const SealedEnvelope again = *office.seal(office.everyone());
    std::set<Bytes> seen;
    for (const SealedEnvelope* each : {&envelope, &again}) {
        for (const Stanza& stanza : each->stanzas) {
            seen.insert(to_bytes(stanza.label.blind.view()));
            seen.insert(to_bytes(stanza.enc.view()));
            seen.insert(to_bytes(stanza_leaf_hash(digest_of(stanza)).view()));
        }
    }
    CHECK(seen.size() == 3 * 6);
}

// The same for the offices behind an approval: E alone does not tell them. Fails if the blind is
// left out of the audience hash.
TEST_CASE("attack: the offices of an audience cannot be guessed from its hash") {
    TestOffice office;
    const std::set<OfficeId> offices{TestOffice::office("TJ-BLO"), TestOffice::office("AF-BLO")};
    AudienceBlind other = office.blind;
    other.bytes[15] ^= std::byte{1};
    CHECK(audience_hash(office.blind, offices) != audience_hash(other, offices));
}

// Fails if ids are joined without their lengths: TH gives each its own.
TEST_CASE("attack: an approval for one audience is none for another that reads alike") {
    TestOffice office;
    const auto of = [&](std::set<OfficeId> offices) {
        return audience_hash(office.blind, offices);
    };
    CHECK(of({TestOffice::office("AB-C"), TestOffice::office("D-EF")}) !=
          of({TestOffice::office("AB-CD"), TestOffice::office("EF")}));
    CHECK(of({TestOffice::office("AB-C")}) !=
          of({TestOffice::office("AB-C"), TestOffice::office("AB-D")}));
}

// Fails if check_approval() leaves out ctx, audience or home.
TEST_CASE("attack: an approval moved to another text, audience or centre does not verify") {
    TestOffice office;
    const VerifyingKey key = office.approver.verifying_key();
    const Hash context = context_hash(office.header);
    Approval approval = office.approvals().front();
    REQUIRE(check_approval(office.seen.home, context, approval, key));
    CHECK_FALSE(check_approval(office.seen.home, context_hash(to_bytes("other")), approval, key));
    CHECK_FALSE(check_approval(random_value<Home>(office.random), context, approval, key));
    approval.audience.bytes[0] ^= std::byte{1};
    CHECK_FALSE(check_approval(office.seen.home, context, approval, key));
}

}  // namespace chapar::testing
