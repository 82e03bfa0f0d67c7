// Delivery may only withhold: the check before each hand-out, and the operation a "no" becomes.
//
// Owns: the question. Does not know sessions. Asked again in `apply`, at operation time, so that a
// WITHHELD entry is a decision of the fold and not of the edge.
#pragma once

#include <cstdint>
#include <optional>

#include "broker/core/directory_view.h"
#include "broker/core/mailbox.h"
#include "broker/core/plan.h"
#include "schemas/base/time.h"

namespace chapar::broker {

// The reason code of WITHHELD and EXPIRED entries.
enum class WithholdReason : std::uint16_t {
    Revoked = 1,             // the recipient's certificate
    CertificateExpired = 2,  // the recipient's certificate
    OfficeClosed = 3,        // the recipient's office or agency is not valid now
    Policy = 4,              // the pair is no longer permitted
    EnvelopeExpired = 5,
    PayloadLost = 6,  // the ciphertext is gone: the ledger was repaired from an export
};

enum class HandOut : std::uint8_t {
    Yes,
    Wait,  // the device is suspended: its rows stay until it is reinstated, revoked, or they expire
    No,    // to be proposed as Withhold
};
struct HandOutDecision {
    HandOut verdict = HandOut::Yes;
    std::optional<WithholdReason> reason;  // exactly of a No
};

// Judges this device only, by the directory and the policies of `now`; the sender's later
// revocation does not count (what was accepted before it stands).
[[nodiscard]] Result<HandOutDecision> may_hand_out(const DirectoryView& directory,
                                                   const MailboxRow& row, TimeMs now);

// Rows of revoked devices that still wait, and rows whose payload is lost, at most `limit`: to be
// proposed until there are none, at start and after each tick. The list is durable; nothing of it
// is lost by a crash.
[[nodiscard]] Result<std::vector<Withhold>> withholds_due(const storage::ReadTxn& txn,
                                                          std::size_t limit);

// Refused (no entry) if the row is not there or may be handed out after all.
[[nodiscard]] Result<Plan> decide_withhold(const DirectoryView& directory, const Moment& moment,
                                           const Withhold& withhold);

}  // namespace chapar::broker
