#include "client/edge/blob_part.h"

#include <string>
#include <utility>

#include "client/edge/blob_store.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"
#include "schemas/base/limits.h"

namespace chapar::client {
namespace blob_part {
namespace {

constexpr std::uint8_t kVersion = 1;

}  // namespace

std::filesystem::path part_path(const std::filesystem::path& folder, const Hash& root) {
    return folder / (to_hex(root.view()) + ".part");
}
std::filesystem::path have_path(const std::filesystem::path& folder, const Hash& root) {
    return folder / (to_hex(root.view()) + ".have");
}

Bytes encode_have(const Download& download) {
    const crypto::StreamCommitment& of = download.commitment();
    LayoutWriter out;
    out.u8(kVersion).raw(of.root.view()).u64(of.size);
    out.u32(static_cast<std::uint32_t>(download.chunks()));
    for (const Hash& leaf : download.leaf_hashes()) out.raw(leaf.view());
    return out.raw(download.bitmap()).take();
}

std::optional<Have> decode_have(ByteView bytes, const crypto::StreamCommitment& commitment) {
    LayoutReader in(bytes);
    if (in.u8() != kVersion || in.fixed<Hash>() != commitment.root || in.u64() != commitment.size) {
        return std::nullopt;
    }
    const std::uint32_t count = in.u32();
    if (!in.ok() || count > limits::kStreamChunks) return std::nullopt;
    std::vector<Hash> leaves;
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) leaves.push_back(in.fixed<Hash>());
    const ByteView bitmap = in.raw((count + 7) / 8);
    if (!in.finish("have")) return std::nullopt;
    auto download = Download::create(commitment, std::move(leaves));
    if (!download) return std::nullopt;
    return Have{std::move(*download), to_bytes(bitmap)};
}

}  // namespace blob_part

namespace {

// A power cut costs at most this much to fetch again.
constexpr std::uint64_t kSaveBytes = 4ULL * 1024 * 1024;

Result<Bytes> read_whole(const std::filesystem::path& path) {
    constexpr std::uint64_t kMost = 64ULL * 1024;
    const BlobFile file = CHAPAR_TRY(BlobFile::open(path, BlobOpen::Read));
    const std::uint64_t size = CHAPAR_TRY(file.size());
    if (size > kMost) return Error(Errc::TooLarge, path.filename().string());
    Bytes bytes(static_cast<std::size_t>(size));
    bytes.resize(CHAPAR_TRY(file.read_at(0, bytes)));
    return bytes;
}

}  // namespace

PartialBlob::PartialBlob(std::filesystem::path folder, BlobFile part, Download download)
    : folder_(std::move(folder)), part_(std::move(part)), download_(std::move(download)) {}

Result<std::optional<PartialBlob>> PartialBlob::resume(const std::filesystem::path& folder,
                                                       const crypto::StreamCommitment& commitment) {
    const auto bytes = read_whole(blob_part::have_path(folder, commitment.root));
    if (!bytes) {
        if (bytes.error().code == Errc::FileFailed) return bytes.error();
        return std::optional<PartialBlob>();
    }
    auto have = blob_part::decode_have(*bytes, commitment);
    if (!have) return std::optional<PartialBlob>();
    BlobFile part = CHAPAR_TRY(
        BlobFile::open(blob_part::part_path(folder, commitment.root), BlobOpen::ReadAndWrite));
    PartialBlob resumed(folder, std::move(part), std::move(have->download));
    CHAPAR_TRY(resumed.recheck(have->bitmap));
    return std::optional(std::move(resumed));
}

// What the last save() did not name may be there as well: the process was killed, not the machine.
Status PartialBlob::recheck(ByteView bitmap) {
    const std::uint64_t size = CHAPAR_TRY(part_.size());
    Bytes chunk;
    for (std::uint64_t i = 0; i < download_.chunks(); ++i) {
        if (!bit_of(bitmap, i) && Download::offset_of(i) >= size) continue;
        chunk.resize(download_.size_of(i));
        chunk.resize(CHAPAR_TRY(part_.read_at(Download::offset_of(i), chunk)));
        if (download_.check(i, chunk)) download_.mark({i, 1});
    }
    return Done{};
}

Result<PartialBlob> PartialBlob::begin(const std::filesystem::path& folder, Download download) {
    const Hash root = download.commitment().root;
    CHAPAR_TRY(remove_file(blob_part::have_path(folder, root)));
    BlobFile part =
        CHAPAR_TRY(BlobFile::open(blob_part::part_path(folder, root), BlobOpen::ReadAndWrite));
    CHAPAR_TRY(part.truncate(0));
    PartialBlob begun(folder, std::move(part), std::move(download));
    CHAPAR_TRY(begun.save());
    return begun;
}

Status PartialBlob::keep(std::uint64_t first, ByteView data) {
    const std::uint64_t count = CHAPAR_TRY(download_.check(first, data));
    CHAPAR_TRY(part_.write_at(Download::offset_of(first), data));
    download_.mark({first, count});
    unsaved_bytes_ += data.size();
    if (unsaved_bytes_ >= kSaveBytes) CHAPAR_TRY(save());
    return Done{};
}

Status PartialBlob::save() {
    CHAPAR_TRY(part_.sync());
    const auto have = blob_part::have_path(folder_, download_.commitment().root);
    auto fresh = have;
    fresh += ".new";
    CHAPAR_TRY(remove_file(fresh));
    {
        BlobFile file = CHAPAR_TRY(BlobFile::open(fresh, BlobOpen::CreateNew));
        CHAPAR_TRY(file.write_at(0, blob_part::encode_have(download_)));
        CHAPAR_TRY(file.sync());
    }
    CHAPAR_TRY(rename_file(fresh, have));
    unsaved_bytes_ = 0;
    return sync_folder(folder_);
}

Status PartialBlob::finish() && {
    CHAPAR_ASSERT(download_.is_complete());
    const Hash root = download_.commitment().root;
    CHAPAR_TRY(part_.truncate(download_.commitment().size));
    CHAPAR_TRY(part_.sync());
    CHAPAR_TRY(rename_file(blob_part::part_path(folder_, root), folder_ / to_hex(root.view())));
    CHAPAR_TRY(sync_folder(folder_));
    return remove_file(blob_part::have_path(folder_, root));
}

}  // namespace chapar::client
