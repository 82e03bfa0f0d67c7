#include "broker/edge/restore_mark.h"

#include "broker/edge/files.h"

namespace chapar::broker {
namespace {

std::filesystem::path mark_path(const std::filesystem::path& directory) {
    return directory / "restored";
}

}  // namespace

bool is_restored(const std::filesystem::path& directory) {
    return is_there(mark_path(directory));
}

Status remove_restore_mark(const std::filesystem::path& directory) {
    std::error_code failed;
    const bool removed = std::filesystem::remove(mark_path(directory), failed);
    if (failed) return Error(Errc::FileFailed, mark_path(directory).string());
    return removed ? sync_directory(directory) : Status(Done{});
}

}  // namespace chapar::broker
