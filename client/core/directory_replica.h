// The directory as this device holds it: folded from the ledger's own entries, each proven.
//
// Owns: the rule by which a directory entry is accepted (in a proven tree, next in the last_dir
// chain, its record signed by who must sign it), the replica's records, and the questions asked of
// them. Does not know how entries are fetched or which head is the newest. It keeps every version
// with its index, so that the past can be asked for. Positions are ledger indices, times UTC ms.
//
// What last_dir proves: no entry of kinds other than MSG and LADDER is missing below the newest
// held one. Bundles (LADDER) are outside the chain: a broker that withholds them can delay, not
// deceive, because each bundle is signed by its device and follows the one before.
//
// Who must sign: an agency's first record the centre root, a later one also k of the roots before;
// registrars k roots; offices, devices, revocations, peers, reinstatements k registrars in force; a
// suspension k registrars or the suspended device itself. That all of this is signed says what the
// ledger's agencies did, not that an agency is the one it says: peer_trust.h. What an entry means
// for this very device is noted while it is taken in: directory_alarms.h.
//
// Errors of ingest(): ProofInvalid, LeafInvalid (chain), RecordRefused, RecordSequence,
// CertificateNotSigned, CertificateExpired, SignatureInvalid, BundleSequence: nothing of this batch
// may be kept then.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "client/core/directory_alarms.h"
#include "client/core/proof.h"
#include "client/core/trust_card.h"
#include "crypto/bundle.h"
#include "crypto/certificate.h"
#include "crypto/checkpoint.h"
#include "crypto/peers.h"
#include "crypto/registrars.h"
#include "crypto/suspension.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "storage/store.h"

namespace chapar::client {

// A record with the entry that logged it.
template <typename Record>
struct Logged {
    EntryIndex index;
    Record record;
};

struct DeviceEntry {
    EntryIndex index;
    CertificateHash certificate;
    crypto::DeviceRecord record;
};

struct Revocation {
    EntryIndex index;
    crypto::RevokeRecord record;
};

struct Suspension {
    EntryIndex index;
    Hash record;  // its hash: what a reinstatement names
    crypto::SuspendRecord said;
    std::optional<EntryIndex> reinstated;  // where it ended
};

// A device that can be sealed to on a day.
struct ReachableDevice {
    CertificateHash certificate;
    AgencyId agency;
    OfficeId office;
    crypto::PrekeyBundle bundle;
};

// How the replica stands to an entry of the ledger.
enum class Completeness : std::uint8_t {
    Complete,       // every directory entry before it is held
    Behind,         // sync first
    Contradiction,  // the entry's last_dir cannot be true
};

// Why a signature of a certificate does or does not count at a position.
enum class Standing : std::uint8_t {
    Valid,
    Disputed,  // valid, but after the time from which a later revocation calls it compromised
    Unknown,
    NotInForce,  // the certificate, its office or its agency is outside its times
    Revoked,
    Suspended,  // and not reinstated before that position
};

struct IngestReport {
    std::size_t entries = 0;
    EntryIndex next;  // to ask from
    // Alarms that these entries raised; they are kept too (directory_alarms.h).
    std::vector<DirectoryAlarm> alarms;
};

// Reads and extends the replica within one transaction's life. Borrows all its arguments.
class DirectoryView {
  public:
    explicit DirectoryView(const storage::ReadTxn& txn) : txn_(txn) {}

    // The index to ask the broker from.
    [[nodiscard]] Result<EntryIndex> next() const;
    // When the broker last said that nothing is missing; 0 before the first sync.
    [[nodiscard]] Result<TimeMs> synced_at() const;
    // The newest time that a held entry of the ledger carries.
    [[nodiscard]] Result<TimeMs> ledger_time() const;
    // `index`, `last_dir`: of a proven leaf.
    [[nodiscard]] Result<Completeness> completeness(EntryIndex index, EntryIndex last_dir) const;
    // The version in force just before `position`; empty if there is none.
    [[nodiscard]] Result<std::optional<Logged<crypto::AgencyRecord>>> agency(
        const AgencyId& agency, EntryIndex position) const;
    [[nodiscard]] Result<std::optional<Logged<crypto::OfficeRecord>>> office(
        const OfficeId& office, EntryIndex position) const;

