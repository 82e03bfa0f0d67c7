#include <doctest/doctest.h>

#include "crypto/hpke.h"
#include "crypto/hpke_context.h"
#include "unit/crypto/shake128.h"
#include "unit/crypto/vector_file.h"

namespace chapar::testing {
namespace {

using namespace crypto;

const std::string kVectors = "hpke/rfc9180-x25519-sha256-chacha20.json";
const std::string kAccumulated = "hpke/rfc9180-base-accumulated.json";

struct HpkeVector {
    HpkeMode mode;
    Bytes info, psk, psk_id;
    Secret32 recipient;
    PublicKey recipient_public, enc;
    Bytes ephemeral_key_material;

    explicit HpkeVector(const boost::json::value& v)
        : mode(static_cast<HpkeMode>(v.at("mode").as_int64())),
          info(hex_at(v, "info")),
          recipient(Secret32::from(hex_at(v, "skRm")).value()),
          recipient_public(fixed_at<PublicKey>(v, "pkRm")),
          enc(fixed_at<PublicKey>(v, "enc")),
          ephemeral_key_material(hex_at(v, "ikmE")) {
        if (v.as_object().contains("psk")) {
            psk = hex_at(v, "psk");
            psk_id = hex_at(v, "psk_id");
        }
    }
    [[nodiscard]] HpkeParameters parameters() const {
        return {.mode = mode, .info = info, .psk = psk, .psk_id = psk_id};
    }
    [[nodiscard]] Result<HpkeContext> context() const {
        const Secret32 dh = CHAPAR_TRY(x25519(recipient, enc));
        return HpkeContext::create(kem_shared_secret(dh, enc, recipient_public), parameters());
    }
};

void check_schedule(const HpkeVector& v, const boost::json::value& json) {
    const KeyPair ephemeral = derive_key_pair(v.ephemeral_key_material);
    CHECK(ephemeral.public_key == v.enc);
    CHECK(equal(ephemeral.secret.expose(), hex_at(json, "skEm")));
    CHECK(equal(derive_key_pair(hex_at(json, "ikmR")).secret.expose(), v.recipient.expose()));
    const Result<Secret32> dh = x25519(ephemeral.secret, v.recipient_public);
    REQUIRE(dh.has_value());
    CHECK(equal(kem_shared_secret(*dh, v.enc, v.recipient_public).expose(),
                hex_at(json, "shared_secret")));
    const Result<HpkeContext> context = v.context();
    REQUIRE(context.has_value());
    CHECK(equal(context->key().expose(), hex_at(json, "key")));
    CHECK(equal(context->base_nonce().view(), hex_at(json, "base_nonce")));
    count_case(kVectors);
}

void check_encryptions(const HpkeVector& v, const boost::json::value& json) {
    Result<HpkeContext> sender = v.context();
    Result<HpkeContext> receiver = v.context();
    std::int64_t sequence = 0;
    for (const auto& e : json.at("encryptions").as_array()) {
        for (; sequence < e.at("seq").as_int64(); ++sequence) {
            const Bytes skipped = sender->seal({}, {});
            REQUIRE(receiver->open({}, skipped).has_value());
        }
        ++sequence;
        const Bytes ct = hex_at(e, "ct");
        CHECK(sender->seal(hex_at(e, "aad"), hex_at(e, "pt")) == ct);
        const auto opened = receiver->open(hex_at(e, "aad"), ct);
        REQUIRE(opened.has_value());
        CHECK(equal(opened->expose(), hex_at(e, "pt")));
        count_case(kVectors);
    }
}

void check_single_shot(const HpkeVector& v, const boost::json::value& json) {
    const auto& first = json.at("encryptions").as_array().at(0);
    const auto sealed = hpke_seal(v.recipient_public, v.parameters(), hex_at(first, "aad"),
                                  hex_at(first, "pt"), v.ephemeral_key_material);
    REQUIRE(sealed.has_value());
    CHECK(sealed->enc == v.enc);
    CHECK(sealed->ciphertext == hex_at(first, "ct"));
    const auto opened =
        hpke_open(v.recipient, v.enc, v.parameters(), hex_at(first, "aad"), hex_at(first, "ct"));
    REQUIRE(opened.has_value());
    CHECK(equal(opened->expose(), hex_at(first, "pt")));
}

void check_exports(const HpkeVector& v, const boost::json::value& json) {
    for (const auto& e : json.at("exports").as_array()) {
        SecretBuffer out(static_cast<std::size_t>(e.at("L").as_int64()));
        const Result<HpkeContext> context = v.context();
        REQUIRE(context->export_secret(hex_at(e, "exporter_context"), out.expose_mutable()));
        CHECK(equal(out.expose(), hex_at(e, "exported_value")));
        count_case(kVectors);
    }
}

void check_refused(const HpkeVector& v, const boost::json::value& json) {
    const auto& first = json.at("encryptions").as_array().at(0);
    const auto sealed = hpke_seal(v.recipient_public, v.parameters(), hex_at(first, "aad"),
                                  hex_at(first, "pt"), v.ephemeral_key_material);
    REQUIRE_FALSE(sealed.has_value());
    CHECK(sealed.error().code == Errc::ModeRefused);
    const auto opened =
        hpke_open(v.recipient, v.enc, v.parameters(), hex_at(first, "aad"), hex_at(first, "ct"));
    REQUIRE_FALSE(opened.has_value());
    CHECK(opened.error().code == Errc::ModeRefused);
    CHECK_FALSE(v.context().has_value());
    count_case(kVectors);
}

Bytes draw(Shake128& source) {
    const Bytes length = source.read(1);
    return source.read(static_cast<std::size_t>(length.front()));
}

}  // namespace

// Fails if a mode with a sender key is let in, or if mode, psk, its id or the info is left out.
TEST_CASE("HPKE computes RFC 9180's modes base and psk and refuses auth and auth_psk") {
    const boost::json::value file = load_vectors(kVectors);
    for (const auto& json : file.as_array()) {
        const HpkeVector v(json);
        CAPTURE(static_cast<int>(v.mode));
        if (v.mode == HpkeMode::Auth || v.mode == HpkeMode::AuthPsk) {
            check_refused(v, json);
            continue;
        }
        check_schedule(v, json);
        check_encryptions(v, json);
        check_single_shot(v, json);
        check_exports(v, json);
    }
}

// Fails if the nonce does not move on.
TEST_CASE("HPKE's first thousand encryptions have the published digest") {
    const boost::json::value file = load_vectors(kAccumulated);
    for (const auto& json : file.as_array()) {
        Result<HpkeContext> context = HpkeVector(json).context();
        REQUIRE(context.has_value());
        Shake128 source;
        Shake128 sink;
        for (int i = 0; i < 1000; ++i) {
            const Bytes aad = draw(source);
            const Bytes text = draw(source);
            sink.write(context->seal(aad, text));
        }
        CHECK(sink.read(16) == hex_at(json, "encryptions_accumulated"));
        count_case(kAccumulated);
    }
}

TEST_CASE("HPKE's first thousand exports have the published digest") {
    const boost::json::value file = load_vectors(kAccumulated);
    for (const auto& json : file.as_array()) {
        const Result<HpkeContext> context = HpkeVector(json).context();
        REQUIRE(context.has_value());
        Shake128 source;
        Shake128 sink;
        for (std::size_t length = 0; length < 1000; ++length) {
            SecretBuffer out(length);
            REQUIRE(context->export_secret(draw(source), out.expose_mutable()));
            sink.write(out.expose());
        }
        CHECK(sink.read(16) == hex_at(json, "exports_accumulated"));
        count_case(kAccumulated);
    }
}

}  // namespace chapar::testing
