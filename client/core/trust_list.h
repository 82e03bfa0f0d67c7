// The directory as an officer reads it: agencies, their offices, their devices, and whether each is
// verified.
//
// Owns: the rows and their plain sentences. Does not print. Newest versions only. Pure. Times UTC
// ms. Errors: those of a broken store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/core/agency_roots.h"
#include "client/core/directory_replica.h"
#include "client/core/peer_trust.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::client {

enum class TrustSubject : std::uint8_t { Agency, Registrars, Office, Device };

// What is wrong with a device beside its trust.
enum class DeviceState : std::uint8_t { InForce, Superseded, Suspended, Revoked };

struct TrustRow {
    TrustSubject subject = TrustSubject::Agency;
    AgencyId agency;
    std::optional<OfficeId> office;              // of an office or device
    std::optional<CertificateHash> certificate;  // of a device
    std::string name;                            // agency, office or device, as shown
    Trust trust = Trust::Unconfirmed;
    DeviceState state = DeviceState::InForce;
    std::uint64_t days_left = 0;  // whole days until it ends; 0 on the last day and after it
    std::uint64_t warning = 0;    // due_warning(days_left)
    std::string threshold{};      // "2 of 3": of an agency's roots, or of its registrars
    std::string sentence{};       // empty if all is well
};

// Agencies in the order of their names, each followed by its registrars and its offices, each
// office by its devices. Devices whose certificate ended more than 30 days ago are left out.
[[nodiscard]] Result<std::vector<TrustRow>> trust_rows(const DirectoryView& directory,
                                                       const AgencyRoots& own, TimeMs now);

[[nodiscard]] std::uint64_t days_left(TimeMs until, TimeMs now);
// The step of the warnings that is reached: 30, 7 or 1; 0 if the end is further away.
[[nodiscard]] std::uint64_t due_warning(std::uint64_t days);

}  // namespace chapar::client
