#include "crypto/verify/open_key.h"

#include <sodium.h>

#include <algorithm>

namespace verify {
namespace {

constexpr std::string_view kMagic = "chapar keystore\n";
constexpr std::uint64_t kLeastPasses = 3, kMostPasses = 64;
constexpr std::uint64_t kLeastMemory = 64ULL << 20, kMostMemory = 4ULL << 30;
constexpr std::string_view kKemSuite("KEM\x00\x20", 5),
    kHpkeSuite("HPKE\x00\x20\x00\x01\x00\x03", 10);

void append(Bytes& out, std::string_view more) { out.insert(out.end(), more.begin(), more.end()); }
void append(Bytes& out, const Bytes& more) { out.insert(out.end(), more.begin(), more.end()); }

Bytes labeled_extract(std::string_view suite, const Bytes& salt, std::string_view label,
                      const Bytes& ikm) {
    Bytes input = bytes_of("HPKE-v1");
    append(input, suite);
    append(input, label);
    append(input, ikm);
    return hmac(salt.empty() ? Bytes(32) : salt, input);
}

// At most 32 bytes: one block of HKDF-Expand.
Bytes labeled_expand(std::string_view suite, const Bytes& prk, std::string_view label,
                     const Bytes& info, std::size_t size) {
    Bytes input{0, static_cast<std::uint8_t>(size)};
    append(input, "HPKE-v1");
    append(input, suite);
    append(input, label);
    append(input, info);
    input.push_back(1);
    Bytes out = hmac(prk, input);
    out.resize(size);
    return out;
}

}  // namespace

Bytes hmac(const Bytes& key, const Bytes& message) {
    Bytes out(crypto_auth_hmacsha256_BYTES);
    crypto_auth_hmacsha256(out.data(), message.data(), message.size(), key.data());
    return out;
}

Bytes x25519_public(const Bytes& secret) {
    Bytes out(crypto_scalarmult_BYTES);
    crypto_scalarmult_base(out.data(), secret.data());
    return out;
}

std::optional<Bytes> hpke_open(const Bytes& secret, const Bytes& enc, std::string_view info,
                               const Bytes& aad, const Bytes& ciphertext) {
    Bytes dh(crypto_scalarmult_BYTES);
    if (enc.size() != dh.size() || ciphertext.size() < crypto_aead_chacha20poly1305_ietf_ABYTES ||
        crypto_scalarmult(dh.data(), secret.data(), enc.data()) != 0) {
        return std::nullopt;
    }
    Bytes context = enc;
    append(context, x25519_public(secret));
    const Bytes prk = labeled_extract(kKemSuite, {}, "eae_prk", dh);
    const Bytes shared = labeled_expand(kKemSuite, prk, "shared_secret", context, 32);

    Bytes schedule{0};  // mode base
    append(schedule, labeled_extract(kHpkeSuite, {}, "psk_id_hash", {}));
    append(schedule, labeled_extract(kHpkeSuite, {}, "info_hash", bytes_of(info)));
    const Bytes base = labeled_extract(kHpkeSuite, shared, "secret", {});
    const Bytes key = labeled_expand(kHpkeSuite, base, "key", schedule, 32);
    const Bytes nonce = labeled_expand(kHpkeSuite, base, "base_nonce", schedule, 12);
    Bytes out(ciphertext.size() - crypto_aead_chacha20poly1305_ietf_ABYTES);
    if (crypto_aead_chacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, ciphertext.data(),
                                                  ciphertext.size(), aad.data(), aad.size(),
                                                  nonce.data(), key.data()) != 0) {
        return std::nullopt;
    }
    return out;
}

std::optional<Bytes> keystore_secret(const Bytes& file, const std::string& passphrase,
                                     const std::string& name, std::string& why) {
    Reader in(file);
    const Bytes magic = in.raw(kMagic.size());
    const std::uint64_t version = in.number(1), lock = in.number(1);
    const std::uint64_t passes = in.number(8), memory = in.number(8);
    const Bytes salt = in.raw(crypto_pwhash_SALTBYTES);
    const Bytes nonce = in.raw(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
    const Bytes sealed = in.raw(in.remaining());
    why = "no keystore under a passphrase";
    if (!in.complete() || text_of(magic) != kMagic || version != 1 || lock != 2 ||
        passes < kLeastPasses || passes > kMostPasses || memory < kLeastMemory ||
        memory > kMostMemory || sealed.size() < crypto_aead_xchacha20poly1305_ietf_ABYTES) {
        return std::nullopt;
    }
    why = "the keystore does not open: wrong passphrase, or damaged";
    Bytes key(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
    if (crypto_pwhash(key.data(), key.size(), passphrase.data(), passphrase.size(), salt.data(),
                      passes, memory, crypto_pwhash_ALG_ARGON2ID13) != 0) {
        return std::nullopt;
    }
    const std::size_t head = file.size() - sealed.size() - nonce.size();
    Bytes plain(sealed.size() - crypto_aead_xchacha20poly1305_ietf_ABYTES);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, sealed.data(),
                                                   sealed.size(), file.data(), head, nonce.data(),
                                                   key.data()) != 0) {
        return std::nullopt;
    }
    Reader secrets(plain);
    const std::uint64_t count = secrets.number(2);
    for (std::uint64_t i = 0; i < count && secrets.ok(); ++i) {
        const std::string found = secrets.name();
        Bytes secret = secrets.counted(2);
        if (found == name && secret.size() == 32) return secret;
    }
    why = "the keystore has no key named " + name;
    return std::nullopt;
}

}  // namespace verify
