#include "crypto/self_test.h"

#include <sodium.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "crypto/aead.h"
#include "crypto/arena.h"
#include "crypto/checksum.h"
#include "crypto/hkdf.h"
#include "crypto/hpke.h"
#include "crypto/sha256.h"
#include "crypto/sign.h"
#include "crypto/x25519.h"
#include "schemas/base/hex.h"

namespace chapar::crypto {
namespace {

Bytes hex(std::string_view text) {
    std::optional<Bytes> bytes = from_hex(text);
    CHAPAR_ASSERT(bytes.has_value());
    return *std::move(bytes);
}

Secret32 secret(std::string_view text) { return *Secret32::from(hex(text)); }

Status expect(bool holds, const char* primitive) {
    if (!holds) return Error(Errc::SelfTest, primitive);
    return Done{};
}

// FIPS 180-4, "abc".
Status test_sha256() {
    return expect(equal(sha256(view("abc")).view(),
                        hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
                  "sha256");
}

// RFC 5869, test case 1.
Status test_hkdf() {
    const Secret32 prk = hkdf_extract(hex("000102030405060708090a0b0c"),
                                      {hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b")});
    SecretBytes<42> okm;
    CHAPAR_TRY(hkdf_expand(prk.expose(), {hex("f0f1f2f3f4f5f6f7f8f9")}, okm.expose_mutable()));
    return expect(equal(okm.expose(), hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56"
                                          "ecc4c5bf34007208d5b887185865")),
                  "hkdf");
}

// RFC 8032, 7.1, test 1; and a changed message.
Status test_ed25519() {
    const SigningKey key = SigningKey::from_seed(
        secret("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
    CHAPAR_TRY(
        expect(equal(key.public_key().view(),
                     hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")),
               "ed25519 key"));
    const Signature signature = RawEd25519::sign(key, {});
    CHAPAR_TRY(
        expect(equal(signature.view(),
                     hex("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                         "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")),
               "ed25519 sign"));
    const Result<VerifyingKey> checked = VerifyingKey::create(key.public_key());
    CHAPAR_TRY(expect(checked.has_value(), "ed25519 key check"));
    CHAPAR_TRY(expect(RawEd25519::verify(*checked, {}, signature).has_value(), "ed25519 verify"));
    return expect(!RawEd25519::verify(*checked, view("x"), signature).has_value(),
                  "ed25519 refuse");
}

struct Point {
    std::string_view bytes;
    bool valid;
};

// The second point was accepted by libsodium before the fix of CVE-2025-69277.
constexpr std::array<Point, 5> kPoints{{
    {"5866666666666666666666666666666666666666666666666666666666666666", true},
    {"9599999999999999999999999999999999999999999999999999999999999999", false},
    {"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false},
    {"0100000000000000000000000000000000000000000000000000000000000000", false},
    {"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", false},
}};

// Wycheproof, x25519 test 1; and a key of low order.
Status test_x25519() {
    const Secret32 own = secret("c8a9d5a91091ad851c668b0736c1c9a02936c0d3ad62670858088047ba057475");
    const PublicKey peer =
        *PublicKey::from(hex("504a36999f489cd2fdbc08baff3d88fa00569ba986cba22548ffde80f9806829"));
    const Result<Secret32> shared = x25519(own, peer);
    CHAPAR_TRY(expect(
        shared && equal(shared->expose(),
                        hex("436a2c040cf45fea9b29a0cb81b1f41458f863d0d61b453d0a982720d6d61320")),
        "x25519"));
    return expect(!x25519(own, PublicKey{}).has_value(), "x25519 zero");
}

// Seals, compares, opens, and refuses the same with its last bit changed.
template <typename NonceType, typename Seal, typename Open>
Status test_aead(std::string_view key_hex, std::string_view nonce_hex, std::string_view aad_hex,
                 std::string_view text_hex, std::string_view sealed_hex, Seal seal_with,
                 Open open_with, const char* name) {
    const Secret32 key = secret(key_hex);
    const NonceType nonce = *NonceType::from(hex(nonce_hex));
    const Bytes aad = hex(aad_hex);
    Bytes sealed = seal_with(key, nonce, aad, hex(text_hex));
    CHAPAR_TRY(expect(equal(sealed, hex(sealed_hex)), name));
    const Result<SecretBuffer> opened = open_with(key, nonce, aad, sealed);
    CHAPAR_TRY(expect(opened && equal(opened->expose(), hex(text_hex)), name));
    sealed.back() ^= std::byte{1};
    return expect(!open_with(key, nonce, aad, sealed).has_value(), name);
}

Status test_aeads() {
    const auto seal_narrow = [](const Secret32& k, const Nonce& n, ByteView a, ByteView t) {
        return chacha_seal(k, n, a, t);
    };
    const auto open_narrow = [](const Secret32& k, const Nonce& n, ByteView a, ByteView c) {
        return chacha_open(k, n, a, c);
    };
    CHAPAR_TRY(test_aead<Nonce>("46f0254965f769d52bdb4a70b443199f8ef207520d1220c55e4b70f0fda620ee",
                                "ab0dca716ee051d2782f4403", "91ca6c592cbcca53", "51",
                                "c4168310ca45b1f7c66cad4e99e43f72b9", seal_narrow, open_narrow,
                                "chacha20poly1305"));
    return test_aead<WideNonce>("697c197c9e0023c8eee42ddf08c12c46718a436561b0c66d998c81879f7cb74c",
                                "cd78f4533c94648feacd5aef0291b00b454ee3dcdb76dcc8",
                                "6384f4714ff18c18", "e1", "b0e5e35f5332f91bdd2d28e59d68a0b141",
                                xchacha_seal, xchacha_open, "xchacha20poly1305");
}

// SipHash-2-4 of nothing, under the key 00..0f (the reference implementation's first vector).
Status test_checksum() {
    const ChecksumKey key = *ChecksumKey::from(hex("000102030405060708090a0b0c0d0e0f"));
    return expect(checksum(key, ByteView()) == 0x310e0edd47db6f72ULL, "siphash");
}

// RFC 9180, A.2.1, sequence number 0.
Status test_hpke() {
    const Bytes info = hex("4f6465206f6e2061204772656369616e2055726e");
    const HpkeParameters base{.mode = HpkeMode::Base, .info = info};
    const Bytes aad = to_bytes("Count-0");
    const Bytes text = to_bytes("Beauty is truth, truth beauty");
    const KeyPair recipient =
        derive_key_pair(hex("1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df"));
    const Result<HpkeSealed> sealed =
        hpke_seal(recipient.public_key, base, aad, text,
                  hex("909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b"));
    CHAPAR_TRY(expect(
        sealed && equal(sealed->ciphertext, hex("1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f"
                                                "0def8c8b60b4db21993c62ce81883d2dd1b51a28")),
        "hpke seal"));
    const Result<SecretBuffer> opened =
        hpke_open(recipient.secret, sealed->enc, base, aad, sealed->ciphertext);
    return expect(opened && equal(opened->expose(), text), "hpke open");
}

}  // namespace

Status check_points(const std::function<bool(const SigningPublicKey&)>& accepts) {
    for (const Point& point : kPoints) {
        const bool taken = accepts(*SigningPublicKey::from(hex(point.bytes)));
        CHAPAR_TRY(expect(taken == point.valid, "ed25519 points"));
    }
    return Done{};
}

namespace {

// libsodium would end the process without a word: mostly because the system gives no randomness.
void misused() {
    std::fputs(
        "chapar: no random bytes from the operating system, or a call that libsodium refuses: the "
        "process ends\n",
        stderr);
    std::abort();
}

}  // namespace

Status start() {
    CHAPAR_TRY(arena::lock());
    if (sodium_set_misuse_handler(misused) != 0) return Error(Errc::SelfTest, "misuse handler");
    if (sodium_init() < 0) return Error(Errc::SelfTest, "sodium_init");
    CHAPAR_TRY(test_sha256());
    CHAPAR_TRY(test_hkdf());
    CHAPAR_TRY(test_ed25519());
    CHAPAR_TRY(check_points(
        [](const SigningPublicKey& key) { return VerifyingKey::create(key).has_value(); }));
    CHAPAR_TRY(test_x25519());
    CHAPAR_TRY(test_aeads());
    CHAPAR_TRY(test_checksum());
    return test_hpke();
}

}  // namespace chapar::crypto
