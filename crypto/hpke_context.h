// The HPKE key schedule and its context: what hpke.h is made of.
//
// For crypto/ and its vectors only; the product seals single messages. Source: RFC 9180, 4 and 5.
#pragma once

#include <cstdint>

#include "crypto/aead.h"
#include "crypto/hpke.h"

namespace chapar::crypto {

class HpkeContext {
  public:
    [[nodiscard]] static Result<HpkeContext> create(const Secret32& shared_secret,
                                                    const HpkeParameters& parameters);

    // Each call uses the next sequence number.
    [[nodiscard]] Bytes seal(ByteView aad, ByteView plaintext);
    [[nodiscard]] Result<SecretBuffer> open(ByteView aad, ByteView ciphertext);
    [[nodiscard]] Status export_secret(ByteView exporter_context, std::span<std::byte> out) const;

    [[nodiscard]] const Secret32& key() const { return key_; }
    [[nodiscard]] const Nonce& base_nonce() const { return base_nonce_; }

  private:
    HpkeContext() = default;
    [[nodiscard]] Nonce next_nonce();

    Secret32 key_;
    Nonce base_nonce_;
    Secret32 exporter_secret_;
    std::uint64_t sequence_ = 0;
};

// The shared secret of DHKEM from a Diffie-Hellman result (ExtractAndExpand).
[[nodiscard]] Secret32 kem_shared_secret(const Secret32& dh, const PublicKey& enc,
                                         const PublicKey& recipient);

}  // namespace chapar::crypto
