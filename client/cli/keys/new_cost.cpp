#include "client/cli/keys/new_cost.h"

#include <ctime>

namespace chapar::client {

Result<crypto::KeystoreCost> measured_cost() {
    // Processor time: on a busy machine a clock on the wall would make the keystore cheaper.
    return crypto::calibrate_cost([] {
        const auto ticks = static_cast<std::uint64_t>(std::clock());
        return DurationMs(ticks * 1000 / CLOCKS_PER_SEC);
    });
}

}  // namespace chapar::client
