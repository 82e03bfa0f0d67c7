#include "broker/edge/body_leaves.h"

#include "schemas/base/hex.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::broker {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeadBytes = 1 + CertificateHash::kSize + 8 + 4;

}  // namespace

Bytes BodyLeaves::encode() const {
    LayoutWriter writer;
    writer.u8(kVersion).raw(device.view()).u64(size);
    writer.u32(static_cast<std::uint32_t>(leaves.size()));
    for (const Hash& leaf : leaves) writer.raw(leaf.view());
    return writer.take();
}

Result<BodyLeaves> BodyLeaves::decode(ByteView bytes) {
    LayoutReader reader(bytes);
    if (reader.u8() != kVersion) return Error(Errc::VersionUnknown, "leaves");
    BodyLeaves out;
    out.device = reader.fixed<CertificateHash>();
    out.size = reader.u64();
    const std::uint32_t count = reader.u32();
    if (count == 0 || count > limits::kStreamChunks || reader.remaining() != count * Hash::kSize) {
        return Error(Errc::MalformedLayout, "leaves");
    }
    for (std::uint32_t i = 0; i < count; ++i) out.leaves.push_back(reader.fixed<Hash>());
    CHAPAR_TRY(reader.finish("leaves"));
    return out;
}

std::size_t BodyLeaves::most_bytes() { return kHeadBytes + limits::kStreamChunks * Hash::kSize; }

std::string body_name(const Hash& root) { return to_hex(root.view()); }

std::optional<Hash> root_named(const std::string& stem) {
    const auto bytes = from_hex(stem);
    if (!bytes) return std::nullopt;
    const auto root = Hash::from(*bytes);
    // One spelling only: a name in capitals is none of ours.
    if (!root || body_name(*root) != stem) return std::nullopt;
    return root;
}

}  // namespace chapar::broker
