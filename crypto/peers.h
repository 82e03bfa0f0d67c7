// Which roots an agency takes other agencies to have: fingerprints that two persons exchanged in
// person.
//
// Owns: the body of record type 9, and the comparison of such a statement with an agency's own
// record. Does not know whom this device should believe (the client decides), nor which record is
// the newest. Source: crypto/records.md, "Signed records".
#pragma once

#include <cstdint>
#include <vector>

#include "crypto/registrars.h"

namespace chapar::crypto {

// "That agency has these roots, and k of them sign." 1 of 1 is allowed and shown as such.
struct PeerRoots {
    AgencyId agency;
    std::uint8_t threshold = 1;
    std::vector<SigningPublicKey> roots;  // 1..limits::kRootKeys, ascending, none twice

    [[nodiscard]] static PeerRoots of(const AgencyRecord& agency);
    // The same agency, threshold and set of roots; their order in the record does not matter.
    [[nodiscard]] bool agrees_with(const AgencyRecord& agency) const;
    bool operator==(const PeerRoots&) const = default;
};

// Type 9, signed by k registrars.
struct PeersRecord {
    AgencyId agency;
    std::uint32_t version = 1;     // from 1, each the last plus one
    Hash previous;                 // zero for the first
    std::vector<PeerRoots> peers;  // at most limits::kPeers; agencies ascend, not its own

    [[nodiscard]] Bytes encode() const;
    [[nodiscard]] static Result<PeersRecord> decode(ByteView body);
    // Null if this agency says nothing about that one.
    [[nodiscard]] const PeerRoots* find(const AgencyId& agency_id) const;
    bool operator==(const PeersRecord&) const = default;
};

[[nodiscard]] Result<PeersRecord> open_peers(const SignedRecord& record,
                                             const RegistrarsRecord& registrars);

}  // namespace chapar::crypto
