#include "client/cases/coarse_position.h"

#include <algorithm>
#include <utility>

namespace chapar::client {
namespace {

constexpr std::int64_t kDegree = 10'000'000;

struct Cell {
    std::int64_t size_e7;
    std::uint32_t accuracy_m;
};

// Latitude ends at a pole and longitude at 180 degrees: the last cell is the one before.
std::int32_t centre(std::int64_t value, std::int64_t cell, std::int64_t most) {
    const std::int64_t from_end = std::min(value + most, 2 * most - 1);
    return static_cast<std::int32_t>(from_end / cell * cell + cell / 2 - most);
}

}  // namespace

std::optional<schemas::Coordinates> coarse(const schemas::Coordinates& measured,
                                           schemas::Handling handling) {
    if (handling == schemas::Handling::H0) return measured;
    if (handling == schemas::Handling::H3) return std::nullopt;
    const Cell cell =
        handling == schemas::Handling::H1 ? Cell{kDegree / 10, 8'000} : Cell{kDegree, 80'000};
    return schemas::Coordinates{centre(measured.latitude_e7, cell.size_e7, 90 * kDegree),
                                centre(measured.longitude_e7, cell.size_e7, 180 * kDegree),
                                std::max(measured.accuracy_m, cell.accuracy_m)};
}

schemas::SeizureAlert coarse(schemas::SeizureAlert alert, schemas::Handling handling) {
    const auto coarsen = [handling](schemas::Place& place) {
        if (place.coordinates) place.coordinates = coarse(*place.coordinates, handling);
    };
    coarsen(alert.place);
    for (schemas::Place& place : alert.route) coarsen(place);
    return alert;
}

}  // namespace chapar::client
