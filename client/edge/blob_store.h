// Large streams as files of a home: HOME/blobs.
//
//     <R_j hex>         a whole stream: what is sent, or what was fetched
//     <R_j hex>.part    chunks of a stream that is being fetched, each in its place
//     <R_j hex>.have    its leaf list, and which chunks of .part were on the disk
//     sealing.<n>       a stream that is being written; swept when the store is opened
//
// Owns: names, modes (folder 0700, files 0600) and the order of syncs: the file, then its name. All
// of it is ciphertext. Does not know who needs a stream. Whoever reads a blob checks it against R_j
// (client/core/attachment.h). One process at a time, which the home's store lock gives. One thread.
// Blocks on the disk. Errors: NotFound, FileFailed, StoreFull.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "client/core/attachment.h"
#include "client/core/blob.h"
#include "client/edge/blob_file.h"

namespace chapar::client {

// A stream that is being fetched. Resource type.
class PartialBlob {
  public:
    // What an earlier run left, each of its chunks checked again; empty if there is nothing that
    // fits the commitment.
    [[nodiscard]] static Result<std::optional<PartialBlob>> resume(
        const std::filesystem::path& folder, const crypto::StreamCommitment& commitment);
    // Nothing is here yet; what an earlier run left goes.
    [[nodiscard]] static Result<PartialBlob> begin(const std::filesystem::path& folder,
                                                   Download download);

    [[nodiscard]] const Download& download() const { return download_; }
    // StreamRoot unless the chunks are the signed ones. Survives the end of this process at once,
    // and a power cut after save().
    [[nodiscard]] Status keep(std::uint64_t first, ByteView data);
    [[nodiscard]] Status save();
    // The whole stream gets its name; it is found by BlobStore::open() after this. REQUIRES:
    // download().is_complete().
    [[nodiscard]] Status finish() &&;

  private:
    PartialBlob(std::filesystem::path folder, BlobFile part, Download download);
    [[nodiscard]] Status recheck(ByteView bitmap);
    std::filesystem::path folder_;
    BlobFile part_;
    Download download_;
    std::uint64_t unsaved_bytes_ = 0;
};

class FileBlobStore final : public BlobStore {
  public:
    [[nodiscard]] static Result<std::unique_ptr<FileBlobStore>> open(
        const std::filesystem::path& folder);

    [[nodiscard]] Result<std::unique_ptr<BlobSink>> create() override;
    [[nodiscard]] Result<std::unique_ptr<BlobSource>> open(const Hash& root) const override;
    [[nodiscard]] Status remove(const Hash& root) override;

    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    // StoreFull unless the disk takes so many bytes more and still has `reserve` left.
    [[nodiscard]] Status check_room(std::uint64_t bytes, std::uint64_t reserve) const;
    // Roots of all streams that lie here, whole or in part.
    [[nodiscard]] Result<std::vector<Hash>> roots() const;

  private:
    explicit FileBlobStore(std::filesystem::path folder) : folder_(std::move(folder)) {}
    std::filesystem::path folder_;
    std::uint64_t next_sink_ = 0;
};

// Files of the person's own, for what is sent.
class DiskFiles final : public PlainFiles {
  public:
    [[nodiscard]] Result<std::unique_ptr<PlainFile>> open(const std::string& path) override;
};

}  // namespace chapar::client
