#include "client/cli/new_cost.h"

#include <chrono>

namespace chapar::client {

Result<crypto::KeystoreCost> measured_cost() {
    // Steady, so that a clock that is set meanwhile does not spoil a measurement.
    return crypto::calibrate_cost([] {
        const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
        const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(since_boot);
        return DurationMs(static_cast<std::uint64_t>(passed.count()));
    });
}

}  // namespace chapar::client
