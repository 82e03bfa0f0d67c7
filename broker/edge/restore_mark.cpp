#include "broker/edge/restore_mark.h"

#include <charconv>
#include <string>
#include <string_view>

#include "broker/edge/files.h"

namespace chapar::broker {
namespace {

std::filesystem::path mark_path(const std::filesystem::path& directory) {
    return directory / "restored";
}

}  // namespace

bool is_restored(const std::filesystem::path& directory) { return is_there(mark_path(directory)); }

Result<std::optional<RestoreMark>> read_restore_mark(const std::filesystem::path& directory) {
    if (!is_restored(directory)) return std::optional<RestoreMark>();
    const std::string text =
        to_string(CHAPAR_TRY(read_file(mark_path(directory), Exposure::Public)));
    constexpr std::string_view kSize = "\nsize ";
    const auto at = text.find(kSize);
    if (at == std::string::npos) return std::optional<RestoreMark>(std::in_place);
    std::uint64_t size = 0;
    const auto read =
        std::from_chars(text.data() + at + kSize.size(), text.data() + text.size(), size);
    if (read.ec != std::errc()) return std::optional<RestoreMark>(std::in_place);
    return std::optional(RestoreMark{TreeSize(size)});
}

Status remove_restore_mark(const std::filesystem::path& directory) {
    std::error_code failed;
    const bool removed = std::filesystem::remove(mark_path(directory), failed);
    if (failed) return Error(Errc::FileFailed, mark_path(directory).string());
    return removed ? sync_directory(directory) : Status(Done{});
}

}  // namespace chapar::broker
