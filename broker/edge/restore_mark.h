// The file DIR/restored: this directory came out of a backup and has signed nothing since.
//
// Owns: its name, and its removal. `chapar broker restore` writes it. While it is there chapard
// signs nothing: whatever the configuration calls the high-water file may be that of the broker
// which still runs, and a copy to which nothing was added since would pass every other rule, sign
// on, and stop that broker. It goes with a repair that reaches every known note, one of them larger
// than the backup or told by a device, or with an OVERRIDE of the high-water file. Does not know
// why a copy was restored. Errors: FileFailed.
#pragma once

#include <filesystem>
#include <optional>

#include "schemas/base/ids.h"
#include "schemas/base/result.h"

namespace chapar::broker {

[[nodiscard]] bool is_restored(const std::filesystem::path& directory);
struct RestoreMark {
    std::optional<TreeSize> backup;  // its entries: the line "size N"; older marks have none
};
// Empty: there is no mark.
[[nodiscard]] Result<std::optional<RestoreMark>> read_restore_mark(
    const std::filesystem::path& directory);
// Nothing where there is no mark.
[[nodiscard]] Status remove_restore_mark(const std::filesystem::path& directory);

}  // namespace chapar::broker
