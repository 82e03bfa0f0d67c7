#include <doctest/doctest.h>

#include "crypto/aead.h"
#include "crypto/stream.h"
#include "unit/crypto/vector_file.h"

namespace chapar::testing {
namespace {

using namespace crypto;

Bytes seal_any(const Secret32& key, const Nonce& nonce, ByteView aad, ByteView text) {
    return chacha_seal(key, nonce, aad, text);
}
Bytes seal_any(const Secret32& key, const WideNonce& nonce, ByteView aad, ByteView text) {
    return xchacha_seal(key, nonce, aad, text);
}
Result<SecretBuffer> open_any(const Secret32& key, const Nonce& nonce, ByteView aad, ByteView c) {
    return chacha_open(key, nonce, aad, c);
}
Result<SecretBuffer> open_any(const Secret32& key, const WideNonce& nonce, ByteView aad,
                              ByteView c) {
    return xchacha_open(key, nonce, aad, c);
}

template <typename NonceType>
void run_case(const boost::json::value& test) {
    CAPTURE(test.at("tcId").as_int64());
    const bool valid = text_at(test, "result") == "valid";
    const auto nonce = NonceType::from(hex_at(test, "iv"));
    if (!nonce) {
        CHECK_FALSE(valid);
        return;
    }
    const Secret32 key = Secret32::from(hex_at(test, "key")).value();
    const Bytes aad = hex_at(test, "aad");
    const Bytes text = hex_at(test, "msg");
    Bytes sealed = hex_at(test, "ct");
    append(sealed, hex_at(test, "tag"));
    const Result<SecretBuffer> opened = open_any(key, *nonce, aad, sealed);
    CHECK(opened.has_value() == valid);
    if (!valid) return;
    CHECK(equal(opened->expose(), text));
    CHECK(seal_any(key, *nonce, aad, text) == sealed);
}

template <typename NonceType>
void run_file(const std::string& name) {
    const boost::json::value file = load_vectors(name);
    for (const auto& group : file.at("testGroups").as_array()) {
        for (const auto& test : group.at("tests").as_array()) {
            run_case<NonceType>(test);
            count_case(name);
        }
    }
}

}  // namespace

// Fails if the additional data is left out.
TEST_CASE("ChaCha20-Poly1305 seals and opens as Wycheproof says") {
    run_file<Nonce>("wycheproof/chacha20_poly1305_test.json");
}

// Fails if nobody looks at the tag (the self-test says it first).
TEST_CASE("XChaCha20-Poly1305 seals and opens as Wycheproof says") {
    run_file<WideNonce>("wycheproof/xchacha20_poly1305_test.json");
}

// Fails only if the cipher changes: the rule that it asks for is shown by `two_keys` of
// vectors_envelope_negative.
TEST_CASE("one ciphertext opens under two keys, which is why commitments are checked first") {
    const std::string name = "aead/chacha20poly1305-two-keys.json";
    const boost::json::value file = load_vectors(name);
    const Bytes sealed = hex_at(file, "ct_and_tag");
    // The nonce of the file is that of a stream's only chunk.
    for (const char* n : {"1", "2"}) {
        const Secret32 key = Secret32::from(hex_at(file, std::string("key") + n)).value();
        const auto opened = open_chunk(key, 0, ChunkPosition::Last, sealed);
        REQUIRE(opened.has_value());
        CHECK(equal(opened->expose(), hex_at(file, std::string("pt") + n)));
    }
    count_case(name);
}

}  // namespace chapar::testing
