// The name under which an attachment may become a file here, whatever its sender called it.
//
// Owns: the rule. Kept is only the last part of a path, in valid UTF-8, without control, bidi and
// other invisible direction characters, without characters that a file system gives a meaning, not
// starting with a dot, not ending with a dot or space, not the name of a device, at most 200 bytes,
// and ending as its media type does, so that nothing looks like a picture and runs as a program.
// Joiners that Persian and Dari words need stay. Does not know which files exist: `numbered_name`
// gives the next to try. Never fails.
#pragma once

#include <string>
#include <string_view>

namespace chapar::client {

constexpr std::size_t kFileNameBytes = 200;

[[nodiscard]] std::string safe_file_name(std::string_view sent, std::string_view media_type);
// "plan.pdf", 2 -> "plan (2).pdf". REQUIRES: name came from safe_file_name.
[[nodiscard]] std::string numbered_name(std::string_view name, unsigned number);

}  // namespace chapar::client
