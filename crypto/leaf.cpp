#include "crypto/leaf.h"

#include "crypto/tree.h"
#include "schemas/base/layout.h"

namespace chapar::crypto {
namespace {

constexpr std::uint8_t kVersion = 1;

Error invalid(const char* what) { return Error(Errc::LeafInvalid, what); }

bool is_kind(std::uint8_t kind) {
    return kind >= static_cast<std::uint8_t>(LeafKind::Message) &&
           kind <= static_cast<std::uint8_t>(LeafKind::Ladder);
}

Status check(const Leaf& leaf) {
    if (leaf.tags.size() != views_of(leaf.kind)) return invalid("leaf views");
    if (leaf.time != leaf_time(leaf.time)) return invalid("leaf time");
    const bool first = leaf.index.value == 0;
    if (first ? leaf.last_dir.value != 0 : leaf.last_dir >= leaf.index) {
        return invalid("leaf last_dir");
    }
    return Done{};
}

}  // namespace

Bytes Leaf::encode() const {
    CHAPAR_ASSERT(check(*this).has_value());
    LayoutWriter out;
    out.u8(kVersion).u8(static_cast<std::uint8_t>(kind)).u8(static_cast<std::uint8_t>(clock));
    out.u8(static_cast<std::uint8_t>(tags.size())).u32(epoch.value).u64(index.value);
    out.u64(time.value).u64(last_dir.value).raw(body_commit.view());
    for (const ViewTag& tag : tags) out.raw(tag.view());
    return out.take();
}

Result<Leaf> Leaf::decode(ByteView bytes) {
    LayoutReader in(bytes);
    const std::uint8_t version = in.u8();
    const std::uint8_t kind = in.u8();
    const std::uint8_t clock = in.u8();
    const std::size_t views = in.u8();
    if (version != kVersion) return invalid("leaf version");
    if (!is_kind(kind)) return invalid("leaf kind");
    if (clock > static_cast<std::uint8_t>(LeafClock::Held)) return invalid("leaf clock");
    Leaf out;
    out.kind = static_cast<LeafKind>(kind);
    out.clock = static_cast<LeafClock>(clock);
    out.epoch = ProcessEpoch(in.u32());
    out.index = EntryIndex(in.u64());
    out.time = TimeMs(in.u64());
    out.last_dir = EntryIndex(in.u64());
    out.body_commit = in.fixed<Hash>();
    for (std::size_t i = 0; i < views && in.ok(); ++i) out.tags.push_back(in.fixed<ViewTag>());
    if (!in.finish("leaf")) return invalid("leaf length");
    CHAPAR_TRY(check(out));
    return out;
}

Bytes tombstone_of(const Hash& leaf_hash) {
    return LayoutWriter().u8(0).raw(leaf_hash.view()).take();
}

bool is_tombstone(ByteView stored) {
    return stored.size() == kTombstoneBytes && stored.front() == std::byte{0};
}

Hash stored_leaf_hash(ByteView stored) {
    if (!is_tombstone(stored)) return leaf_hash(stored);
    return *Hash::from(stored.subspan(1));
}

}  // namespace chapar::crypto
