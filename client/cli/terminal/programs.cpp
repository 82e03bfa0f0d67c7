#include "client/cli/terminal/programs.h"

#include <unistd.h>

namespace chapar::client {
namespace fs = std::filesystem;

Result<fs::path> program_beside(const std::string& name) {
    std::error_code error;
    const fs::path own = fs::read_symlink("/proc/self/exe", error);
    const fs::path program = own.parent_path() / name;
    if (error || !fs::exists(program, error)) return Error(Errc::NotFound, program.string());
    return program;
}

Status replace_process(const fs::path& program, const std::vector<std::string>& arguments) {
    std::vector<std::string> texts{program.string()};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    ::execv(program.c_str(), pointers.data());
    return Error(Errc::FileFailed, program.string());
}

}  // namespace chapar::client
