// XSalsa20-Poly1305 and X25519 as CURVE uses them (NaCl's crypto_box), for peers that break its
// rules.
//
// For attackers only: not constant-time, nothing is wiped. Does not know CURVE's commands
// (curve_peer.h). Source: "Extending the Salsa20 nonce" (Bernstein 2011); RFC 8439 2.5 for
// Poly1305. Value types; any thread.
#pragma once

#include <array>
#include <optional>

#include "crypto/secret.h"
#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"

namespace chapar::hostile {

using BoxKey = std::array<std::byte, 32>;
using BoxNonce = std::array<std::byte, 24>;
constexpr std::size_t kBoxTag = 16;

// REQUIRES: `peer` is a key of full order.
[[nodiscard]] BoxKey box_key(const crypto::Secret32& own, const PublicKey& peer);
// Tag, then ciphertext.
[[nodiscard]] Bytes box_seal(const BoxKey& key, const BoxNonce& nonce, ByteView text);
// Empty unless the tag is right.
[[nodiscard]] std::optional<Bytes> box_open(const BoxKey& key, const BoxNonce& nonce, ByteView box);

}  // namespace chapar::hostile
