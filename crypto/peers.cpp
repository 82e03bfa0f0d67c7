#include "crypto/peers.h"

#include <algorithm>

#include "crypto/key_check.h"
#include "crypto/record_layout.h"

namespace chapar::crypto {
namespace {

Error malformed(const char* what) { return Error(Errc::MalformedLayout, what); }

Result<PeerRoots> read_peer(LayoutReader& in) {
    PeerRoots out{CHAPAR_TRY(read_name<AgencyId>(in)), in.u8(), {}};
    const std::size_t count = in.u8();
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        out.roots.push_back(in.fixed<SigningPublicKey>());
    }
    if (!in.ok() || count == 0 || count > limits::kRootKeys) return malformed("peer roots");
    if (out.threshold == 0 || out.threshold > count) return malformed("peer threshold");
    if (std::ranges::adjacent_find(out.roots, std::greater_equal<>()) != out.roots.end()) {
        return malformed("order of peer roots");
    }
    return out;
}

}  // namespace

PeerRoots PeerRoots::of(const AgencyRecord& agency) {
    PeerRoots out{agency.agency, agency.threshold, agency.roots};
    std::ranges::sort(out.roots);
    return out;
}

bool PeerRoots::agrees_with(const AgencyRecord& agency_record) const {
    return *this == of(agency_record);
}

Bytes PeersRecord::encode() const {
    LayoutWriter out = begin_record();
    out.counted8(view(agency.text())).u32(version).raw(previous.view());
    out.u16(static_cast<std::uint16_t>(peers.size()));
    for (const PeerRoots& peer : peers) {
        out.counted8(view(peer.agency.text())).u8(peer.threshold);
        out.u8(static_cast<std::uint8_t>(peer.roots.size()));
        for (const SigningPublicKey& root : peer.roots) out.raw(root.view());
    }
    return out.take();
}

Result<PeersRecord> PeersRecord::decode(ByteView body) {
    LayoutReader in(body);
    CHAPAR_TRY(read_version(in, "peers"));
    PeersRecord out{CHAPAR_TRY(read_name<AgencyId>(in)), in.u32(), in.fixed<Hash>(), {}};
    const std::size_t count = in.u16();
    if (count > limits::kPeers || out.version == 0) return malformed("peers");
    for (std::size_t i = 0; i < count; ++i) {
        out.peers.push_back(CHAPAR_TRY(read_peer(in)));
        const AgencyId& named = out.peers.back().agency;
        if (named == out.agency) return malformed("own agency among the peers");
        if (i > 0 && out.peers[i - 1].agency >= named) return malformed("order of peers");
    }
    CHAPAR_TRY(in.finish("peers"));
    return out;
}

const PeerRoots* PeersRecord::find(const AgencyId& agency_id) const {
    const auto at = std::ranges::lower_bound(peers, agency_id, {}, &PeerRoots::agency);
    return at != peers.end() && at->agency == agency_id ? &*at : nullptr;
}

Result<PeersRecord> open_peers(const SignedRecord& record, const RegistrarsRecord& registrars) {
    auto out = CHAPAR_TRY(decode_as<PeersRecord>(record, RecordType::Peers));
    CHAPAR_TRY(check_signed_by_registrars(record, out.agency, registrars));
    for (const PeerRoots& peer : out.peers) {
        for (const SigningPublicKey& root : peer.roots) CHAPAR_TRY(check_signing_key(root));
    }
    return out;
}

}  // namespace chapar::crypto
