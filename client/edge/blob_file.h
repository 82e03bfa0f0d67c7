// One open file of the folder of large streams, and the folder itself.
//
// Owns: the descriptor, whole reads and writes at a place, and syncing. Does not know what the
// bytes are. Resource type: movable. Blocks on the disk. Errors: NotFound, AlreadyExists,
// FileFailed (context: the file's name and the reason).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

#include "client/edge/home_files.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::client {

enum class BlobOpen : std::uint8_t {
    Read,
    CreateNew,     // AlreadyExists if it is there
    ReadAndWrite,  // made if it is not there
};

class BlobFile {
  public:
    // Mode 0600 where it is made; a symbolic link or anything but a regular file is FileFailed.
    [[nodiscard]] static Result<BlobFile> open(const std::filesystem::path& path, BlobOpen how);
    ~BlobFile();
    BlobFile(BlobFile&& other) noexcept;
    BlobFile& operator=(BlobFile&& other) noexcept;
    BlobFile(const BlobFile&) = delete;
    BlobFile& operator=(const BlobFile&) = delete;

    [[nodiscard]] Result<std::uint64_t> size() const;
    // How much there was: less than asked for only at the end.
    [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const;
    [[nodiscard]] Status write_at(std::uint64_t offset, ByteView bytes);
    [[nodiscard]] Status truncate(std::uint64_t size);
    [[nodiscard]] Status sync();

  private:
    BlobFile(int number, std::filesystem::path path) : number_(number), path_(std::move(path)) {}
    int number_;
    std::filesystem::path path_;
};

// The folder, mode 0700, made if it is not there. FileFailed if it belongs to someone else or
// others may read it.
[[nodiscard]] Status make_private_folder(const std::filesystem::path& folder);
[[nodiscard]] Status rename_file(const std::filesystem::path& from,
                                 const std::filesystem::path& to);
// As rename_file, but AlreadyExists instead of replacing.
[[nodiscard]] Status rename_to_new(const std::filesystem::path& from,
                                   const std::filesystem::path& to);
// No error if there is none.
[[nodiscard]] Status remove_file(const std::filesystem::path& path);

}  // namespace chapar::client
