// Decisions on the records of an agency: itself, its registrars, offices, policy and peers.
//
// Owns: which of these records may follow which. Does not know devices (device_records.h) or how
// records are stored (directory.h).
#pragma once

#include "broker/core/record_case.h"

namespace chapar::broker {

// The first version needs the centre root alone; a change also k roots of the version before.
[[nodiscard]] Result<Plan> decide_agency(const RecordCase& in);
[[nodiscard]] Result<Plan> decide_registrars(const RecordCase& in);
[[nodiscard]] Result<Plan> decide_office(const RecordCase& in);
[[nodiscard]] Result<Plan> decide_policy_record(const RecordCase& in);
[[nodiscard]] Result<Plan> decide_peers(const RecordCase& in);

}  // namespace chapar::broker
