#include "client/edge/blob_store.h"

#include <algorithm>
#include <string>
#include <utility>

#include "client/edge/blob_part.h"
#include "crypto/stream.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {

constexpr std::string_view kSealing = "sealing.";

class FileSink final : public BlobSink {
  public:
    FileSink(std::filesystem::path folder, std::filesystem::path path, BlobFile file)
        : folder_(std::move(folder)), path_(std::move(path)), file_(std::move(file)) {}
    ~FileSink() override {
        // Best effort: what stays is swept at the next start.
        if (!committed_ && !remove_file(path_)) return;
    }

    [[nodiscard]] Status append(ByteView sealed_chunks) override {
        CHAPAR_ASSERT(!committed_);
        CHAPAR_TRY(file_.write_at(written_, sealed_chunks));
        written_ += sealed_chunks.size();
        return Done{};
    }

    [[nodiscard]] Status commit(const Hash& root) override {
        CHAPAR_ASSERT(!committed_);
        CHAPAR_TRY(file_.sync());
        const Status named = rename_to_new(path_, folder_ / to_hex(root.view()));
        if (!named && named.error().code != Errc::AlreadyExists) return named;
        if (!named) CHAPAR_TRY(remove_file(path_));
        committed_ = true;
        return sync_folder(folder_);
    }

  private:
    std::filesystem::path folder_;
    std::filesystem::path path_;
    BlobFile file_;
    std::uint64_t written_ = 0;
    bool committed_ = false;
};

class FileSource final : public BlobSource {
  public:
    FileSource(BlobFile file, std::uint64_t size) : file_(std::move(file)), size_(size) {}

    [[nodiscard]] std::uint64_t size() const override { return size_; }
    [[nodiscard]] Result<Bytes> chunk(std::uint64_t index) const override {
        const std::uint64_t chunks = size_ / crypto::kSealedChunkBytes + 1;
        const std::uint64_t offset = Download::offset_of(std::min(index, chunks));
        if (offset >= size_) return Error(Errc::NotFound, "chunk");
        Bytes out(static_cast<std::size_t>(
            std::min<std::uint64_t>(crypto::kSealedChunkBytes, size_ - offset)));
        out.resize(CHAPAR_TRY(file_.read_at(offset, out)));
        return out;
    }

  private:
    BlobFile file_;
    std::uint64_t size_;
};

class DiskFile final : public PlainFile {
  public:
    explicit DiskFile(BlobFile file) : file_(std::move(file)) {}
    [[nodiscard]] Result<std::size_t> read(std::span<std::byte> out) override {
        const std::size_t got = CHAPAR_TRY(file_.read_at(at_, out));
        at_ += got;
        return got;
    }

  private:
    BlobFile file_;
    std::uint64_t at_ = 0;
};

// The names in a folder, in no order.
Result<std::vector<std::filesystem::path>> names_in(const std::filesystem::path& folder) {
    std::error_code problem;
    std::vector<std::filesystem::path> names;
    for (std::filesystem::directory_iterator entry(folder, problem), end; !problem && entry != end;
         entry.increment(problem)) {
        names.push_back(entry->path().filename());
    }
    if (problem) return Error(Errc::FileFailed, folder.filename().string());
    return names;
}

}  // namespace

Result<std::unique_ptr<FileBlobStore>> FileBlobStore::open(const std::filesystem::path& folder) {
    CHAPAR_TRY(make_private_folder(folder));
    for (const auto& name : CHAPAR_TRY(names_in(folder))) {
        if (name.string().starts_with(kSealing)) CHAPAR_TRY(remove_file(folder / name));
    }
    return std::unique_ptr<FileBlobStore>(new FileBlobStore(folder));
}

Result<std::unique_ptr<BlobSink>> FileBlobStore::create() {
    const auto path = folder_ / (std::string(kSealing) + std::to_string(++next_sink_));
    BlobFile file = CHAPAR_TRY(BlobFile::open(path, BlobOpen::CreateNew));
    return std::unique_ptr<BlobSink>(std::make_unique<FileSink>(folder_, path, std::move(file)));
}

Result<std::unique_ptr<BlobSource>> FileBlobStore::open(const Hash& root) const {
    BlobFile file = CHAPAR_TRY(BlobFile::open(folder_ / to_hex(root.view()), BlobOpen::Read));
    const std::uint64_t size = CHAPAR_TRY(file.size());
    return std::unique_ptr<BlobSource>(std::make_unique<FileSource>(std::move(file), size));
}

Status FileBlobStore::remove(const Hash& root) {
    CHAPAR_TRY(remove_file(folder_ / to_hex(root.view())));
    CHAPAR_TRY(remove_file(blob_part::part_path(folder_, root)));
    return remove_file(blob_part::have_path(folder_, root));
}

Status FileBlobStore::check_room(std::uint64_t bytes, std::uint64_t reserve) const {
    std::error_code failed;
    const auto space = std::filesystem::space(folder_, failed);
    if (failed) return Error(Errc::FileFailed, folder_.string());
    if (space.available < reserve || space.available - reserve < bytes) {
        return Error(Errc::StoreFull,
                     "no room for an attachment of " + std::to_string(bytes) + " bytes");
    }
    return Done{};
}

Result<std::vector<Hash>> FileBlobStore::roots() const {
    std::vector<Hash> roots;
    for (const auto& name : CHAPAR_TRY(names_in(folder_))) {
        const auto bytes = from_hex(name.stem().string());
        const auto root = bytes ? Hash::from(*bytes) : std::nullopt;
        if (root) roots.push_back(*root);
    }
    std::ranges::sort(roots);
    roots.erase(std::unique(roots.begin(), roots.end()), roots.end());
    return roots;
}

Result<std::unique_ptr<PlainFile>> DiskFiles::open(const std::string& path) {
    // What a person names may well be a link to a file elsewhere.
    std::error_code problem;
    const auto real = std::filesystem::canonical(path, problem);
    if (problem) return Error(Errc::NotFound, path);
    return std::unique_ptr<PlainFile>(
        std::make_unique<DiskFile>(CHAPAR_TRY(BlobFile::open(real, BlobOpen::Read))));
}

}  // namespace chapar::client
