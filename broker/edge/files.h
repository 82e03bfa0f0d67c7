// Small files of the broker's directory: read whole, written so that a crash leaves old or new.
//
// Owns: the system calls. Does not know what stands in the files. Errors: FileFailed (the context
// is the path), KeystoreExposed (a secret file that its group or others can read, or of another
// owner), TooLarge. Thread: any.
#pragma once

#include <cstdint>
#include <filesystem>

#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::broker {

enum class Exposure : std::uint8_t { Public, Secret };

// The owner of one file descriptor.
class FileDescriptor {
  public:
    FileDescriptor() = default;
    explicit FileDescriptor(int descriptor) : descriptor_(descriptor) {}
    FileDescriptor(FileDescriptor&& other) noexcept : descriptor_(other.release()) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    ~FileDescriptor();
    [[nodiscard]] int get() const { return descriptor_; }
    [[nodiscard]] explicit operator bool() const { return descriptor_ >= 0; }
    [[nodiscard]] int release();

  private:
    int descriptor_ = -1;
};

// At most 64 MiB.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& path, Exposure exposure);
// False only where there is surely nothing, not even a dangling link.
[[nodiscard]] bool is_there(const std::filesystem::path& path);
// Writes all of `bytes`; FileFailed names `path`.
[[nodiscard]] Status write_all(int descriptor, ByteView bytes, const std::filesystem::path& path);
// Makes the directory entry of a new file durable.
[[nodiscard]] Status sync_directory(const std::filesystem::path& directory);
// Holds `path` exclusively for as long as the descriptor lives. StoreInUse: another process does.
[[nodiscard]] Result<FileDescriptor> lock_file(const std::filesystem::path& path);

}  // namespace chapar::broker
