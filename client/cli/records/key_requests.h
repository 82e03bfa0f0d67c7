// Records before anyone has signed them: what a request is granted, and the next version of what an
// agency has said before.
//
// Owns: validities (from a day before `now`, so that a clock a little behind does not refuse a
// record), serials, versions and predecessors. What came before is given as the records that a home
// has kept (issued.h). Does not sign, nor know homes or brokers. Pure; times UTC ms.
//
// Errors: FieldInvalid, RecordSequence (context: what is missing).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/edge/ceremony_file.h"
#include "crypto/peers.h"
#include "crypto/policy_record.h"
#include "crypto/registrars.h"
#include "crypto/suspension.h"
#include "schemas/base/result.h"

namespace chapar::client {

using KeptRecords = std::span<const crypto::SignedRecord>;

struct Grant {
    std::string new_office;  // country: sign the office in as well; "" = it is there
    std::uint16_t roles = crypto::office_role::kLiaison;
    std::uint64_t days = 366;
    // RECOVER: why the old certificate is revoked, and from when on it is disputed (0: not at all).
    crypto::RevokeReason reason = crypto::RevokeReason::Superseded;
    TimeMs since;
};

// OFFICE if asked for, DEVICE, and for a recovery REVOKE of the certificate before: in the order in
// which the broker takes them.
[[nodiscard]] Result<std::vector<crypto::SignedRecord>> grant_request(const DeviceAsk& ask,
                                                                      const Grant& grant,
                                                                      KeptRecords kept, TimeMs now);

struct AgencyPlan {
    AgencyId agency;
    std::vector<KeyCard> roots;
    std::uint8_t threshold = 2;
    KeyCard audit;
    std::optional<crypto::SignedRecord> replaces;
};
// FieldInvalid for cards of another role, a key twice, or a threshold that cannot be met.
[[nodiscard]] Result<CeremonyFile> draft_agency(const AgencyPlan& plan, TimeMs now);

struct RegistrarsPlan {
    AgencyRoots roots;
    std::vector<KeyCard> registrars;
    std::uint8_t threshold = 2;
    std::optional<crypto::SignedRecord> replaces;
};
[[nodiscard]] Result<CeremonyFile> draft_registrars(const RegistrarsPlan& plan, TimeMs now);

// The version after the newest kept one. `version`: this one instead, after a draft that came to
// nothing; RecordSequence if the one before is not kept.
[[nodiscard]] Result<crypto::SignedRecord> draft_policy(const AgencyId& agency,
                                                        std::vector<crypto::PolicyRule> rules,
                                                        std::optional<std::uint32_t> version,
                                                        KeptRecords kept);
// The newest list, or an empty one.
[[nodiscard]] Result<crypto::PeersRecord> newest_peers(const AgencyId& agency, KeptRecords kept);
struct PeersChange {
    std::vector<AgencyRoots> add;  // replaces what stands for that agency
    std::vector<AgencyId> remove;
};
[[nodiscard]] Result<crypto::SignedRecord> draft_peers(const AgencyId& agency,
                                                       const PeersChange& change,
                                                       std::optional<std::uint32_t> version,
                                                       KeptRecords kept);

[[nodiscard]] crypto::SignedRecord draft_suspension(const AgencyId& agency,
                                                    const CertificateHash& certificate,
                                                    std::uint64_t days, std::uint64_t slip,
                                                    TimeMs now);

}  // namespace chapar::client
