// Decisions on the records of a device: its certificate, prekey bundles, suspension, reinstatement
// and revocation.
//
// Owns: which of these records may follow which, and that no key of any certificate comes back.
// Does not know agencies' records (agency_records.h) or what waits for a device.
// Source: crypto.md 2 "Prekey ladder", "Directory and revocation".
#pragma once

#include "broker/core/record_case.h"

namespace chapar::broker {

[[nodiscard]] Result<Plan> decide_device(const RecordCase& in);
[[nodiscard]] Result<Plan> decide_bundle(const RecordCase& in);
// Also of a device that is suspended already; never twice.
[[nodiscard]] Result<Plan> decide_revoke(const RecordCase& in);
// SlipTimes outside its times; refused for a device that is revoked or suspended.
[[nodiscard]] Result<Plan> decide_suspend(const RecordCase& in);
// The answer to a suspension whose hash is in the ledger at `entry`: a repetition while it is in
// force, else SlipUsed: it has been ended, and whoever publishes it must know that it does nothing.
[[nodiscard]] Result<Plan> suspended_before(const RecordCase& in, EntryIndex entry);
// RecordRefused unless it names the suspension in force.
[[nodiscard]] Result<Plan> decide_reinstate(const RecordCase& in);

}  // namespace chapar::broker
