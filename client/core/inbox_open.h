// Opening a delivery that was verified: the message key, the text, and the secrets of its streams.
//
// Owns: which keys are needed for it, and what a failure means (changed on the way, or genuine and
// unopenable). Large streams that did not come along are left; their secrets are kept. Does not
// know what is kept. For the inbox's own files. Pure.
#pragma once

#include "client/core/device.h"
#include "client/core/directory_replica.h"
#include "client/core/inbox_store.h"
#include "crypto/receive.h"
#include "schemas/base/result.h"

namespace chapar::client::inbox_open {

// Public keys of the auditors, from the bundles their stanzas name. Provisional for a bundle that
// is not here yet.
[[nodiscard]] Result<crypto::AuditorKeys> auditor_keys(const DirectoryView& directory,
                                                       const crypto::ReceivedEnvelope& received);
// HpkeOpen if the secret of that day is not held (any more).
[[nodiscard]] Result<crypto::OpeningKeys> opening_keys(const Device& device,
                                                       const EpochSecrets& epochs,
                                                       const crypto::StanzaLabel& label);

struct Opened {
    inbox_store::ReceivedText text;
    InboxText said;
};
// `ciphertexts`: one for each stream; empty for one that is fetched, which only an envelope may
// have whose streams together are more than limits::kInlineStreamBytes (else StreamRoot). The error
// names why it does not open.
[[nodiscard]] Result<Opened> open_text(crypto::VerifiedEnvelope verified,
                                       const crypto::OpeningKeys& keys,
                                       const crypto::AuditorKeys& auditors,
                                       const std::vector<Bytes>& ciphertexts);

// Ciphertext that is not what the sender signed was changed on the way: that is the broker's, not
// the sender's, doing, and a copy fetched again may be whole.
[[nodiscard]] bool is_in_transit(Errc code);
// The reason that a signed UNOPENABLE carries.
[[nodiscard]] std::uint16_t reason_of(Errc code, bool key_held);

}  // namespace chapar::client::inbox_open
