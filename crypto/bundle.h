// Prekey bundles: a device's short-lived public keys, one day each, and the secrets behind them.
//
// Owns: the body of record type 5, the layout of a KeyId, and the secrets of one epoch. Does not
// know when an epoch must be destroyed (the client decides, by ledger time) nor which bundle is the
// newest. Days are days since 1970-01-01 UTC. Source: crypto/records.md, "Prekey ladder".
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/record.h"
#include "crypto/secret.h"
#include "crypto/x25519.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::crypto {

// u32 bundle sequence << 32 | u32 day.
[[nodiscard]] constexpr KeyId key_id_of(std::uint32_t sequence, EpochDay day) {
    return KeyId(std::uint64_t{sequence} << 32 | day.value);
}
[[nodiscard]] constexpr std::uint32_t bundle_sequence_of(KeyId id) {
    return static_cast<std::uint32_t>(id.value >> 32);
}
[[nodiscard]] constexpr EpochDay epoch_day_of(KeyId id) {
    return EpochDay(static_cast<std::uint32_t>(id.value & 0xFFFFFFFFU));
}

struct PrekeyBundle {
    CertificateHash certificate;
    std::uint32_t sequence = 1;  // from 1, each the last plus one
    Hash previous;               // record hash of the bundle before, or zero
    EpochDay first_epoch;
    std::uint16_t epochs = 0;         // 1..limits::kBundleDays
    std::uint16_t keep_days = 7;      // 2..30
    std::uint8_t keys_per_epoch = 1;  // 2 for auditors: inner key A, outer key B
    std::vector<PublicKey> keys;      // epochs x keys_per_epoch, day by day

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<PrekeyBundle> decode(ByteView body);
    [[nodiscard]] bool covers(EpochDay day) const;
    // Slot 0, or 1 for the outer key of an auditor. Empty for a day or slot it does not have.
    [[nodiscard]] std::optional<PublicKey> key(EpochDay day, std::size_t slot = 0) const;
    bool operator==(const PrekeyBundle&) const = default;
};

// The secrets of one epoch. Move-only; after destroy() it holds only its name.
class EpochSecret {
  public:
    EpochSecret(KeyId id, std::vector<Secret32> secrets) : id_(id), secrets_(std::move(secrets)) {}
    [[nodiscard]] static EpochSecret generate(KeyId id, std::uint8_t keys, Random& random);

    [[nodiscard]] KeyId id() const { return id_; }
    [[nodiscard]] bool destroyed() const { return secrets_.empty(); }
    // Null if destroyed or there is no such slot. Lives as long as this object, or to destroy().
    [[nodiscard]] const Secret32* secret(std::size_t slot = 0) const;
    // Wipes the secrets in memory; the caller saves the keystore without them.
    void destroy() { secrets_.clear(); }

    // For the keystore only: u64 id || u8 n || n x secret[32].
    [[nodiscard]] SecretBuffer encode() const;
    [[nodiscard]] static Result<EpochSecret> decode(ByteView bytes);

  private:
    KeyId id_;
    std::vector<Secret32> secrets_;
};

struct BundlePlan {
    CertificateHash certificate;
    std::uint32_t sequence = 1;
    Hash previous;
    EpochDay first_epoch;
    std::uint16_t epochs = 30;
    std::uint16_t keep_days = 7;
    std::uint8_t keys_per_epoch = 1;
};

struct NewBundle {
    PrekeyBundle bundle;
    std::vector<EpochSecret> secrets;  // one an epoch, in order
};

// Fresh keys for every epoch. REQUIRES: the plan is within the limits of PrekeyBundle.
[[nodiscard]] NewBundle make_bundle(const BundlePlan& plan, Random& random);

// Decodes and checks the signature by the device whose certificate the bundle names; the caller
// found that certificate's key. CertificateNotSigned or SignatureInvalid.
[[nodiscard]] Result<PrekeyBundle> open_bundle(const SignedRecord& record,
                                               const SigningPublicKey& device_key);

}  // namespace chapar::crypto
