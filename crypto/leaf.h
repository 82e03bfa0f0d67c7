// Ledger leaves: the only bytes that are hashed into the tree.
//
// Owns: the leaf layout, strictly read, and its tombstone: what a pruned leaf is stored as, which
// is no leaf but still gives its hash. Does not know bodies (entry_body.h), nor what was appended
// before. Times are UTC ms rounded down to a second. Source: design ledger.md 2.1;
// crypto/ledger.md, "Leaf".
#pragma once

#include <cstdint>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::crypto {

enum class LeafKind : std::uint8_t {
    Message = 1,  // every message event looks alike from outside
    Key = 2,
    Policy = 3,
    Admin = 4,
    Time = 5,
    Anchor = 6,
    Shred = 7,
    Epoch = 8,
    Prune = 9,
    Hold = 10,
    Ladder = 11,  // prekey bundles
};

enum class LeafClock : std::uint8_t { Disciplined = 0, NotDisciplined = 1, Held = 2 };

// 2 for sealed kinds (MSG, POLICY), 0 for the others.
[[nodiscard]] constexpr std::size_t views_of(LeafKind kind) {
    return kind == LeafKind::Message || kind == LeafKind::Policy ? 2 : 0;
}
// Whether the body of this kind is sealed; clear bodies have a zero salt.
[[nodiscard]] constexpr bool is_sealed(LeafKind kind) { return views_of(kind) != 0; }
// Whether last_dir of later leaves counts this kind: all but MSG and LADDER.
[[nodiscard]] constexpr bool is_directory(LeafKind kind) {
    return kind != LeafKind::Message && kind != LeafKind::Ladder;
}
[[nodiscard]] constexpr TimeMs leaf_time(TimeMs exact) {
    return TimeMs(exact.value - exact.value % kSecond.value);
}

struct Leaf {
    static constexpr std::size_t kFixedBytes = 64;
    LeafKind kind = LeafKind::Message;
    LeafClock clock = LeafClock::Disciplined;
    ProcessEpoch epoch;
    EntryIndex index;
    TimeMs time;          // whole seconds
    EntryIndex last_dir;  // newest directory entry before this one; 0 for entry 0
    Hash body_commit;
    std::vector<ViewTag> tags;  // views_of(kind)

    // REQUIRES: what decode demands of the fields.
    [[nodiscard]] Bytes encode() const;
    // LeafInvalid for an unknown version, kind or clock, a number of views that is not the kind's,
    // a time with milliseconds, or a last_dir that is not before the index.
    [[nodiscard]] static Result<Leaf> decode(ByteView bytes);
    bool operator==(const Leaf&) const = default;
};

// `00 || leaf hash`. A leaf begins with its version, 1, and is longer.
inline constexpr std::size_t kTombstoneBytes = 33;
[[nodiscard]] Bytes tombstone_of(const Hash& leaf_hash);
[[nodiscard]] bool is_tombstone(ByteView stored);
// The hash that the tree holds for a stored row, whether it is a leaf or a tombstone.
[[nodiscard]] Hash stored_leaf_hash(ByteView stored);

}  // namespace chapar::crypto