    // Newest just before `position`, in force or not.
    [[nodiscard]] Result<std::optional<Logged<crypto::RegistrarsRecord>>> registrars(
        const AgencyId& agency, EntryIndex position) const;
    // All versions, oldest first.
    [[nodiscard]] Result<std::vector<Logged<crypto::AgencyRecord>>> agency_versions(
        const AgencyId& agency) const;
    // What that agency says of the roots of others; all versions, oldest first.
    [[nodiscard]] Result<std::vector<Logged<crypto::PeersRecord>>> peers_versions(
        const AgencyId& agency) const;
    // Newest versions, by name.
    [[nodiscard]] Result<std::vector<Logged<crypto::AgencyRecord>>> agencies() const;
    [[nodiscard]] Result<std::vector<Logged<crypto::OfficeRecord>>> offices_of(
        const AgencyId& agency) const;

    [[nodiscard]] Result<std::optional<DeviceEntry>> device(
        const CertificateHash& certificate) const;
    // All that were ever certified for the office.
    [[nodiscard]] Result<std::vector<DeviceEntry>> devices_of(const OfficeId& office) const;
    [[nodiscard]] Result<std::optional<Revocation>> revocation(
        const CertificateHash& certificate) const;
    // Oldest first; at most the last has no end.
    [[nodiscard]] Result<std::vector<Suspension>> suspensions(
        const CertificateHash& certificate) const;
    // The certificate of the same office that replaces this one and has published a bundle: from
    // then on nobody seals to the old one, which can still fetch and sign until its end.
    [[nodiscard]] Result<std::optional<CertificateHash>> successor(
        const CertificateHash& certificate) const;

    // Whether a signature of this certificate, logged at `position` and `time`, counts.
    [[nodiscard]] Result<Standing> standing(const CertificateHash& certificate, EntryIndex position,
                                            TimeMs time) const;

    [[nodiscard]] Result<std::optional<Logged<crypto::PrekeyBundle>>> newest_bundle(
        const CertificateHash& certificate) const;
    [[nodiscard]] Result<std::optional<Logged<crypto::PrekeyBundle>>> bundle(
        const CertificateHash& certificate, std::uint32_t sequence) const;

    // Devices of the office that are valid now, not superseded, and whose newest bundle covers the
    // day of `now`.
    // OfficeUnknown if the office is not in force.
    [[nodiscard]] Result<std::vector<ReachableDevice>> reachable(const OfficeId& office,
                                                                 TimeMs now) const;

  private:
    const storage::ReadTxn& txn_;
};

// Whether a device remembers the bundles it made: one that was set back to an older copy of its
// home has lost its epochs.keystore, which no backup holds, and with it this memory.
enum class BundleMemory : std::uint8_t { Whole, SetBack };

// This device, whose own entries are audited while they are taken in.
struct OwnDevice {
    CertificateHash certificate;
    AgencyId agency;
    OfficeId office;
    std::set<Hash> bundles_made;  // hashes of all bundles that it remembers to have made
    BundleMemory memory = BundleMemory::Whole;
};

// Adds proven entries, in order. Alarms of the first sync of all are only those about bundles:
// everything else appears for the first time then.
[[nodiscard]] Result<IngestReport> ingest(storage::Txn& txn, const TrustCard& card,
                                          const crypto::Checkpoint& checkpoint,
                                          std::span<const schemas::EntryProof> entries,
                                          EntryIndex next, const OwnDevice& own);
// The broker said that this was all, under a head of this time.
[[nodiscard]] Status mark_synced(storage::Txn& txn, TimeMs time);

}  // namespace chapar::client
