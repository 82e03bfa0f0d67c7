#include "storage/ledger_export_write.h"

#include <algorithm>

#include "crypto/base64.h"
#include "crypto/sha256.h"
#include "schemas/base/hex.h"
#include "schemas/base/limits.h"
#include "storage/export_format.h"
#include "storage/export_pack.h"
#include "storage/export_stage.h"
#include "storage/export_tree.h"

namespace chapar::storage {
namespace {
namespace fs = std::filesystem;

constexpr const char* kState = "state";  // says of which ledger and plan TARGET.part is
constexpr std::size_t kNotesKept = 1024;

std::string state_of(const ExportPlan& plan) {
    return "chapar-export/2\n" + to_hex(crypto::sha256(plan.manifest).view()) + "\nfrom " +
           std::to_string(plan.from) + "\n" +
           (plan.form == ExportForm::Archive ? "archive\n" : "directory\n");
}

}  // namespace

struct ExportWriter::Parts {
    ExportPlan plan;
    ExportStage stage;
    ExportTree tree;
    std::vector<Hash> peaks_at_from;
    std::vector<std::vector<Hash>> segment_peaks;  // at the start of each segment from plan.from
    std::vector<ExportedEntry> waiting;            // of the bundle that is not full yet

    // Levels above the first two are kept from entry 0 on: paths lead through them.
    Status put_tile(const TileRef& tile, std::span<const Hash> hashes) {
        const bool before =
            tile.level < 2 && (tile.number + 1) << (8 * (tile.level + 1)) <= plan.from;
        return before ? Status(Done{}) : stage.put_tile(tile, hashes);
    }
    Status push(const Hash& hash) {
        if (tree.size() >= plan.from && tree.size() % limits::kSegmentEntries == 0) {
            segment_peaks.push_back(tree.peaks());
        }
        return tree.push(hash,
                         [this](const TileRef& t, auto hashes) { return put_tile(t, hashes); });
    }
    Status resume();
    Status check_target() const;
    Result<SegmentParts> segment(std::uint64_t number, const std::string& checkpoint) const;
    Result<std::vector<std::string>> pack(const std::string& checkpoint);
    Status pack_directory(const std::string& checkpoint);
};

Status ExportWriter::Parts::check_target() const {
    std::error_code error;
    for (const std::string& path : {plan.target, segment_file(plan.target, 0, 2)}) {
        if (fs::exists(path, error)) return Error(Errc::AlreadyExists, path);
    }
    return Done{};
}

// What stands in TARGET.part whole is hashed again; what does not is fetched again.
Status ExportWriter::Parts::resume() {
    std::error_code error;
    const std::string wanted = state_of(plan);
    if (!stage.has(kState)) {
        // An export that could not even write this may be tried again.
        stage.forget_draft(kState);
        if (fs::exists(stage.folder(), error) && !fs::is_empty(stage.folder(), error)) {
            return Error(Errc::AlreadyExists, stage.folder().string());
        }
        return stage.put(kState, view(wanted));
    }
    if (to_string(CHAPAR_TRY(stage.get(kState))) != wanted) {
        return Error(Errc::AlreadyExists, stage.folder().string() + " is of another export");
    }
    CHAPAR_TRY(stage.drop_partial());
    if (plan.from > 0) return Done{};
    for (std::uint64_t number = 0;; ++number) {
        const std::vector<Hash> hashes = stage.full_bundle(number);
        if (hashes.empty()) return Done{};
        for (const Hash& hash : hashes) CHAPAR_TRY(push(hash));
    }
}

Result<SegmentParts> ExportWriter::Parts::segment(std::uint64_t number,
                                                  const std::string& checkpoint) const {
    const std::uint64_t size = tree.size();
    const std::uint64_t start = plan.from + number * limits::kSegmentEntries;
    SegmentParts out;
    out.range = {start, std::min(start + limits::kSegmentEntries, size), size};
    if (plan.form == ExportForm::Directory) out.range.end = size;
    out.head = {{"FORMAT.txt", to_bytes(kExportFormat)},
                {"manifest", plan.manifest},
                {"vkey", to_bytes(plan.vkey + "\n")}};
    if (!plan.policy.empty()) out.head.push_back({"policy", to_bytes(plan.policy)});
    out.head.push_back({"checkpoint", to_bytes(checkpoint)});
    const auto lines = [](const std::vector<Hash>& hashes) {
        std::string text;
        for (const Hash& hash : hashes) text += crypto::to_base64(hash.view()) + "\n";
        return text;
    };
    const auto path = [&](std::uint64_t older) {
        return path_from_tiles(older, size,
                               [&](const TileRef& tile) { return stage.get_tile(tile); });
    };
    if (start > 0) {
        out.head.push_back(
            {"previous", to_bytes(std::to_string(start) + "\n" + lines(segment_peaks.at(number)))});
        out.head.push_back({"consistency", to_bytes(lines(CHAPAR_TRY(path(start))))});
    }
    if (out.range.end < size) {
        out.head.push_back({"onward", to_bytes(lines(CHAPAR_TRY(path(out.range.end))))});
    }
    for (const std::uint64_t at : stage.notes()) {
        if (at > start && at <= out.range.end) out.notes.push_back(at);
    }
    return out;
}

Result<std::vector<std::string>> ExportWriter::Parts::pack(const std::string& checkpoint) {
    const std::uint64_t entries = tree.size() - plan.from;
    const std::uint64_t segments = std::max<std::uint64_t>(
        1, (entries + limits::kSegmentEntries - 1) / limits::kSegmentEntries);
    std::vector<std::string> files;
    for (std::uint64_t n = 0; n < segments; ++n) {
        files.push_back(segment_file(plan.target, n, segments));
        const SegmentParts part = CHAPAR_TRY(segment(n, checkpoint));
        CHAPAR_TRY(pack_archive(stage, part, files.back()));
    }
    std::error_code error;
    fs::remove_all(stage.folder(), error);
    return files;
}

Status ExportWriter::Parts::pack_directory(const std::string& checkpoint) {
    const SegmentParts whole = CHAPAR_TRY(segment(0, checkpoint));
    CHAPAR_TRY(complete_directory(stage, whole));
    std::error_code error;
    for (const std::uint64_t at : stage.notes()) {
        if (at > tree.size()) fs::remove(stage.folder() / "cp" / std::to_string(at), error);
    }
    fs::remove(stage.folder() / kState, error);
    fs::rename(stage.folder(), plan.target, error);
    if (error) return Error(Errc::FileFailed, plan.target);
    const fs::path parent = fs::absolute(plan.target, error).parent_path();
    return sync_folder(parent);
}

ExportWriter::ExportWriter(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
ExportWriter::ExportWriter(ExportWriter&&) noexcept = default;
ExportWriter& ExportWriter::operator=(ExportWriter&&) noexcept = default;
ExportWriter::~ExportWriter() = default;

Result<ExportWriter> ExportWriter::open(ExportPlan plan) {
    const bool whole = plan.from == 0 || plan.form == ExportForm::Archive;
    if (plan.from % limits::kSegmentEntries != 0 || !whole) return Error(Errc::Usage, "--from");
    while (plan.target.size() > 1 && plan.target.ends_with('/')) plan.target.pop_back();
    const fs::path folder = plan.target + ".part";
    std::error_code error;
    fs::create_directories(folder, error);
    fs::permissions(folder, fs::perms::owner_all, error);
    if (error) return Error(Errc::FileFailed, folder.string());
    auto parts =
        std::make_unique<Parts>(Parts{std::move(plan), ExportStage(folder), {}, {}, {}, {}});
    CHAPAR_TRY(parts->check_target());
    CHAPAR_TRY(parts->resume());
    return ExportWriter(std::move(parts));
}

std::uint64_t ExportWriter::next() const { return parts_->tree.size() + parts_->waiting.size(); }

Status ExportWriter::add(const ExportedEntry& entry) {
    Parts& p = *parts_;
    if (p.tree.size() < p.plan.from) return p.push(hash_of_exported(entry.leaf));
    p.waiting.push_back(entry);
    if (p.waiting.size() < kTileWidth) return Done{};
    // The bundle before its tile: a resumed export counts bundles, and writes tiles again.
    CHAPAR_TRY(p.stage.put_bundle(p.tree.size() / kTileWidth, p.waiting));
    for (const ExportedEntry& one : p.waiting) CHAPAR_TRY(p.push(hash_of_exported(one.leaf)));
    p.waiting.clear();
    return Done{};
}

Status ExportWriter::keep_note(std::uint64_t size, const std::string& note) {
    const std::string name = "cp/" + std::to_string(size);
    const ExportStage& stage = parts_->stage;
    if (stage.has(name)) {
        const Bytes kept = CHAPAR_TRY(stage.get(name));
        const auto lines = [](ByteView text) { return std::ranges::count(text, std::byte{'\n'}); };
        if (lines(kept) >= lines(view(note))) return Done{};
    } else if (stage.notes().size() >= kNotesKept) {
        return Done{};
    }
    return stage.put(name, view(note));
}

Result<WrittenExport> ExportWriter::finish(const std::string& checkpoint, std::uint64_t size,
                                           const Hash& root) {
    Parts& p = *parts_;
    if (!p.waiting.empty()) {
        CHAPAR_TRY(p.stage.put_bundle(p.tree.size() / kTileWidth, p.waiting));
        for (const ExportedEntry& one : p.waiting) CHAPAR_TRY(p.push(hash_of_exported(one.leaf)));
        p.waiting.clear();
    }
    const Hash found = p.tree.root();
    if (p.tree.size() != size || found != root || size < p.plan.from) {
        return Error(Errc::LedgerDamaged, "the entries do not lead to the signed head");
    }
    CHAPAR_TRY(p.tree.put_partial(
        [&](const TileRef& tile, auto hashes) { return p.put_tile(tile, hashes); }));
    WrittenExport out{{}, size - p.plan.from, size, found};
    if (p.plan.form == ExportForm::Archive) {
        out.files = CHAPAR_TRY(p.pack(checkpoint));
    } else {
        CHAPAR_TRY(p.pack_directory(checkpoint));
        out.files = {p.plan.target};
    }
    return out;
}

std::string segment_file(const std::string& target, std::uint64_t segment, std::uint64_t segments) {
    if (segments <= 1) return target;
    std::string number = std::to_string(segment);
    if (number.size() < 3) number.insert(0, 3 - number.size(), '0');
    const fs::path path(target);
    const fs::path name = path.stem().string() + "." + number + path.extension().string();
    return (path.parent_path() / name).string();
}

}  // namespace chapar::storage
