#include "crypto/process_memory.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <fstream>
#include <sstream>
#include <system_error>

namespace chapar::crypto {
namespace {

namespace fs = std::filesystem;

// Device mappings on device mappings; more than any system has.
constexpr int kLevels = 8;

// `device`: a folder of /sys that describes a block device.
bool is_encrypted(const fs::path& device, int level) {
    std::ifstream file(device / "dm" / "uuid");
    std::string uuid;
    if (std::getline(file, uuid) && uuid.starts_with("CRYPT-")) return true;
    if (level == kLevels) return false;
    std::error_code problem;
    bool any = false;
    for (const auto& below : fs::directory_iterator(device / "slaves", problem)) {
        if (!is_encrypted(below.path(), level + 1)) return false;
        any = true;
    }
    return any;
}

// A swap file lies as well as the device under its file system.
fs::path device_under(const fs::path& file, const fs::path& sys) {
    struct stat status {};
    if (::stat(file.c_str(), &status) != 0) return {};
    const std::string numbers =
        std::to_string(major(status.st_dev)) + ":" + std::to_string(minor(status.st_dev));
    return sys / "dev" / "block" / numbers;
}

bool is_safe(const std::string& name, const std::string& type, const fs::path& sys) {
    if (type == "file") return is_encrypted(device_under(name, sys), 0);
    std::error_code problem;
    const fs::path real = fs::canonical(name, problem);
    const std::string device = (problem ? fs::path(name) : real).filename().string();
    return device.starts_with("zram") || is_encrypted(sys / "class" / "block" / device, 0);
}

}  // namespace

Status harden_process() {
    const rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        return Error(Errc::Internal, "core files cannot be turned off");
    }
    return Done{};
}

std::vector<std::string> unencrypted_swaps(const SystemFolders& folders) {
    std::ifstream file(folders.proc / "swaps");
    std::vector<std::string> found;
    std::string line;
    std::getline(file, line);  // the head of the table
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string name;
        std::string type;
        if (words >> name >> type && !is_safe(name, type, folders.sys)) found.push_back(name);
    }
    return found;
}

}  // namespace chapar::crypto
