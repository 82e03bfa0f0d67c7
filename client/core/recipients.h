// Whom an envelope is sealed to: the devices of its offices, and its auditors.
//
// Owns: the choice, by the directory as this device holds it: only offices and auditors that the
// own agency vouches for (peer_trust.h), only devices in force with keys for today, never this
// device itself. Does not know texts. For compose.cpp and reseal.cpp only.
//
// Errors: OfficeUnknown, PeerUnconfirmed, PeerKeyChanged, BundleStale, CertificateUnknown.
#pragma once

#include <map>
#include <vector>

#include "client/core/compose.h"
#include "crypto/seal.h"

namespace chapar::client {

struct Recipients {
    std::vector<crypto::Recipient> stanzas;
    std::map<CertificateHash, AgencyId> agencies;
    std::vector<OutboxOffice> offices;
    std::vector<CertificateHash> skipped;  // in force, but without keys for today
};

[[nodiscard]] Result<Recipients> find_recipients(const storage::ReadTxn& txn, const Device& device,
                                                 const StoredDraft& draft, TimeMs now);

}  // namespace chapar::client
