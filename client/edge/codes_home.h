// The signed code lists of a home: HOME/codes.set and HOME/codes.log.
//
// Owns: reading a set from an archive or a folder, taking it in place of the one held (checked
// whole, logged, then put in place by one rename), and reading back what is held, which is believed
// only as signed, each time. Does not know which set is in use (schemas/kinds/code_lists.h).
// Blocks on the disk.
//
// Errors: those of client/core/code_update.h and check_follows(); NotFound (no trust card),
// FileFailed, TooLarge.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "client/core/code_update.h"
#include "client/edge/home_files.h"
#include "schemas/base/time.h"

namespace chapar::client {

[[nodiscard]] std::filesystem::path code_set_file(const HomePaths& paths);
[[nodiscard]] std::filesystem::path code_log_file(const HomePaths& paths);

// All lists of a folder; its MANIFEST, if it has one, is not looked at.
[[nodiscard]] Result<schemas::CodeSet> read_code_folder(const std::filesystem::path& folder);

// Empty if the home never took one.
[[nodiscard]] Result<std::optional<SignedCodes>> held_codes(const HomePaths& paths);

enum class CodesTaken : std::uint8_t { Installed, HeldAlready };
struct TakenCodes {
    CodesTaken taken = CodesTaken::Installed;
    SignedCodes codes;
    std::vector<schemas::CodeChange> changes;
};
// `held`: the set in use. Nothing is changed by a set that is refused, not even the log.
[[nodiscard]] Result<TakenCodes> take_codes(const HomePaths& paths,
                                            const std::filesystem::path& source,
                                            const schemas::CodeSet& held, TimeMs now);

struct CodesLogLine {
    std::string time;      // RFC 3339
    std::string dated;     // of the set
    std::string manifest;  // its name, in hexadecimal
    std::string key;       // who signed it
    std::string source;    // name of the file
};
// Oldest first; a line that was cut short by a crash is left out.
[[nodiscard]] Result<std::vector<CodesLogLine>> codes_log(const HomePaths& paths);

}  // namespace chapar::client
