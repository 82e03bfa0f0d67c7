// Ledger entries: the leaf that is hashed into the tree, and the records of a clear body.
// Layouts: crypto/ledger.md, "Leaf" and "Body".
#pragma once

#include <map>
#include <vector>

#include "crypto/verify/bytes.h"

namespace verify {

enum class EntryKind : std::uint8_t {
    Msg = 1,
    Key,
    Policy,
    Admin,
    Time,
    Anchor,
    Shred,
    Epoch,
    Prune,
    Hold,
    Ladder,
};

struct Leaf {
    EntryKind kind{};
    std::uint8_t clock = 0;
    std::uint8_t views = 0;
    std::uint32_t epoch = 0;
    std::uint64_t index = 0;
    std::uint64_t time_ms = 0;
    std::uint64_t last_directory = 0;
    Hash body_commit{};
    std::array<std::array<std::uint8_t, 16>, 2> tags{};  // of sealed entries

    // Sealed bodies open only with the ledger's keys; all others are clear.
    bool sealed() const { return kind == EntryKind::Msg || kind == EntryKind::Policy; }
    // Whether later entries name this one as newest directory entry.
    bool directory() const { return kind != EntryKind::Msg && kind != EntryKind::Ladder; }
};

std::optional<Leaf> parse_leaf(const Bytes& bytes);
// Where a pruned entry stood: 00 || its leaf hash.
bool is_tombstone(const Bytes& leaf);
// Of the leaf, or the one a tombstone holds.
Hash stored_leaf_hash(const Bytes& leaf);

// body_commit: SHA-256("chapar/body/v1\n" || salt || body). The salt of a clear body is zero.
Hash body_commit(const Hash& salt, const Bytes& body);
inline Hash clear_body_commit(const Bytes& body) { return body_commit(Hash{}, body); }

using BodyRecords = std::map<std::uint8_t, Bytes>;
// Records u8 id || u16 length || bytes, ids ascending. Empty if the bytes are not that.
std::optional<BodyRecords> parse_body(const Bytes& body);

// Ids of body records.
constexpr std::uint8_t kEventRecord = 1, kTimeRecord = 2, kSenderAgencyRecord = 3,
                       kRecipientAgencyRecord = 4, kEnvelopeRecord = 5, kItemRecord = 6,
                       kStanzasRecord = 8, kDecisionRecord = 9, kAcceptedRecord = 10,
                       kStatementRecord = 11, kSignedRecord = 13, kDevicesRecord = 14,
                       kEnvelopeHashRecord = 18, kStepRecord = 19;

// The parts of a bundle: each `width` bytes of length, then the bytes.
std::optional<std::vector<Bytes>> parse_bundle(const Bytes& bundle, std::size_t width);

// "tile/entries/x001/234.p/5": number in groups of three digits, width of a partial one behind it.
std::string tile_name(const std::string& prefix, std::uint64_t number, std::uint64_t width);

}  // namespace verify
