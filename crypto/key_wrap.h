// The key under which a broker's ledger secrets lie on its disk: the KEK.
//
// Owns: the KEK file's text and the sealing of one ledger secret. Does not know where either file
// is kept, nor when a KEK is replaced: shredding seals the survivors under a new one and destroys
// the old one (broker/edge/ledger_key_file.h). The KEK belongs outside all backups: whoever has an
// old copy of it and of the key file still has the secrets. Source: crypto/ledger.md, "Ledger
// keys"; design ledger.md 2.9.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "crypto/ledger_keys.h"
#include "crypto/random.h"
#include "crypto/secret.h"

namespace chapar::crypto {

// Resource type.
class WrappingKey {
  public:
    // The beginnings of a KEK file, and of a file of ledger keys that are sealed under one; the id
    // of the KEK follows.
    static constexpr std::string_view kFilePrefix = "chapar-kek/1 ";
    static constexpr std::string_view kSealedPrefix = "chapar-ledger-keys/2 ";
    static constexpr std::size_t kIdDigits = 16;
    static constexpr std::size_t kWrappedBytes = 24 + 32 + 16;
    [[nodiscard]] static WrappingKey generate(Random& random);
    // "chapar-kek/1 <16 hex id> <64 hex>\n" and nothing else; FieldInvalid.
    [[nodiscard]] static Result<WrappingKey> parse(ByteView text);
    [[nodiscard]] SecretBuffer encode() const;

    // 16 lower case hexadecimal digits, random: which KEK a key file is sealed under.
    [[nodiscard]] const std::string& id() const { return id_; }
    // nonce[24] || XChaCha20-Poly1305(KEK, aad = scope, secret).
    [[nodiscard]] Bytes wrap(const LedgerKeyScope& scope, const Secret32& secret,
                             Random& random) const;
    // OpenFailed for anything that wrap() did not make of this scope under this key.
    [[nodiscard]] Result<Secret32> unwrap(const LedgerKeyScope& scope, ByteView wrapped) const;

  private:
    WrappingKey(std::string id, Secret32 secret) : id_(std::move(id)), secret_(std::move(secret)) {}
    std::string id_;
    Secret32 secret_;
};

}  // namespace chapar::crypto
