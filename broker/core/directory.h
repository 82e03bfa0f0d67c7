// The directory as the fold holds it: agencies, registrars, offices, devices, bundles, revocations,
// suspensions, policies, peers.
//
// Owns: the tables `record`, `agency`, `registrars`, `office`, `device`, `keyused`, `bundle`,
// `policy`, `peers`;
// what is in force, and whether a certificate may be used at a time. Does not know which entry a
// record becomes, or how new records are admitted (enrolment.h).
//
// Only the newest record of each name is kept: operation time never runs backward, and what was in
// force earlier is in the ledger. Device certificates are kept for ever, because their hash stands
// in old entries and their keys may never come back.
// Thread: any, with a transaction of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "crypto/bundle.h"
#include "crypto/certificate.h"
#include "crypto/peers.h"
#include "crypto/policy_record.h"
#include "crypto/registrars.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::broker {

struct AgencyEntry {
    Hash hash;
    crypto::AgencyRecord record;
};
struct RegistrarsEntry {
    Hash hash;
    crypto::RegistrarsRecord record;
};
struct PeersEntry {
    Hash hash;
    crypto::PeersRecord record;
};
struct OfficeEntry {
    Hash hash;
    crypto::OfficeRecord record;
};
struct Revocation {
    crypto::RevokeReason reason = crypto::RevokeReason::Lost;
    TimeMs compromised_since;
    EntryIndex entry;
};
struct Suspension {
    Hash record;  // hash of the SUSPEND record in force
    EntryIndex entry;
};
struct DeviceEntry {
    EntryIndex entry;
    std::optional<Revocation> revoked;
    std::optional<Suspension> suspended;
    crypto::DeviceRecord record;
};
// What the fold needs of a bundle; the keys themselves are for senders, in the ledger.
struct BundleEntry {
    TimeMs accepted;
    Hash hash;
    std::uint32_t sequence = 0;
    EpochDay first_epoch;
    std::uint16_t epochs = 0;
    std::uint16_t keep_days = 0;
    std::uint8_t keys_per_epoch = 0;
};
struct PolicyEntry {
    PolicyHash hash;
    crypto::PolicyRecord record;
};

[[nodiscard]] Result<std::optional<AgencyEntry>> read_agency(const storage::ReadTxn& txn,
                                                             const AgencyId& agency);
[[nodiscard]] Result<std::optional<RegistrarsEntry>> read_registrars(const storage::ReadTxn& txn,
                                                                     const AgencyId& agency);
[[nodiscard]] Result<std::optional<PeersEntry>> read_peers(const storage::ReadTxn& txn,
                                                           const AgencyId& agency);
[[nodiscard]] Result<std::optional<OfficeEntry>> read_office(const storage::ReadTxn& txn,
                                                             const OfficeId& office);
[[nodiscard]] Result<std::optional<DeviceEntry>> read_device(const storage::ReadTxn& txn,
                                                             const CertificateHash& device);
[[nodiscard]] Result<std::optional<BundleEntry>> read_bundle(const storage::ReadTxn& txn,
                                                             const CertificateHash& device,
                                                             std::uint32_t sequence);
[[nodiscard]] Result<std::optional<BundleEntry>> newest_bundle(const storage::ReadTxn& txn,
                                                               const CertificateHash& device);
[[nodiscard]] Result<std::optional<PolicyEntry>> read_policy(const storage::ReadTxn& txn,
                                                             const AgencyId& agency);
// Every certificate ever enrolled, revoked and expired ones too, by hash: to fill a cache at start.
[[nodiscard]] Result<std::vector<CertificateHash>> all_devices(const storage::ReadTxn& txn);
[[nodiscard]] Result<std::vector<AgencyId>> all_agencies(const storage::ReadTxn& txn);
// The entry that a record with this hash became.
[[nodiscard]] Result<std::optional<EntryIndex>> entry_of_record(const storage::ReadTxn& txn,
                                                                const Hash& record);

// A certificate in force: device, office and agency.
struct InForce {
    crypto::DeviceRecord device;
    crypto::OfficeRecord office;
};
// CertificateUnknown, CertificateRevoked, CertificateSuspended, or CertificateExpired: outside the
// validity of the device, its office or its agency.
[[nodiscard]] Result<InForce> in_force(const storage::ReadTxn& txn, const CertificateHash& device,
                                       TimeMs at);

// BundleStale unless a stanza may be sealed at `at` under this key id: the epoch begins at most a
// day ahead, ended at most keepDays ago, and the bundle was superseded at most keepDays ago.
[[nodiscard]] Status check_key_id(const storage::ReadTxn& txn, const CertificateHash& device,
                                  KeyId key, std::uint8_t keys_needed, TimeMs at);

// The writers, for enrolment.h. All keep the record's hash with its entry.
[[nodiscard]] Status put_agency(storage::Txn& txn, const AgencyEntry& agency, EntryIndex entry);
[[nodiscard]] Status put_registrars(storage::Txn& txn, const RegistrarsEntry& registrars,
                                    EntryIndex entry);
[[nodiscard]] Status put_peers(storage::Txn& txn, const PeersEntry& peers, EntryIndex entry);
[[nodiscard]] Status put_office(storage::Txn& txn, const OfficeEntry& office, EntryIndex entry);
// Marks both keys as used.
[[nodiscard]] Status put_device(storage::Txn& txn, const CertificateHash& hash,
                                const DeviceEntry& device);
[[nodiscard]] Status put_bundle(storage::Txn& txn, const CertificateHash& device,
                                const BundleEntry& bundle, EntryIndex entry);
[[nodiscard]] Status put_policy(storage::Txn& txn, const PolicyEntry& policy, EntryIndex entry);
// The device as a REVOKE, SUSPEND or REINSTATE record left it; `record` became `entry`.
[[nodiscard]] Status put_standing(storage::Txn& txn, const CertificateHash& device,
                                  const DeviceEntry& changed, const Hash& record, EntryIndex entry);
// Whose audit key this is or was; empty if nobody's.
[[nodiscard]] Result<std::optional<AgencyId>> owner_of_audit_key(const storage::ReadTxn& txn,
                                                                 const PublicKey& key);
// Whether any certificate ever enrolled names this key, for signing or for CURVE, or any agency for
// its audit.
[[nodiscard]] Result<bool> key_was_used(const storage::ReadTxn& txn, ByteView key);

}  // namespace chapar::broker
