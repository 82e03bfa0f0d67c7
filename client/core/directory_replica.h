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
// Errors of ingest(): ProofInvalid, LeafInvalid (chain), RecordRefused, CertificateNotSigned,
// SignatureInvalid, BundleSequence: nothing of this batch may be kept then.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "client/core/proof.h"
#include "client/core/trust_card.h"
#include "crypto/bundle.h"
#include "crypto/certificate.h"
#include "crypto/checkpoint.h"
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
};

struct IngestReport {
    std::size_t entries = 0;
    EntryIndex next;  // to ask from
    // A bundle of `own` that `own_bundles` does not name: someone else has this device's key.
    std::vector<Hash> foreign_bundles;
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

    [[nodiscard]] Result<std::optional<DeviceEntry>> device(
        const CertificateHash& certificate) const;
    // All that were ever certified for the office.
    [[nodiscard]] Result<std::vector<DeviceEntry>> devices_of(const OfficeId& office) const;
    [[nodiscard]] Result<std::optional<Revocation>> revocation(
        const CertificateHash& certificate) const;

    // Whether a signature of this certificate, logged at `position` and `time`, counts.
    [[nodiscard]] Result<Standing> standing(const CertificateHash& certificate, EntryIndex position,
                                            TimeMs time) const;

    [[nodiscard]] Result<std::optional<Logged<crypto::PrekeyBundle>>> newest_bundle(
        const CertificateHash& certificate) const;
    [[nodiscard]] Result<std::optional<Logged<crypto::PrekeyBundle>>> bundle(
        const CertificateHash& certificate, std::uint32_t sequence) const;

    // Devices of the office that are valid now and whose newest bundle covers the day of `now`.
    // OfficeUnknown if the office is not in force.
    [[nodiscard]] Result<std::vector<ReachableDevice>> reachable(const OfficeId& office,
                                                                 TimeMs now) const;

  private:
    const storage::ReadTxn& txn_;
};

// Adds proven entries, in order. `own`: this device, and the bundles it made itself.
struct OwnBundles {
    CertificateHash certificate;
    std::set<Hash> made;
};
[[nodiscard]] Result<IngestReport> ingest(storage::Txn& txn, const TrustCard& card,
                                          const crypto::Checkpoint& checkpoint,
                                          std::span<const schemas::EntryProof> entries,
                                          EntryIndex next, const OwnBundles& own);
// The broker said that this was all, under a head of this time.
[[nodiscard]] Status mark_synced(storage::Txn& txn, TimeMs time);

}  // namespace chapar::client
