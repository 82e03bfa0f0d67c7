// Reading and writing whole runs of bytes on a descriptor, for the files of a backup.
//
// Owns: the loops over read(2) and write(2). Errors: FileFailed, the context being the path.
#pragma once

#include <filesystem>
#include <span>

#include "client/edge/home_files.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::client {

// The owner of one descriptor.
class BackupFile {
  public:
    explicit BackupFile(int descriptor) : descriptor_(descriptor) {}
    BackupFile(BackupFile&& other) noexcept;
    BackupFile& operator=(BackupFile&& other) noexcept;
    ~BackupFile();
    [[nodiscard]] int get() const { return descriptor_; }

  private:
    int descriptor_;
};

// FileFailed if the file ends earlier.
[[nodiscard]] Status read_exactly(int descriptor, std::span<std::byte> out,
                                  const std::filesystem::path& path);
[[nodiscard]] Status write_exactly(int descriptor, ByteView bytes,
                                   const std::filesystem::path& path);
// Where the name of `path` stands.
[[nodiscard]] std::filesystem::path folder_of(const std::filesystem::path& path);

}  // namespace chapar::client
