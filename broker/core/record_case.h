// What the decisions on directory records have in common. For enrolment.cpp and the *_records.cpp
// files only.
//
// Owns: the facts of one record's decision, the plan of an admitted one, and who must have signed.
// Does not know any type of record.
#pragma once

#include <optional>

#include "broker/core/directory.h"
#include "broker/core/plan.h"
#include "crypto/record.h"

namespace chapar::broker {

// Everything a record's decision looks at. Borrows.
struct RecordCase {
    const storage::ReadTxn& txn;
    const Centre& centre;
    const Moment& moment;
    const crypto::SignedRecord& record;
    const Bytes& bytes;
    Hash hash;
};

// The plan of a record that is admitted: one entry that carries it.
[[nodiscard]] Plan admitted(const RecordCase& in, crypto::LeafKind kind, std::uint8_t event);
[[nodiscard]] Plan admitted(const RecordCase& in, crypto::KeyEvent event);
// RecordSequence unless `previous` is what `last` says, zero for the first.
[[nodiscard]] Status must_follow(const std::optional<Hash>& last, const Hash& previous);

// The agency that the record names, in force now. RecordRefused if the directory has none,
// CertificateExpired if it is outside its times.
[[nodiscard]] Result<crypto::AgencyRecord> agency_in_force(const RecordCase& in);
// Its registrars, both records in force now. The newest REGISTRARS record counts and no other: what
// was signed by registrars who have been replaced is not signed.
[[nodiscard]] Result<crypto::RegistrarsRecord> registrars_in_force(const RecordCase& in);

}  // namespace chapar::broker
