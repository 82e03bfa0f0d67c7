// One folder of body files, reached by descriptor: no path is followed that others could bend.
//
// Owns: the system calls (openat, O_NOFOLLOW, mode 0600, fsync of the folder, renames). Does not
// know what stands in the files. Names are ours: hexadecimal and a fixed ending.
//
// Errors: StoreFull (no space, quota or file size limit of the system), FileFailed (all else; the
// context is the name and the system's reason), NotFound. Resource type; thread: any, one at a time
// for each file. Source: broker/edge/README.md, "Attachments"; openat(2).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "broker/edge/files.h"
#include "schemas/base/time.h"

namespace chapar::broker {

class BodyFolder {
  public:
    // Makes it (0700) where it is missing. FileFailed if it is no folder of this user's own.
    [[nodiscard]] static Result<BodyFolder> open(const std::filesystem::path& path);

    enum class Access : std::uint8_t { Read, Write, Create };
    // A regular file and no link; NotFound if it is missing (but for Create).
    [[nodiscard]] Result<FileDescriptor> file(const std::string& name, Access access) const;
    [[nodiscard]] Result<Bytes> read_all(const std::string& name, std::size_t most) const;
    // The new content or the old one, also after a power cut, once the folder is synced.
    [[nodiscard]] Status replace(const std::string& name, ByteView content) const;
    [[nodiscard]] Status rename(const std::string& name, const BodyFolder& to,
                                const std::string& new_name) const;
    // Nothing happens where there is none.
    [[nodiscard]] Status remove(const std::string& name) const;
    [[nodiscard]] Status sync() const;
    // That others than root may still write to this file system.
    [[nodiscard]] Result<std::uint64_t> free_bytes() const;

    struct Found {
        std::string name;
        std::uint64_t size = 0;
        TimeMs changed;
    };
    // Regular files only, in the order of their names.
    [[nodiscard]] Result<std::vector<Found>> list() const;

  private:
    explicit BodyFolder(FileDescriptor folder) : folder_(std::move(folder)) {}
    FileDescriptor folder_;
};

// FileFailed also where the file is shorter.
[[nodiscard]] Status read_at(const FileDescriptor& file, std::uint64_t offset, Bytes& into);
[[nodiscard]] Status write_at(const FileDescriptor& file, std::uint64_t offset, ByteView bytes);
[[nodiscard]] Status resize_file(const FileDescriptor& file, std::uint64_t size);
[[nodiscard]] Status sync_file(const FileDescriptor& file);

}  // namespace chapar::broker
