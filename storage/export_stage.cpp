#include "storage/export_stage.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "crypto/tree.h"
#include "schemas/base/layout.h"

namespace chapar::storage {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view kUnnamed = ".new";  // behind the name, until the rename

Error failed(const fs::path& path) { return Error(Errc::FileFailed, path.string()); }

bool write_all(int file, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(file, bytes.data(), bytes.size());
        if (n <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return true;
}

// The parts of a bundle of `count`; empty if it is not that.
std::vector<Bytes> parts_of(ByteView bundle, std::size_t width, std::size_t count) {
    LayoutReader in(bundle);
    std::vector<Bytes> out;
    for (std::size_t i = 0; i < count; ++i) {
        out.push_back(to_bytes(width == 2 ? in.counted16() : in.counted32()));
    }
    if (!in.finish("bundle")) out.clear();
    return out;
}

Status synced(const fs::path& folder, int (*sync)(int)) {
    const int file = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (file < 0) return failed(folder);
    const bool done = sync(file) == 0;
    if (::close(file) != 0 || !done) return failed(folder);
    return Done{};
}

}  // namespace

Status write_whole(const fs::path& path, ByteView bytes) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    const fs::path unnamed = path.string() + std::string(kUnnamed);
    const int file = ::open(unnamed.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return failed(path);
    const bool written = write_all(file, bytes);
    if (::close(file) != 0 || !written || ::rename(unnamed.c_str(), path.c_str()) != 0) {
        return failed(path);
    }
    return Done{};
}

Status sync_folder(const fs::path& folder) { return synced(folder, ::fsync); }
Status sync_files(const fs::path& folder) { return synced(folder, ::syncfs); }

Status ExportStage::put(const std::string& member, ByteView bytes) const {
    return write_whole(folder_ / member, bytes);
}

Result<Bytes> ExportStage::get(const std::string& member) const {
    std::ifstream file(folder_ / member, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.is_open() || file.bad()) return failed(folder_ / member);
    return to_bytes(view(text));
}

bool ExportStage::has(const std::string& member) const {
    std::error_code error;
    return fs::is_regular_file(folder_ / member, error);
}

void ExportStage::forget_draft(const std::string& member) const {
    std::error_code none;
    fs::remove(folder_ / (member + std::string(kUnnamed)), none);
}

Status ExportStage::put_tile(const TileRef& tile, std::span<const Hash> hashes) const {
    Bytes bytes;
    for (const Hash& hash : hashes) append(bytes, hash.view());
    return put(tile.name(), bytes);
}

Result<std::vector<Hash>> ExportStage::get_tile(const TileRef& tile) const {
    const Bytes bytes = CHAPAR_TRY(get(tile.name()));
    if (bytes.size() != tile.width * sizeof(Hash::bytes)) {
        return Error(Errc::ExportIncomplete, tile.name());
    }
    LayoutReader in(bytes);
    std::vector<Hash> out;
    for (std::uint64_t i = 0; i < tile.width; ++i) out.push_back(in.fixed<Hash>());
    return out;
}

Status ExportStage::put_bundle(std::uint64_t number, std::span<const ExportedEntry> entries) const {
    LayoutWriter leaves, bodies;
    for (const ExportedEntry& entry : entries) {
        leaves.counted16(entry.leaf);
        bodies.counted32(entry.body);
    }
    CHAPAR_TRY(put(tile_name("body", number, entries.size()), bodies.bytes()));
    return put(tile_name("tile/entries", number, entries.size()), leaves.bytes());
}

std::vector<Hash> ExportStage::full_bundle(std::uint64_t number) const {
    const auto leaves = get(tile_name("tile/entries", number, kTileWidth));
    const auto bodies = get(tile_name("body", number, kTileWidth));
    std::vector<Hash> out;
    if (!leaves || !bodies || parts_of(*bodies, 4, kTileWidth).empty()) return out;
    for (const Bytes& leaf : parts_of(*leaves, 2, kTileWidth)) {
        out.push_back(hash_of_exported(leaf));
    }
    return out;
}

Status ExportStage::drop_partial() const {
    std::vector<fs::path> found;
    std::error_code error;
    for (fs::recursive_directory_iterator it(folder_, error), end; !error && it != end;
         it.increment(error)) {
        const fs::path& path = it->path();
        if (path.extension() == ".p" || path.extension() == kUnnamed) found.push_back(path);
    }
    if (error) return failed(folder_);
    for (const fs::path& path : found) {
        fs::remove_all(path, error);
        if (error) return failed(path);
    }
    return Done{};
}

std::vector<std::uint64_t> ExportStage::notes() const {
    std::vector<std::uint64_t> out;
    std::error_code error;
    for (fs::directory_iterator it(folder_ / "cp", error), end; !error && it != end;
         it.increment(error)) {
        const std::string name = it->path().filename().string();
        std::uint64_t size = 0;
        const auto [at, bad] = std::from_chars(name.data(), name.data() + name.size(), size);
        if (bad == std::errc() && at == name.data() + name.size()) out.push_back(size);
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace chapar::storage
