// The clear first part of a backup's artefact: which backup of which centre this is.
//
// Owns: its layout (backup_container.h). Does not know what is sealed behind it; whether it is true
// is known only when the seal has opened, which is bound to it. Value type. Times UTC ms.
#pragma once

#include <filesystem>
#include <string>

#include "schemas/base/bytes.h"
#include "schemas/base/ids.h"
#include "schemas/base/result.h"
#include "schemas/base/time.h"

namespace chapar::client {

enum class BackupPart : std::uint8_t { Store = 1, Keys = 2 };
using BackupId = FixedBytes<struct BackupIdTag, 16>;

// What everybody may read: which backup this is, and how far its ledger reaches.
struct BackupHeader {
    static constexpr std::size_t kMaxBytes = 72 * 1024;
    BackupPart part = BackupPart::Store;
    BackupId id;  // the same in both artefacts of a backup
    Home home;
    std::string origin;
    TimeMs made;
    TreeSize size;     // of the ledger in the store
    Hash root;         // at that size
    std::string note;  // the newest published one in the store, at most that size; or empty
    PublicKey holder;

    [[nodiscard]] Bytes encode() const;
    // At the beginning of `bytes`, which may go on; `used` is how many it has. BackupInvalid.
    [[nodiscard]] static Result<BackupHeader> decode(ByteView bytes, std::size_t& used);
    bool operator==(const BackupHeader&) const = default;
};

// Of a file, without any key. BackupInvalid, NotFound, FileFailed.
[[nodiscard]] Result<BackupHeader> read_backup_header(const std::filesystem::path& path);

}  // namespace chapar::client
