// The home's witness policy: HOME/witness.policy, a C2SP tlog-policy.
//
// Owns: reading and keeping it; a policy that does not name the ledger of the home's trust card is
// refused. Does not know what it is used for (session.h). Without the file, or where it asks for no
// witness, *logged* is the last stage of a receipt. Blocks on the disk.
// Errors: ConfigInvalid (context: what is wrong), FileFailed.
#pragma once

#include <optional>
#include <string_view>

#include "client/core/trust_card.h"
#include "client/edge/home_files.h"
#include "crypto/witness_policy.h"
#include "schemas/base/result.h"

namespace chapar::client {

// Empty if the home has none.
[[nodiscard]] Result<std::optional<crypto::WitnessPolicy>> held_policy(const HomePaths& paths,
                                                                       const TrustCard& card);
// Checks and keeps it, in place of the one before.
[[nodiscard]] Result<crypto::WitnessPolicy> keep_policy(const HomePaths& paths,
                                                        const TrustCard& card,
                                                        std::string_view text);

}  // namespace chapar::client
