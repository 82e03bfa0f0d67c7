#include "storage/ledger_export.h"

#include <map>

#include "crypto/sha256.h"
#include "crypto/tree.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"
#include "storage/export_format.h"
#include "storage/export_layout.h"
#include "storage/export_tree.h"

namespace chapar::storage {
namespace {

constexpr std::string_view kSums = "SHA256SUMS";

ExportRange whole(std::uint64_t size) { return {0, size, size}; }

void add_tiles(std::vector<Member>& out, const std::vector<ExportedEntry>& entries) {
    std::vector<std::vector<Hash>> levels(kTileLevels);
    ExportTree tree;
    const auto put = [&](const TileRef& tile, std::span<const Hash> hashes) -> Status {
        auto& level = levels.at(tile.level);
        level.insert(level.end(), hashes.begin(), hashes.end());
        return Done{};
    };
    for (const ExportedEntry& entry : entries) {
        CHAPAR_ASSERT(tree.push(hash_of_exported(entry.leaf), put));
    }
    CHAPAR_ASSERT(tree.put_partial(put));
    for_each_tile(whole(entries.size()), [&](const TileRef& tile) {
        Member member{tile.name(), {}};
        for (std::uint64_t i = 0; i < tile.width; ++i) {
            append(member.bytes, levels.at(tile.level).at(tile.number * kTileWidth + i).view());
        }
        out.push_back(std::move(member));
        return true;
    });
}

void add_bundles(std::vector<Member>& out, const std::vector<ExportedEntry>& entries) {
    for (const bool leaves : {true, false}) {
        for_each_bundle(whole(entries.size()), [&](std::uint64_t number, std::uint64_t width) {
            LayoutWriter bundle;
            for (std::uint64_t i = 0; i < width; ++i) {
                const ExportedEntry& entry = entries.at(number * kTileWidth + i);
                leaves ? bundle.counted16(entry.leaf) : bundle.counted32(entry.body);
            }
            out.push_back(
                {tile_name(leaves ? "tile/entries" : "body", number, width), bundle.take()});
            return true;
        });
    }
}

Member digests(const std::vector<Member>& members) {
    Member out{std::string(kSums), {}};
    for (const Member& member : members) {
        append(out.bytes,
               view(to_hex(crypto::sha256(member.bytes).view()) + "  " + member.name + "\n"));
    }
    return out;
}

using Index = std::map<std::string, ByteView>;

Result<ByteView> find(const Index& index, const std::string& name) {
    const auto found = index.find(name);
    if (found == index.end()) return Error(Errc::ExportIncomplete, name + " is missing");
    return found->second;
}

// The second line of a checkpoint: how many entries the export must hold.
Result<std::uint64_t> size_of(const std::string& checkpoint) {
    const std::size_t first = checkpoint.find('\n');
    std::uint64_t size = 0;
    if (first == std::string::npos) return Error(Errc::ExportIncomplete, "checkpoint");
    for (std::size_t i = first + 1; i < checkpoint.size() && checkpoint[i] != '\n'; ++i) {
        if (checkpoint[i] < '0' || checkpoint[i] > '9' || size > (1ULL << 48)) {
            return Error(Errc::ExportIncomplete, "checkpoint");
        }
        size = size * 10 + static_cast<std::uint64_t>(checkpoint[i] - '0');
    }
    return size;
}

Status read_bundles(const Index& index, std::uint64_t number, std::uint64_t width,
                    std::vector<ExportedEntry>& out) {
    const std::string leaves = tile_name("tile/entries", number, width);
    const std::string bodies = tile_name("body", number, width);
    LayoutReader leaf(CHAPAR_TRY(find(index, leaves)));
    LayoutReader body(CHAPAR_TRY(find(index, bodies)));
    for (std::uint64_t i = 0; i < width; ++i) {
        out.push_back({to_bytes(leaf.counted16()), to_bytes(body.counted32())});
    }
    if (!leaf.finish("entries")) return Error(Errc::ExportIncomplete, leaves);
    if (!body.finish("bodies")) return Error(Errc::ExportIncomplete, bodies);
    return Done{};
}

}  // namespace

Hash hash_of_exported(ByteView leaf) {
    const bool tombstone = leaf.size() == kTombstoneBytes && leaf.front() == std::byte{0};
    return tombstone ? *Hash::from(leaf.subspan(1)) : crypto::leaf_hash(leaf);
}

std::vector<Member> members_of(const LedgerExport& ledger) {
    CHAPAR_ASSERT(ledger.entries.size() <= limits::kSegmentEntries);
    std::vector<Member> out{{"FORMAT.txt", to_bytes(kExportFormat)},
                            {"manifest", ledger.manifest},
                            {"vkey", to_bytes(ledger.vkey + "\n")},
                            {"checkpoint", to_bytes(ledger.checkpoint)}};
    add_tiles(out, ledger.entries);
    add_bundles(out, ledger.entries);
    out.push_back(digests(out));
    return out;
}

Result<LedgerExport> export_of(const std::vector<Member>& members) {
    Index index;
    for (const Member& member : members) index.emplace(member.name, member.bytes);
    LedgerExport out;
    out.manifest = to_bytes(CHAPAR_TRY(find(index, "manifest")));
    out.vkey = to_string(CHAPAR_TRY(find(index, "vkey")));
    if (out.vkey.ends_with('\n')) out.vkey.pop_back();
    out.checkpoint = to_string(CHAPAR_TRY(find(index, "checkpoint")));
    CHAPAR_TRY(find(index, std::string(kSums)));
    const std::uint64_t size = CHAPAR_TRY(size_of(out.checkpoint));
    for (std::uint64_t first = 0; first < size; first += kTileWidth) {
        const std::uint64_t width = std::min(kTileWidth, size - first);
        CHAPAR_TRY(read_bundles(index, first / kTileWidth, width, out.entries));
    }
    return out;
}

}  // namespace chapar::storage
