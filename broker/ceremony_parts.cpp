#include "broker/ceremony_parts.h"

#include <string_view>

#include "schemas/base/assert.h"
#include "schemas/base/layout.h"

namespace chapar::broker {
namespace {

constexpr std::string_view kTitle = "chapar ceremony 1\n";
constexpr std::uint8_t kToSign = 1, kInForce = 2;
constexpr std::size_t kMaxParts = 16;

}  // namespace

Bytes CeremonyParts::encode() const {
    const std::size_t count = records.size() + context.size();
    CHAPAR_ASSERT(count >= 1 && count <= kMaxParts);
    LayoutWriter out;
    out.raw(view(kTitle)).u8(static_cast<std::uint8_t>(count));
    for (const auto& record : records) out.u8(kToSign).counted32(record.encode());
    for (const auto& record : context) out.u8(kInForce).counted32(record.encode());
    return out.take();
}

Result<CeremonyParts> CeremonyParts::decode(ByteView bytes) {
    const Error malformed(Errc::MalformedLayout, "ceremony file");
    LayoutReader in(bytes);
    if (to_string(in.raw(kTitle.size())) != kTitle) return malformed;
    const std::size_t count = in.u8();
    if (count == 0 || count > kMaxParts) return malformed;
    CeremonyParts out;
    std::uint8_t last = 0;
    for (std::size_t i = 0; i < count && in.ok(); ++i) {
        const std::uint8_t kind = in.u8();
        const Bytes part = to_bytes(in.counted32());
        if (kind < last) return malformed;
        last = kind;
        if (kind > kInForce || !in.ok()) continue;
        auto record = CHAPAR_TRY(crypto::SignedRecord::decode(part));
        (kind == kToSign ? out.records : out.context).push_back(std::move(record));
    }
    CHAPAR_TRY(in.finish("ceremony file"));
    return out;
}

}  // namespace chapar::broker
