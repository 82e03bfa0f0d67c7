#include "broker/core/tile_geometry.h"

#include "broker/core/ledger_tables.h"

namespace chapar::broker {

std::array<std::byte, 8> TileName::key() const { return number_key(end() << 3 | level); }

NodePlace place_of(unsigned height, std::uint64_t position) {
    CHAPAR_ASSERT(height >= 1);
    const unsigned level = (height - 1) / kTileHeight;
    const unsigned inside = height - level * kTileHeight;
    const unsigned below = kTileHeight - inside;
    const std::uint64_t mask = (1ULL << below) - 1;
    return {{level, position >> below}, tile_slot(inside, position & mask)};
}

}  // namespace chapar::broker
