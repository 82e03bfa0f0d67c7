#include <doctest/doctest.h>

#include "crypto/aead.h"
#include "crypto/hpke.h"
#include "crypto/psk.h"
#include "support/fake_random.h"

namespace chapar::testing {

using namespace crypto;

namespace {

struct Exchange {
    FakeRandom random{7};
    KeyPair recipient = generate_key_pair(random);
    Secret32 ephemeral = Secret32::random(random);
    Secret32 psk = Secret32::random(random);

    [[nodiscard]] HpkeParameters with_psk(std::string_view id) const {
        return {
            .mode = HpkeMode::Psk, .info = view("info"), .psk = psk.expose(), .psk_id = view(id)};
    }
    [[nodiscard]] Result<HpkeSealed> seal(const HpkeParameters& parameters) const {
        return hpke_seal(recipient.public_key, parameters, view("aad"), view("text"),
                         ephemeral.expose());
    }
};

constexpr std::string_view kInfo = "info";

}  // namespace

// Fails if info, additional data or the recipient is left out of what HPKE computes.
TEST_CASE("what was sealed opens, and with nothing changed") {
    const Exchange e;
    const HpkeParameters base{.info = view(kInfo)};
    const auto sealed = e.seal(base);
    REQUIRE(sealed.has_value());
    const auto open = [&](const PublicKey& enc, std::string_view info, std::string_view aad,
                          ByteView ct) {
        return hpke_open(e.recipient.secret, enc, {.info = view(info)}, view(aad), ct).has_value();
    };
    CHECK(open(sealed->enc, "info", "aad", sealed->ciphertext));
    CHECK_FALSE(open(sealed->enc, "infO", "aad", sealed->ciphertext));
    CHECK_FALSE(open(sealed->enc, "info", "aaD", sealed->ciphertext));
    CHECK_FALSE(open(e.recipient.public_key, "info", "aad", sealed->ciphertext));
    CHECK_FALSE(open(sealed->enc, "info", "aad", ByteView(sealed->ciphertext).first(10)));
    CHECK_FALSE(open(PublicKey{}, "info", "aad", sealed->ciphertext));
}

// Fails if the psk or its id is left out of the key schedule.
TEST_CASE("a psk can neither be stripped, added, nor exchanged") {
    const Exchange e;
    const HpkeParameters base{.info = view(kInfo)};
    const auto plain = e.seal(base);
    const auto secured = e.seal(e.with_psk("17"));
    REQUIRE(plain.has_value());
    REQUIRE(secured.has_value());
    const auto open = [&](const HpkeSealed& sealed, const HpkeParameters& parameters) {
        return hpke_open(e.recipient.secret, sealed.enc, parameters, view("aad"), sealed.ciphertext)
            .has_value();
    };
    CHECK(open(*secured, e.with_psk("17")));
    CHECK_FALSE(open(*secured, base));
    CHECK_FALSE(open(*plain, e.with_psk("17")));
    CHECK_FALSE(open(*secured, e.with_psk("18")));
}

// Fails if HpkeContext::create() does not compare the two.
TEST_CASE("a mode that contradicts the psk is refused") {
    const Exchange e;
    HpkeParameters parameters = e.with_psk("17");
    parameters.mode = HpkeMode::Base;
    CHECK(e.seal(parameters).error().code == Errc::ModeRefused);
    parameters = {.mode = HpkeMode::Psk, .info = view(kInfo)};
    CHECK(e.seal(parameters).error().code == Errc::ModeRefused);
    parameters = e.with_psk("");
    CHECK(e.seal(parameters).error().code == Errc::ModeRefused);
}

// Fails if the result of X25519 is not looked at.
TEST_CASE("nothing is sealed to a key of low order") {
    const Exchange e;
    const auto sealed =
        hpke_seal(PublicKey{}, {.info = view(kInfo)}, {}, view("text"), e.ephemeral.expose());
    REQUIRE_FALSE(sealed.has_value());
    CHECK(sealed.error().code == Errc::KeyInvalid);
}

TEST_CASE("each month has a psk of its own") {
    const Exchange e;
    const Secret32 november = next_psk(e.psk, PskId((17ULL << 32) | 202611));
    const Secret32 december = next_psk(e.psk, PskId((17ULL << 32) | 202612));
    CHECK_FALSE(equal(november.expose(), december.expose()));
    CHECK_FALSE(equal(november.expose(), e.psk.expose()));
}

// Fails if nobody looks at the verdict of the library.
TEST_CASE("an AEAD text opens with its own key, nonce and additional data only") {
    FakeRandom random(9);
    const Secret32 key = Secret32::random(random);
    const auto nonce = random_value<WideNonce>(random);
    const Bytes sealed = xchacha_seal(key, nonce, view("aad"), view("text"));
    CHECK(xchacha_open(key, nonce, view("aad"), sealed).has_value());
    CHECK_FALSE(xchacha_open(key, nonce, view("aaD"), sealed).has_value());
    CHECK_FALSE(xchacha_open(key, WideNonce{}, view("aad"), sealed).has_value());
    CHECK_FALSE(xchacha_open(Secret32(), nonce, view("aad"), sealed).has_value());
    CHECK_FALSE(xchacha_open(key, nonce, view("aad"), ByteView(sealed).first(15)).has_value());
}

}  // namespace chapar::testing
