// Keys and what is derived from them: one purpose each, no second way to use them.
#include <doctest/doctest.h>

#include <ostream>
#include <set>
#include <type_traits>

#include "crypto/hpke.h"
#include "crypto/stream.h"
#include "unit/crypto/attack_support.h"

namespace chapar::testing {

using namespace crypto;

namespace {

template <typename T>
concept Printable = requires(std::ostream& out, const T& value) {
    out << value;
};
template <typename T>
concept Comparable = requires(const T& a, const T& b) {
    a == b;
};

}  // namespace

// A signer that takes a public key beside the secret one can be made to sign under the wrong one,
// which gives the secret away. Fails to compile if such a constructor comes back.
TEST_CASE("attack: nobody can sign with a public key that is not the secret's own") {
    static_assert(!std::is_constructible_v<SigningKey, Secret32, SigningPublicKey>);
    static_assert(!std::is_constructible_v<SigningKey, SigningPublicKey, Secret32>);
    static_assert(!std::is_default_constructible_v<VerifyingKey>);
    FakeRandom random(3);
    const SigningKey key = SigningKey::generate(random);
    const Bytes text = to_bytes("text");
    CHECK(key.verifying_key().verify(Label::Hello, text, key.sign(Label::Hello, text)));
}

// Each state is made only from the one before: a text that was not verified cannot be shown. Fails
// to compile if a constructor becomes public.
TEST_CASE("attack: no program can open what it has not verified") {
    static_assert(!std::is_default_constructible_v<ReceivedEnvelope>);
    static_assert(!std::is_default_constructible_v<VerifiedEnvelope>);
    static_assert(!std::is_default_constructible_v<OpenedMessage>);
    static_assert(!std::is_constructible_v<VerifiedEnvelope, ReceivedEnvelope, Hash>);
    static_assert(!std::is_constructible_v<OpenedMessage, VerifiedEnvelope>);
    static_assert(!Printable<Secret32> && !Comparable<Secret32>);
    static_assert(!std::is_copy_constructible_v<Secret32>);
    CHECK(true);
}

// Fails if two of the strings "chapar/1 stream", "key", "commit" become one, or the number of the
// stream is left out.
TEST_CASE("attack: no secret of an envelope is another one of it") {
    FakeRandom random(4);
    const Secret32 prk = Secret32::random(random);
    std::set<Bytes> values{to_bytes(prk.expose())};
    for (std::uint16_t j = 0; j < limits::kStreams; ++j) {
        const StreamKeys keys = derive_stream_keys(prk, j);
        values.insert(to_bytes(keys.secret.expose()));
        values.insert(to_bytes(keys.key.expose()));
        values.insert(to_bytes(keys.commitment.view()));
    }
    CHECK(values.size() == 1 + 3 * limits::kStreams);
}

// A machine set back to an earlier state draws the same "random" numbers again: for another text
// nothing may come out twice, or two texts share a key and a nonce. Fails if the hash of stream 0
// is left out of the message key (seal.cpp).
TEST_CASE("attack: two machines from one snapshot never use one key for two texts") {
    TestOffice first(77), second(77);
    second.stream0 = to_bytes("the text that the second machine sends instead");
    const SealedEnvelope a = *first.seal(first.everyone());
    const SealedEnvelope b = *second.seal(second.everyone());
    CHECK(a.context == b.context);
    for (std::size_t j = 0; j < a.stream_secrets.size(); ++j) {
        CHECK(a.commitments[j].commitment != b.commitments[j].commitment);
        CHECK(a.commitments[j].root != b.commitments[j].root);
    }
    for (std::size_t i = 0; i < a.stanzas.size(); ++i) CHECK(a.stanzas[i].enc != b.stanzas[i].enc);
    // And for the same text it is the same envelope: nothing is encrypted twice with a difference.
    TestOffice third(77);
    CHECK(third.seal(third.everyone())->statement == a.statement);
}

// Whatever is wrong with a seal, opening it says one thing. Fails if hpke_open() tells a bad point
// from a bad tag.
TEST_CASE("attack: a seal that does not open gives no reason") {
    TestOffice office;
    const SealedEnvelope honest = *office.seal(office.everyone());
    const auto spoiled = [&](auto spoil) {
        SealedEnvelope forged = *office.seal(office.everyone());
        for (Stanza& stanza : forged.stanzas) {
            if (stanza.label.certificate == office.devices.at("A").certificate) spoil(stanza);
        }
        put_together(forged);
        const auto opened = office.open("A", forged);
        REQUIRE_FALSE(opened.has_value());
        CHECK(opened.error().context.empty());
        return opened.error().code;
    };
    CHECK(spoiled([](Stanza& s) { s.ciphertext.front() ^= std::byte{1}; }) == Errc::HpkeOpen);
    CHECK(spoiled([](Stanza& s) { s.ciphertext.back() ^= std::byte{1}; }) == Errc::HpkeOpen);
    CHECK(spoiled([](Stanza& s) { s.enc = {}; }) == Errc::HpkeOpen);
    CHECK(spoiled([](Stanza& s) { s.enc.bytes[0] ^= std::byte{1}; }) == Errc::HpkeOpen);
    CHECK(spoiled([](Stanza& s) { s.enc.bytes.fill(std::byte{0xff}); }) == Errc::HpkeOpen);
}

}  // namespace chapar::testing
