// What one operation came to.
//
// Owns: the shapes. Does not know frames or sessions; the edge turns outcomes into OUTCOMES frames,
// and effects into wake-ups, only after the tick has been committed (commit, then speak).
//
// Value types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/core/ledger_append.h"
#include "crypto/policy_record.h"
#include "schemas/base/errors.h"
#include "schemas/base/ids.h"

namespace chapar::broker {

using Direction = crypto::PolicyDirection;
using Effect = crypto::PolicyEffect;

// One rule table that was asked about one pair of offices. `rule` is empty where no rule matched
// (default deny) and where the reader may not see it; then `policy` may be zero.
struct DecisionLine {
    Direction direction = Direction::Export;
    Effect effect = Effect::Deny;
    AgencyId agency;  // whose policy
    OfficeId office;  // the recipient office of the pair
    std::string rule;
    PolicyHash policy;
    // The condition of the PERMIT rule that matched; kept where the rule's name is hidden, because
    // the sender must be able to meet it. `unmet` is set where it was not met: ApprovalMissing or
    // PolicySize, and `effect` is Deny.
    std::uint8_t approvals = 0;
    std::uint16_t role = 0;
    std::uint64_t size_max = 0;
    std::optional<Errc> unmet = std::nullopt;
    bool operator==(const DecisionLine&) const = default;
};

enum class Freshness : std::uint8_t {
    New,        // this operation was decided now
    Duplicate,  // decided before: code, entries and lines are those of the first time
};

// Hints for the edge; losing them loses nothing durable.
struct Effects {
    std::vector<CertificateHash> mail;      // devices with a new mailbox row
    std::vector<CertificateHash> receipts;  // devices with a new notice row (RECEIPTS)
    std::vector<CertificateHash> enrolled;  // certificates new in the directory
    std::vector<CertificateHash> ended;     // revoked: sessions must end (CertificateRevoked); what
                                            // waits for them is in withholds_due
    std::vector<CertificateHash> suspended;  // sessions must end (CertificateSuspended); rows stay
    std::vector<Hash> released;              // stream files (R_j) that expired; see file_in_use
    std::vector<BucketId> shredded;          // after the commit their secrets must be destroyed
    bool pruned = false;                     // prune_some() has work (retention.h)
};

struct Outcome {
    // Empty: it took effect. Else the reason that it did not.
    std::optional<Errc> code;
    std::string context;
    Freshness freshness = Freshness::New;
    // eh of a Submit, TH("delivery", D) of a Confirm, the record hash of a PutRecord, Found or
    // OpenKey, else zero.
    Hash about;
    // Entries of this operation: first .. first + count - 1. count = 0: nothing durable changed.
    EntryIndex first;
    std::uint32_t count = 0;
    // Of a Submit that reached policy: all lines of a permit, the refusing lines of a refusal.
    // Import lines of a refusal carry neither rule nor policy hash: its reader is the sender.
    std::vector<DecisionLine> lines;
    Effects effects;
    // Of a New one, the entries themselves.
    std::vector<MadeEntry> made;
};

}  // namespace chapar::broker
