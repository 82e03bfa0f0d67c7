// Sealing again what a device could not get: a new envelope, decided afresh.
//
// Owns: when that happens by itself and when a person must say so. By itself: an envelope that was
// refused because a recipient's bundle or certificate was out of date, or whose ledger was closed
// (succession.h); a device that joined an office to which nothing was delivered yet; a device that
// has lost its key (UNOPENABLE, reason 1) or whose ciphertext the broker has lost (WITHHELD, reason
// 6), these two only up to RESTRICTED, within 7 days of the envelope, 3 a device and day. A signed
// "key gone" is a request to encrypt something again, and whoever holds a device's signing key can
// make it: hence the limits. What was approved needs a person and new approvals. What was recalled
// is never sealed again. Attachments are taken from what was sealed before, not from the person's
// files. Does not know networks.
//
// Errors: NotFound, Conflict (nothing to do), Expired, those of compose.h. Source: ADR 0010;
// client/core/mail.md, "Sealing again".
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "client/core/compose.h"
#include "client/core/device.h"
#include "client/core/outbox.h"
#include "crypto/random.h"
#include "schemas/base/result.h"
#include "storage/store.h"

namespace chapar::client {

enum class ResealCause : std::uint8_t {
    Refused,       // bundle.stale or certificate.revoked, before acceptance
    DeviceJoined,  // a device of the office that the envelope was not sealed to
    KeyGone,       // a signed UNOPENABLE, reason 1; WITHHELD, reason 6
};

enum class ResealVerdict : std::uint8_t { Automatic, NeedsConfirmation };

// Whether what was refused with this code may be accepted when it is sealed anew.
[[nodiscard]] bool can_go_again(std::string_view code);

// Whether what was refused is sealed again at the next exchange without anybody's word, if this
// device may still send and it was not recalled.
[[nodiscard]] bool goes_again_by_itself(const OutboxItem& item, TimeMs now);

struct ResealNeed {
    OutboxNumber number;
    ResealCause cause = ResealCause::Refused;
    ResealVerdict verdict = ResealVerdict::NeedsConfirmation;
    std::vector<OfficeId> offices;         // all of the envelope's where it was refused
    std::vector<CertificateHash> devices;  // sealed to these only; empty = all that are reachable
    bool operator==(const ResealNeed&) const = default;
};

// What could be sealed again now, in the order of the outbox; the first 64 of each verdict. With
// `number`, of that envelope only, whatever else there is. REQUIRES: synced.
[[nodiscard]] Result<std::vector<ResealNeed>> find_reseals(
    const storage::ReadTxn& txn, const Device& device, TimeMs now,
    std::optional<OutboxNumber> number = std::nullopt);

// Adds the drafts of new envelopes for all needs of this verdict; the caller seals them. One that
// cannot be read is passed over. With `number`, only of that envelope, or its error. The first item
// remembers what was done for which device.
[[nodiscard]] Result<std::vector<OutboxNumber>> add_reseals(storage::Txn& txn, const Device& device,
                                                            ResealVerdict verdict,
                                                            std::optional<OutboxNumber> number,
                                                            TimeMs now, crypto::Random& random);

// Sealed, never handed to the network, and no longer acceptable (a bundle is over its keep days, a
// recipient is revoked): drafts again, under their own message ids. The numbers.
[[nodiscard]] Result<std::vector<OutboxNumber>> unseal_outdated(storage::Txn& txn, TimeMs now);

}  // namespace chapar::client
