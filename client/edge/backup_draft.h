// The directory into which a backup is unpacked, beside the one to come: TARGET.restoring-<16 hex>.
//
// Owns: its folders, its lock, and its end: it becomes the target, or its files are overwritten and
// removed, for the broker's keys lie in it in the clear. What a killed restore left is removed by
// the next one to the same target: a draft is held locked while it is in use. Overwriting ends what
// a file system shows; what an SSD keeps is for the disk's encryption. Does not know what is
// unpacked. Resource type; blocks on the disk. Errors: FileFailed, AlreadyExists.
#pragma once

#include <filesystem>

#include "client/edge/backup_io.h"
#include "crypto/random.h"
#include "schemas/base/result.h"

namespace chapar::client {

class BackupDraft {
  public:
    [[nodiscard]] static Result<BackupDraft> create(const std::filesystem::path& target,
                                                    crypto::Random& random);
    BackupDraft(BackupDraft&& other) noexcept;
    BackupDraft& operator=(BackupDraft&&) = delete;
    ~BackupDraft();
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    // Everything in it is on the disk before its name is. AlreadyExists if something came to stand
    // there meanwhile, but for an empty directory.
    [[nodiscard]] Status publish(const std::filesystem::path& target);

  private:
    BackupDraft(std::filesystem::path path, BackupFile lock)
        : path_(std::move(path)), lock_(std::move(lock)) {}
    std::filesystem::path path_;  // empty: gone
    BackupFile lock_;
};

}  // namespace chapar::client
