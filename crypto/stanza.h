// One recipient's stanza: its label, its seal, and its leaf in SR.
//
// Owns: the layouts. Sealing and opening are stanza_seal.h's. Does not know directories: a
// certificate is a hash, a key id a number. Source: crypto/envelope.md, "Stanza".
#pragma once

#include <cstdint>
#include <vector>

#include "crypto/psk.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/layout.h"
#include "schemas/base/result.h"

namespace chapar::crypto {

enum class StanzaType : std::uint8_t { Device = 1, Visible = 2, Audit = 3 };
using StanzaBlind = FixedBytes<struct StanzaBlindTag, 16>;

// u8 type || blind[16] || certHash[32] || u64 keyId || u32 got || u64 pskId: 69 bytes.
struct StanzaLabel {
    static constexpr std::size_t kBytes = 69;
    StanzaType type = StanzaType::Device;
    StanzaBlind blind;
    CertificateHash certificate;
    KeyId key_id;
    std::uint32_t got = 0;
    PskId psk_id;

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<StanzaLabel> decode(ByteView bytes);
    bool operator==(const StanzaLabel&) const = default;
};

// label || enc[32] || ct: 149 bytes, 197 for type AUDIT.
struct Stanza {
    StanzaLabel label;
    PublicKey enc;
    Bytes ciphertext;  // 48 bytes, 96 for type AUDIT

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<Stanza> decode(ByteView bytes);
    bool operator==(const Stanza&) const = default;
};

// Bytes of `enc || ct` of a stanza of this type.
[[nodiscard]] constexpr std::size_t stanza_seal_bytes(StanzaType type) {
    return type == StanzaType::Audit ? 32 + 96 : 32 + 48;
}

// What SR binds of a stanza: enough to check SR again when the seal itself is gone.
struct StanzaDigest {
    static constexpr std::size_t kBytes = StanzaLabel::kBytes + 32;
    StanzaLabel label;
    Hash seal_hash;  // SHA-256(enc || ct)

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<StanzaDigest> decode(ByteView bytes);
    bool operator==(const StanzaDigest&) const = default;
};

[[nodiscard]] StanzaDigest digest_of(const Stanza& stanza);
// The leaf hash in SR: of TH("stanza", label, SHA256(enc || ct)).
[[nodiscard]] Hash stanza_leaf_hash(const StanzaDigest& digest);

}  // namespace chapar::crypto
