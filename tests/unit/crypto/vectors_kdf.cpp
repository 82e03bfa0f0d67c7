#include <doctest/doctest.h>

#include "crypto/hkdf.h"
#include "crypto/x25519.h"
#include "unit/crypto/vector_file.h"

namespace chapar::testing {
namespace {

using namespace crypto;

bool has_flag(const boost::json::value& test, std::string_view flag) {
    for (const auto& each : test.at("flags").as_array()) {
        if (std::string_view(each.as_string().data(), each.as_string().size()) == flag) return true;
    }
    return false;
}

}  // namespace

// Fails if blocks are not chained, or if more than 255 of them may be asked for.
TEST_CASE("HKDF-SHA256 derives as Wycheproof says") {
    const std::string name = "wycheproof/hkdf_sha256_test.json";
    const boost::json::value file = load_vectors(name);
    for (const auto& group : file.at("testGroups").as_array()) {
        for (const auto& test : group.at("tests").as_array()) {
            CAPTURE(test.at("tcId").as_int64());
            SecretBuffer okm(static_cast<std::size_t>(test.at("size").as_int64()));
            const Secret32 prk = hkdf_extract(hex_at(test, "salt"), {hex_at(test, "ikm")});
            const Status expanded =
                hkdf_expand(prk.expose(), {hex_at(test, "info")}, okm.expose_mutable());
            const bool valid = text_at(test, "result") == "valid";
            CHECK(expanded.has_value() == valid);
            if (valid) CHECK(equal(okm.expose(), hex_at(test, "okm")));
            count_case(name);
        }
    }
}

TEST_CASE("HMAC-SHA256 authenticates as Wycheproof says") {
    const std::string name = "wycheproof/hmac_sha256_test.json";
    const boost::json::value file = load_vectors(name);
    for (const auto& group : file.at("testGroups").as_array()) {
        for (const auto& test : group.at("tests").as_array()) {
            CAPTURE(test.at("tcId").as_int64());
            const Secret32 tag = hmac_sha256(hex_at(test, "key"), {hex_at(test, "msg")});
            const Bytes expected = hex_at(test, "tag");
            const bool same = equal_in_constant_time(tag.expose().first(expected.size()), expected);
            CHECK(same == (text_at(test, "result") == "valid"));
            count_case(name);
        }
    }
}

// Fails if the result of X25519 is not looked at: 31 of these are all zero.
TEST_CASE("X25519 computes as Wycheproof says and refuses the all-zero secret") {
    const std::string name = "wycheproof/x25519_test.json";
    const boost::json::value file = load_vectors(name);
    int refused = 0;
    for (const auto& group : file.at("testGroups").as_array()) {
        for (const auto& test : group.at("tests").as_array()) {
            CAPTURE(test.at("tcId").as_int64());
            const Secret32 secret = Secret32::from(hex_at(test, "private")).value();
            const Result<Secret32> shared = x25519(secret, fixed_at<PublicKey>(test, "public"));
            const bool zero = has_flag(test, "ZeroSharedSecret");
            CHECK(shared.has_value() == !zero);
            if (shared) CHECK(equal(shared->expose(), hex_at(test, "shared")));
            refused += shared ? 0 : 1;
            count_case(name);
        }
    }
    CHECK(refused == 31);
}

}  // namespace chapar::testing
