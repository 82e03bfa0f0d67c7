// The other programs of the project, found beside this one.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "schemas/base/result.h"

namespace chapar::client {

// NotFound if it was not installed beside this program.
[[nodiscard]] Result<std::filesystem::path> program_beside(const std::string& name);
// Runs the program in place of this process. Returns only if it could not be started.
[[nodiscard]] Status replace_process(const std::filesystem::path& program,
                                     const std::vector<std::string>& arguments);

}  // namespace chapar::client
