#include "storage/ledger_export.h"

#include <map>

#include "crypto/sha256.h"
#include "crypto/tree.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"
#include "storage/export_format.h"

namespace chapar::storage {
namespace {

constexpr std::uint64_t kTileWidth = 256;
constexpr std::string_view kSums = "SHA256SUMS";

std::string group(std::uint64_t n) {
    const std::string digits = std::to_string(n % 1000);
    return std::string(3 - digits.size(), '0') + digits;
}

std::string tile_name(const std::string& folder, std::uint64_t number, std::uint64_t width) {
    std::string path = group(number);
    for (number /= 1000; number > 0; number /= 1000) path = "x" + group(number) + "/" + path;
    path = folder + "/" + path;
    if (width < kTileWidth) path += ".p/" + std::to_string(width);
    return path;
}

// Calls `make(number, first, width)` for each tile over `count` things.
template <typename Make>
void for_each_tile(std::uint64_t count, Make make) {
    for (std::uint64_t first = 0; first < count; first += kTileWidth) {
        make(first / kTileWidth, first, std::min(kTileWidth, count - first));
    }
}

void add_tiles(std::vector<Member>& out, const std::vector<ExportedEntry>& entries) {
    std::vector<Hash> hashes;
    for (const ExportedEntry& entry : entries) hashes.push_back(crypto::leaf_hash(entry.leaf));
    for (int level = 0; !hashes.empty(); ++level) {
        std::vector<Hash> above;
        const std::string folder = "tile/" + std::to_string(level);
        for_each_tile(hashes.size(), [&](auto number, auto first, auto width) {
            const auto tile = std::span<const Hash>(hashes).subspan(first, width);
            Member member{tile_name(folder, number, width), {}};
            for (const Hash& hash : tile) append(member.bytes, hash.view());
            out.push_back(std::move(member));
            if (width == kTileWidth) above.push_back(crypto::tree_root(tile));
        });
        hashes = std::move(above);
    }
}

void add_bundles(std::vector<Member>& out, const std::vector<ExportedEntry>& entries) {
    for_each_tile(entries.size(), [&](auto number, auto first, auto width) {
        LayoutWriter bundle;
        for (auto i = first; i < first + width; ++i) bundle.counted16(entries.at(i).leaf);
        out.push_back({tile_name("tile/entries", number, width), bundle.take()});
    });
    for_each_tile(entries.size(), [&](auto number, auto first, auto width) {
        LayoutWriter bundle;
        for (auto i = first; i < first + width; ++i) bundle.counted32(entries.at(i).body);
        out.push_back({tile_name("body", number, width), bundle.take()});
    });
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

std::vector<Member> members_of(const LedgerExport& ledger) {
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
