// Whether a certificate belongs to whom it says, by what this device's own agency has confirmed.
//
// Owns: the rule. A device knows its own agency's roots from its home (agency_roots.h) and those of
// another agency only from its own agency's newest PEERS record; the ledger's AGENCY records are
// then compared with them. A version of the AGENCY record that equals them is confirmed, and so is
// every later one, because it is signed by the roots before it; an earlier one is not. Certificates
// are judged by the version under which their registrars were appointed. So a centre that makes up
// an agency, or slips in a first version of its own, deceives no device. Does not know revocations
// or suspensions (DirectoryView::standing), nor what is done about a doubt. Pure. Times UTC ms.
//
// may_believe() is the whole decision about a signature in the ledger, both rules together.
//
// Errors: those of a broken store; may_believe() also refuses (see there).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/core/agency_roots.h"
#include "client/core/directory_replica.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::client {

enum class Trust : std::uint8_t {
    Verified,     // its keys are those that this agency's registrars have confirmed
    KeyChanged,   // others were confirmed than the ledger shows: stop and call
    Unconfirmed,  // this agency names no roots for it, or only later ones
    Expired,      // verified, but outside its times
};
// "verified", "key-changed", "unconfirmed", "expired".
[[nodiscard]] std::string_view text_of(Trust trust);

// `own`: of this device's home. `position`, `time`: where what is judged stands in the ledger;
// directory_store::kNow and the present for a decision about sending. An agency, office or
// certificate that the directory does not hold is Unconfirmed.
[[nodiscard]] Result<Trust> agency_trust(const DirectoryView& directory, const AgencyRoots& own,
                                         const AgencyId& agency, EntryIndex position, TimeMs time);
[[nodiscard]] Result<Trust> office_trust(const DirectoryView& directory, const AgencyRoots& own,
                                         const OfficeId& office, EntryIndex position, TimeMs time);
[[nodiscard]] Result<Trust> certificate_trust(const DirectoryView& directory,
                                              const AgencyRoots& own,
                                              const CertificateHash& certificate,
                                              EntryIndex position, TimeMs time);
// As Status, for a sender: OfficeUnknown, PeerUnconfirmed, PeerKeyChanged (context: the office);
// Done for Verified and for Expired, which the choice of devices refuses in its own words.
[[nodiscard]] Status may_send_to(const DirectoryView& directory, const AgencyRoots& own,
                                 const OfficeId& office, TimeMs now);

// The devices of an office to seal to: reachable() of an office that may_send_to() allows, without
// those whose own certificate is not verified (an office may have devices that sham registrars
// certified). Errors of both.
[[nodiscard]] Result<std::vector<ReachableDevice>> devices_to_seal_to(
    const DirectoryView& directory, const AgencyRoots& own, const OfficeId& office, TimeMs now);

// Where a signature stands: index, last_dir and exact time of the proven entry that carries it.
struct LedgerPosition {
    EntryIndex index;
    EntryIndex last_dir;
    TimeMs time;
};

// Why a genuine signature is not believed yet.
enum class Doubt : std::uint8_t {
    None,
    DirectoryBehind,  // a revocation may stand in the part of the directory that is not held
    SignerNotHeld,    // the same, and the signer's certificate is in that part, or what decides on
                      // it: nothing can be opened for it yet
    Unconfirmed,      // the signer's agency: Trust::Unconfirmed
    KeyChanged,       // the signer's agency: Trust::KeyChanged, stop and call
};

// A doubt makes it *provisional*: it may be read, but nothing is signed for it and it moves
// nothing; it is decided again after the next sync.
struct Believable {
    Doubt doubt = Doubt::None;
    // Valid or Disputed; as far as is known if the directory is behind.
    Standing standing = Standing::Valid;
    // Of the signer; empty for SignerNotHeld only.
    std::optional<DeviceEntry> signer;
    [[nodiscard]] bool provisional() const { return doubt != Doubt::None; }
};

// Refused for good: LeafInvalid (last_dir cannot be true), CertificateUnknown, CertificateExpired,
// CertificateRevoked, CertificateSuspended.
[[nodiscard]] Result<Believable> may_believe(const DirectoryView& directory, const AgencyRoots& own,
                                             const CertificateHash& signer,
                                             const LedgerPosition& at);

}  // namespace chapar::client
