#include <doctest/doctest.h>

#include "crypto/sign.h"
#include "unit/crypto/vector_file.h"

namespace chapar::testing {
namespace {

using namespace crypto;

// The pinned rule, from hostile bytes: lengths, point, signature.
bool accepts(ByteView key, ByteView message, ByteView signature) {
    const auto key_bytes = SigningPublicKey::from(key);
    const auto signature_bytes = Signature::from(signature);
    if (!key_bytes || !signature_bytes) return false;
    const Result<VerifyingKey> checked = VerifyingKey::create(*key_bytes);
    return checked && RawEd25519::verify(*checked, message, *signature_bytes).has_value();
}

}  // namespace

// Fails if nobody looks at the verdict of the library.
TEST_CASE("Ed25519 verifies as Wycheproof says") {
    const std::string name = "wycheproof/ed25519_test.json";
    const boost::json::value file = load_vectors(name);
    for (const auto& group : file.at("testGroups").as_array()) {
        const Bytes key = hex_at(group.at("publicKey"), "pk");
        for (const auto& test : group.at("tests").as_array()) {
            CAPTURE(test.at("tcId").as_int64());
            const bool valid = text_at(test, "result") == "valid";
            CHECK(accepts(key, hex_at(test, "msg"), hex_at(test, "sig")) == valid);
            count_case(name);
        }
    }
}

// Fails if VerifyingKey::create() takes keys outside the main subgroup.
TEST_CASE("the edge signatures of speccheck are all refused") {
    const std::string name = "ed25519/speccheck.json";
    const boost::json::value file = load_vectors(name);
    for (const auto& test : file.as_array()) {
        CAPTURE(test.at("index").as_int64());
        const auto key = fixed_at<SigningPublicKey>(test, "pub_key");
        CHECK(VerifyingKey::create(key).has_value() == test.at("pk_in_main_subgroup").as_bool());
        CHECK(accepts(key.view(), hex_at(test, "message"), hex_at(test, "signature")) ==
              test.at("product_must_accept").as_bool());
        count_case(name);
    }
}

// Fails if VerifyingKey::create() takes any point: 43 are accepted.
TEST_CASE("of the 914 edge signatures of CCTV only the unflagged one is accepted") {
    const std::string name = "ed25519/cctv-ed25519vectors.json";
    const boost::json::value file = load_vectors(name);
    int accepted = 0;
    for (const auto& test : file.as_array()) {
        CAPTURE(test.at("number").as_int64());
        const boost::json::value& flags = test.at("flags");
        const bool flagged = flags.is_array() && !flags.as_array().empty();
        const std::string message = text_at(test, "msg");
        const bool accept = accepts(hex_at(test, "key"), view(message), hex_at(test, "sig"));
        CHECK(accept == !flagged);
        accepted += accept ? 1 : 0;
        count_case(name);
    }
    CHECK(accepted == 1);
}

// Fails if VerifyingKey::create() takes any 32 bytes.
TEST_CASE("a public key is admitted only if it is a point of the main subgroup") {
    const std::string name = "ed25519/public-key-points.json";
    const boost::json::value file = load_vectors(name);
    for (const auto& test : file.as_array()) {
        const auto key = VerifyingKey::create(fixed_at<SigningPublicKey>(test, "point"));
        CHECK(key.has_value() == test.at("valid").as_bool());
        if (!key) CHECK(key.error().code == Errc::KeyInvalid);
        count_case(name);
    }
}

}  // namespace chapar::testing
