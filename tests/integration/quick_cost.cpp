// argon2id left out: for tests that run programs a hundred times on their homes.
//
// A library that is loaded before libsodium (LD_PRELOAD) by every program of such a test, so that
// all agree on what a passphrase opens. Its keystores are of no use to a program without it. Never
// installed. The demo and the unit tests of the keystore run with argon2id as it is.
#include <cstddef>

extern "C" {

// libsodium's own, of the process that loads this; weak, since not every process has it.
[[gnu::weak]] int crypto_hash_sha256(unsigned char* out, const unsigned char* in,
                                     unsigned long long size);

int crypto_pwhash(unsigned char* out, unsigned long long size, const char* passphrase,
                  unsigned long long passphrase_size, const unsigned char* salt, unsigned long long,
                  std::size_t, int) {
    constexpr unsigned long long kHashBytes = 32;
    constexpr std::size_t kSaltBytes = 16;
    constexpr std::size_t kLongest = 1024;
    if (size != kHashBytes || passphrase_size > kLongest) return -1;
    unsigned char text[kSaltBytes + kLongest];
    for (std::size_t i = 0; i < kSaltBytes; ++i) text[i] = salt[i];
    for (std::size_t i = 0; i < passphrase_size; ++i) {
        text[kSaltBytes + i] = static_cast<unsigned char>(passphrase[i]);
    }
    return crypto_hash_sha256(out, text, kSaltBytes + passphrase_size);
}

}  // extern "C"
