#include "client/core/agency_roots.h"

#include <algorithm>
#include <functional>

#include "crypto/sign.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::client {

Bytes encode_agency_roots(const AgencyRoots& roots) {
    LayoutWriter out;
    out.counted8(view(roots.agency.text())).u8(roots.threshold);
    out.u8(static_cast<std::uint8_t>(roots.roots.size()));
    for (const SigningPublicKey& root : roots.roots) out.raw(root.view());
    return out.take();
}

Result<AgencyRoots> decode_agency_roots(ByteView bytes) {
    LayoutReader in(bytes);
    const std::string name = to_string(in.counted8());
    const std::uint8_t threshold = in.u8();
    const std::size_t count = in.u8();
    if (!in.ok() || count == 0 || count > limits::kRootKeys || threshold == 0 ||
        threshold > count) {
        return Error(Errc::MalformedLayout, "agency.roots");
    }
    const auto agency = AgencyId::parse(name);
    if (!agency) return Error(Errc::MalformedLayout, "agency.roots: name");
    AgencyRoots roots{*agency, threshold, {}};
    for (std::size_t i = 0; i < count; ++i) {
        roots.roots.push_back(in.fixed<SigningPublicKey>());
    }
    CHAPAR_TRY(in.finish("agency.roots"));
    // Strictly ascending: one form for one set.
    if (std::ranges::adjacent_find(roots.roots, std::greater_equal<>{}) != roots.roots.end()) {
        return Error(Errc::MalformedLayout, "agency.roots: order");
    }
    for (const SigningPublicKey& root : roots.roots) {
        CHAPAR_TRY(crypto::VerifyingKey::create(root));
    }
    return roots;
}

std::string threshold_text(const AgencyRoots& roots) {
    return std::to_string(roots.threshold) + " of " + std::to_string(roots.roots.size());
}

}  // namespace chapar::client
