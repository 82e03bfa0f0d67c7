// Who an envelope is for, as the directory says at the time of the operation.
//
// Owns: the directory checks of a submission. Does not know policies or mailboxes. Const.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "broker/core/directory_view.h"
#include "crypto/certificate.h"
#include "crypto/envelope.h"
#include "crypto/stanza.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::broker {

struct Addressees {
    std::vector<crypto::OfficeRecord> offices;    // each once, in order of first appearance
    std::vector<AgencyId> agencies;               // likewise
    std::vector<std::size_t> agency_of_stanza;    // index into `agencies`, per stanza
    std::map<CertificateHash, OfficeId> by_hash;  // office of each certificate
};

// CertificateUnknown, CertificateRevoked, CertificateExpired, BundleStale; NotPermitted for an
// office without the role: LIAISON to be a recipient, AUDITOR for an AUDIT stanza.
[[nodiscard]] Result<Addressees> find_addressees(const DirectoryView& directory,
                                                 std::span<const crypto::StanzaDigest> stanzas,
                                                 TimeMs at);

// Every approver's certificate is in force, and none is the sender's (ApprovalSignature).
[[nodiscard]] Status check_approvers(const DirectoryView& directory,
                                     const crypto::EnvelopeStatement& statement,
                                     const CertificateHash& sender, TimeMs at);

}  // namespace chapar::broker
