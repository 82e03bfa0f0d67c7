// What the files that take directory entries in share. For directory_*.cpp, and for an auditor's
// mirror, which judges the same records by the same rules (mirror_judge.cpp).
//
// Owns: the state of one ingest() and the two steps behind it: the check and storing of a record
// (directory_records.cpp), and the audit of this device's own entries (directory_audit.cpp). Does
// not know proofs or the chain (directory_replica.cpp).
#pragma once

#include <optional>

#include "client/core/directory_replica.h"
#include "crypto/entry_body.h"
#include "crypto/record.h"

namespace chapar::client::directory_ingest {

// Whether this device has seen a whole directory before.
enum class Acquaintance : std::uint8_t { First, Known };

struct Ingestion {
    storage::Txn& txn;
    const TrustCard& card;
    const OwnDevice& own;
    IngestReport& report;
    std::optional<EntryIndex> newest;  // directory entry held
    Acquaintance acquaintance = Acquaintance::First;
};

// A record where the ledger holds it.
struct Placed {
    const crypto::SignedRecord& record;
    EntryIndex index;
    TimeMs time;  // exact
};

// The registrars in force where the record stands, of the agency that it names: the newest record
// counts and no other, so what replaced registrars signed is not signed. RecordRefused,
// CertificateExpired.
[[nodiscard]] Result<crypto::RegistrarsRecord> signing_registrars(const Ingestion& in,
                                                                  const Placed& placed);
// Checks who signed it and what it follows, and stores it. RecordRefused for another event.
[[nodiscard]] Status take_key_record(Ingestion& in, const Placed& placed, crypto::KeyEvent event);
// Bundles stand outside the chain: a missing one is possible, an older one is not.
[[nodiscard]] Status take_bundle(Ingestion& in, const Placed& placed);

// The audit, each called before its record is stored.
[[nodiscard]] Status audit_agency(Ingestion& in, const Placed& placed,
                                  const crypto::AgencyRecord& fresh);
[[nodiscard]] Status audit_registrars(Ingestion& in, const Placed& placed,
                                      const crypto::RegistrarsRecord& fresh);
[[nodiscard]] Status audit_device(Ingestion& in, const Placed& placed,
                                  const crypto::DeviceRecord& fresh);
[[nodiscard]] Status audit_revocation(Ingestion& in, const Placed& placed,
                                      const CertificateHash& certificate);
[[nodiscard]] Status audit_suspension(Ingestion& in, const Placed& placed,
                                      const CertificateHash& certificate);
[[nodiscard]] Status audit_bundle(Ingestion& in, const Placed& placed,
                                  const crypto::PrekeyBundle& fresh);

}  // namespace chapar::client::directory_ingest
