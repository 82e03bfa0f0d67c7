// From the configuration to witnesses that can be asked.
//
// Owns: reading the policy file and matching it with where its witnesses are reached: a [[witness]]
// of the configuration by its name in the policy, else the http address in the policy itself. Does
// not know what they are asked. Errors: ConfigInvalid (a [[witness]] that the policy does not name;
// a policy for other logs), FileFailed. Resource type. Source: C2SP tlog-policy.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "broker/edge/node_keys.h"
#include "broker/edge/witness_round.h"
#include "broker/edge/witness_transport.h"
#include "crypto/witness_policy.h"

namespace chapar::broker {

struct WitnessSetup {
    crypto::WitnessPolicy policy;
    std::vector<ReachableWitness> reachable;
    std::vector<std::unique_ptr<WitnessTransport>> transports;  // theirs, in that order
};

// Empty if there is no policy. `context` and `node` outlive the transports.
[[nodiscard]] Result<std::optional<WitnessSetup>> set_up_witnesses(
    const Config& config, const std::filesystem::path& directory, const NodeKeys& node,
    const ZmqContext& context);

}  // namespace chapar::broker
