#include "storage/export_layout.h"

namespace chapar::storage {
namespace {

std::string group(std::uint64_t n) {
    const std::string digits = std::to_string(n % 1000);
    return std::string(3 - digits.size(), '0') + digits;
}

}  // namespace

std::string tile_name(const std::string& folder, std::uint64_t number, std::uint64_t width) {
    std::string path = group(number);
    for (number /= 1000; number > 0; number /= 1000) path = "x" + group(number) + "/" + path;
    path = folder + "/" + path;
    if (width < kTileWidth) path += ".p/" + std::to_string(width);
    return path;
}

}  // namespace chapar::storage
