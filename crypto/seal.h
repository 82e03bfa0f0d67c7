// Makes an envelope: seals streams and stanzas, and writes E.
//
// Owns: the message key from draw to wipe. Does not know what header and stream 0 say (the client
// writes them; stream 0 begins with 32 random bytes and the SHA-256 of each attachment), nor where
// the recipients' keys came from. Signs nothing: batch.h does. Source: crypto/README.md, "Seal".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "crypto/envelope.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/stanza.h"
#include "crypto/stanza_seal.h"

namespace chapar::crypto {

struct Recipient {
    StanzaType type = StanzaType::Device;
    CertificateHash certificate;
    KeyId key_id;
    EpochPublicKeys keys;   // `inner` exactly for type AUDIT
    std::uint32_t got = 0;  // receipts held for this recipient office
    PskId psk_id;           // 0 = mode base
    std::optional<Secret32> psk;
};

// Borrows; all of it is alive until seal() returns.
struct SealInput {
    ByteView header;                        // H
    std::span<const ByteView> streams;      // unpadded: stream 0, then the attachments
    std::span<const Recipient> recipients;  // 1..256, no certificate twice
    std::span<const Approval> approvals;    // any order; made over this header
    const Secret32& device_hedge;           // a secret of the device, against a bad Random
};

struct SealedEnvelope {
    Bytes statement;  // E
    EnvelopeHash hash;
    Hash context;                 // ctx
    std::vector<Stanza> stanzas;  // in the (random) order that SR binds
    std::vector<Bytes> streams;   // ciphertexts
};

// TooLarge beyond the limits, StanzaDuplicate for a certificate twice, KeyInvalid for an unusable
// recipient key, FieldInvalid where psk or inner key contradict the type.
[[nodiscard]] Result<SealedEnvelope> seal(const SealInput& input, Random& random);

// All that seal() draws. For known-answer tests: with a value used before, an envelope is not
// secret.
struct SealDraws {
    Secret32 random32;
    std::vector<StanzaBlind> blinds;  // one for each recipient, in stanza order
};
[[nodiscard]] Result<SealedEnvelope> seal_with_draws(const SealInput& input,
                                                     std::span<const std::size_t> order,
                                                     const SealDraws& draws);

}  // namespace chapar::crypto
