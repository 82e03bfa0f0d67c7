// Founding a centre: its root, its broker's keys, the manifest and the trust card.
//
// Owns what `broker init` writes and where. The broker's directory holds what chapard needs to run;
// the root's home holds what must stay offline. Does not start anything. Blocks.
#pragma once

#include <filesystem>
#include <string>

#include "client/core/trust_card.h"
#include "client/edge/keystore_home.h"
#include "crypto/random.h"
#include "schemas/base/result.h"

namespace chapar::client {

struct FoundingPlan {
    std::filesystem::path broker;  // new or empty
    std::filesystem::path root;    // home of the centre root and the centre auditor's key
    std::string centre;            // "caricc": origin is chapar.<centre>/ledger/1
    std::string endpoint;          // "tcp://127.0.0.1:7717"
};

// AlreadyExists if there is a manifest in the directory or a root in the home.
[[nodiscard]] Result<TrustCard> found_centre(const FoundingPlan& plan, const HomeSecurity& security,
                                             crypto::Random& random);

}  // namespace chapar::client
