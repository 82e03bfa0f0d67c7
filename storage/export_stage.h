// The folder in which an export grows: tiles and bundles as files, written so that a cut leaves no
// half file under a member's name. Inside; for ledger_export_write.cpp only.
//
// Owns the folder's files. Does not know the order of an archive. Blocks. FileFailed.
#pragma once

#include <filesystem>
#include <span>
#include <vector>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "storage/export_layout.h"
#include "storage/ledger_export.h"

namespace chapar::storage {

class ExportStage {
  public:
    explicit ExportStage(std::filesystem::path folder) : folder_(std::move(folder)) {}
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

    [[nodiscard]] Status put(const std::string& member, ByteView bytes) const;
    [[nodiscard]] Result<Bytes> get(const std::string& member) const;
    [[nodiscard]] bool has(const std::string& member) const;
    // What a put() that failed, or was cut, has left of this member.
    void forget_draft(const std::string& member) const;

    [[nodiscard]] Status put_tile(const TileRef& tile, std::span<const Hash> hashes) const;
    [[nodiscard]] Result<std::vector<Hash>> get_tile(const TileRef& tile) const;
    [[nodiscard]] Status put_bundle(std::uint64_t number,
                                    std::span<const ExportedEntry> entries) const;
    // The leaf hashes of a full bundle that stands here whole; empty if it does not.
    [[nodiscard]] std::vector<Hash> full_bundle(std::uint64_t number) const;
    // Partial tiles and bundles, and files that a cut left unnamed, go.
    [[nodiscard]] Status drop_partial() const;
    // Sizes of the notes in cp/, ascending.
    [[nodiscard]] std::vector<std::uint64_t> notes() const;

  private:
    std::filesystem::path folder_;
};

// Writes and renames a file of mode 0600; makes its folders. Not synced: what a crash takes is
// found missing when the export goes on, and sync_files() comes before the end. FileFailed.
[[nodiscard]] Status write_whole(const std::filesystem::path& path, ByteView bytes);
// Everything on the file system of this folder.
[[nodiscard]] Status sync_files(const std::filesystem::path& folder);
[[nodiscard]] Status sync_folder(const std::filesystem::path& folder);

}  // namespace chapar::storage
