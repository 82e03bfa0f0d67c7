#include "storage/ledger_export_read.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>

#include "schemas/base/layout.h"
#include "schemas/base/limits.h"
#include "storage/export_layout.h"

namespace chapar::storage {
namespace {
namespace fs = std::filesystem;

constexpr std::size_t kBlock = 512;
constexpr std::uint64_t kLargestMember = 64ULL << 20;

// The members of one archive by name, read when asked for.
class Members {
  public:
    static Result<Members> open(const std::string& path) {
        Members out(path);
        std::error_code error;
        if (fs::is_directory(path, error)) return out;
        out.tar_.emplace(path, std::ios::binary);
        CHAPAR_TRY(out.index());
        return out;
    }

    Result<Bytes> read(const std::string& name) {
        if (!tar_) return read_file(name);
        const auto found = index_.find(name);
        if (found == index_.end()) return Error(Errc::ExportIncomplete, name + " is missing");
        return take(*tar_, found->second.first, found->second.second, name);
    }

  private:
    explicit Members(std::string path) : path_(std::move(path)) {}

    Result<Bytes> read_file(const std::string& name) const {
        std::ifstream file(fs::path(path_) / name, std::ios::binary | std::ios::ate);
        const std::streamoff size = file ? static_cast<std::streamoff>(file.tellg()) : -1;
        if (size < 0) return Error(Errc::ExportIncomplete, name + " is missing");
        return take(file, 0, static_cast<std::uint64_t>(size), name);
    }

    static Result<Bytes> take(std::ifstream& file, std::uint64_t at, std::uint64_t size,
                              const std::string& name) {
        if (size > kLargestMember) return Error(Errc::TooLarge, name);
        Bytes out(static_cast<std::size_t>(size));
        file.clear();
        file.seekg(static_cast<std::streamoff>(at));
        if (!file.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(size))) {
            return Error(Errc::ExportIncomplete, name);
        }
        return out;
    }

    // Heads only; the archive's bytes stay where they are.
    Status index() {
        std::ifstream& file = *tar_;
        file.seekg(0, std::ios::end);
        const auto end = static_cast<std::uint64_t>(file ? std::streamoff(file.tellg()) : 0);
        if (!file) return Error(Errc::FileFailed, path_);
        for (std::uint64_t at = 0; at + kBlock <= end;) {
            const Bytes head = CHAPAR_TRY(take(file, at, kBlock, path_));
            if (std::ranges::all_of(head, [](std::byte b) { return b == std::byte{0}; })) {
                return Done{};
            }
            const auto member = read_tar_head(head);
            if (!member) return Error(Errc::ExportIncomplete, "damaged head");
            at += kBlock;
            if (member->second > end - at ||
                !index_.emplace(member->first, std::pair(at, member->second)).second) {
                return Error(Errc::ExportIncomplete, member->first);
            }
            at += member->second + tar_filling(member->second);
        }
        return Error(Errc::ExportIncomplete, "the closing blocks are missing");
    }

    std::string path_;
    std::optional<std::ifstream> tar_;
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> index_;
};

// The decimal number on line `line` (0: the first) of a text.
Result<std::uint64_t> number_on(const std::string& text, std::size_t line, const char* member) {
    std::size_t at = 0;
    for (; line > 0; --line) {
        at = text.find('\n', at);
        if (at == std::string::npos) return Error(Errc::ExportIncomplete, member);
        ++at;
    }
    std::uint64_t out = 0;
    const char* const end = text.data() + std::min(text.find('\n', at), text.size());
    const auto [used, bad] = std::from_chars(text.data() + at, end, out);
    if (bad != std::errc() || used != end || out > limits::kLedgerEntries) {
        return Error(Errc::ExportIncomplete, member);
    }
    return out;
}

}  // namespace

struct ExportReader::Parts {
    Members members;
    Bytes manifest{};
    std::string vkey{}, checkpoint{};
    ExportRange range{};
    std::uint64_t bundle = ~0ULL;  // number of the one below
    std::vector<ExportedEntry> entries{};

    Status load(std::uint64_t number);
};

// One bundle of leaves and its bodies.
Status ExportReader::Parts::load(std::uint64_t number) {
    const std::uint64_t width = std::min(kTileWidth, range.end - number * kTileWidth);
    const std::string leaves = tile_name("tile/entries", number, width);
    const std::string bodies = tile_name("body", number, width);
    const Bytes leaf_bytes = CHAPAR_TRY(members.read(leaves));
    const Bytes body_bytes = CHAPAR_TRY(members.read(bodies));
    LayoutReader leaf(leaf_bytes), body(body_bytes);
    entries.clear();
    bundle = ~0ULL;
    for (std::uint64_t i = 0; i < width; ++i) {
        entries.push_back({to_bytes(leaf.counted16()), to_bytes(body.counted32())});
    }
    if (!leaf.finish("entries")) return Error(Errc::ExportIncomplete, leaves);
    if (!body.finish("bodies")) return Error(Errc::ExportIncomplete, bodies);
    bundle = number;
    return Done{};
}

ExportReader::ExportReader(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ExportReader::ExportReader(ExportReader&&) noexcept = default;
ExportReader& ExportReader::operator=(ExportReader&&) noexcept = default;
ExportReader::~ExportReader() = default;

Result<ExportReader> ExportReader::open(const std::string& path) {
    auto parts = std::make_unique<Parts>(Parts{CHAPAR_TRY(Members::open(path))});
    Parts& p = *parts;
    p.manifest = CHAPAR_TRY(p.members.read("manifest"));
    p.vkey = to_string(CHAPAR_TRY(p.members.read("vkey")));
    if (p.vkey.ends_with('\n')) p.vkey.pop_back();
    p.checkpoint = to_string(CHAPAR_TRY(p.members.read("checkpoint")));
    p.range.size = CHAPAR_TRY(number_on(p.checkpoint, 1, "checkpoint"));
    p.range.end = p.range.size;
    if (const auto previous = p.members.read("previous")) {
        p.range.start = CHAPAR_TRY(number_on(to_string(*previous), 0, "previous"));
    }
    // A segment that ends below the checkpoint's size says so by this member.
    if (p.members.read("onward")) p.range.end = p.range.start + limits::kSegmentEntries;
    if (p.range.start > p.range.end || p.range.end > p.range.size ||
        p.range.start % limits::kSegmentEntries != 0) {
        return Error(Errc::ExportIncomplete, "previous");
    }
    return ExportReader(std::move(parts));
}

const Bytes& ExportReader::manifest() const { return parts_->manifest; }
const std::string& ExportReader::vkey() const { return parts_->vkey; }
const std::string& ExportReader::checkpoint() const { return parts_->checkpoint; }
std::uint64_t ExportReader::start() const { return parts_->range.start; }
std::uint64_t ExportReader::end() const { return parts_->range.end; }

Result<ExportedEntry> ExportReader::read(std::uint64_t index) {
    CHAPAR_ASSERT(start() <= index && index < end());
    const std::uint64_t number = index / kTileWidth;
    if (parts_->bundle != number) CHAPAR_TRY(parts_->load(number));
    return parts_->entries.at(index % kTileWidth);
}

}  // namespace chapar::storage
