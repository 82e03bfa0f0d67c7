// Seals the message key to one recipient, and opens it again.
//
// For crypto/ only (seal.h and receive.h are the ways in). The ephemeral key follows from PRK and
// label, so whoever holds the message key can recompute a stanza and refuse a sham. Source:
// crypto/envelope.md, "Stanza".
#pragma once

#include <optional>

#include "crypto/secret.h"
#include "crypto/stanza.h"
#include "crypto/x25519.h"

namespace chapar::crypto {

// What all stanzas of an envelope share. Borrows.
struct StanzaContext {
    const Hash& context;  // ctx
    const Hash& commits;  // TH("commits", c_0..)
    const Secret32& prk;
    const Secret32& message_key;
};

// Public keys of one epoch: `inner` is key A of an auditor, absent for all others.
struct EpochPublicKeys {
    PublicKey key;
    std::optional<PublicKey> inner;
};

// KeyInvalid for unusable keys. REQUIRES: psk exactly if the label has a psk id.
[[nodiscard]] Result<Stanza> seal_stanza(const StanzaContext& shared, const StanzaLabel& label,
                                         const EpochPublicKeys& recipient,
                                         const std::optional<Secret32>& psk);

// Secret keys of one epoch.
struct EpochSecrets {
    Secret32 key;
    std::optional<Secret32> inner;
};

// The message key; HpkeOpen, whatever the reason.
[[nodiscard]] Result<Secret32> open_stanza(const Hash& context, const Hash& commits,
                                           const Stanza& stanza, const EpochSecrets& secrets,
                                           const std::optional<Secret32>& psk);

// TH("commits", c_0..).
[[nodiscard]] Hash commits_hash(std::span<const Hash> commitments);

}  // namespace chapar::crypto
