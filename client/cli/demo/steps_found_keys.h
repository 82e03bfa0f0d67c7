// What the demo founds without a command: homes at the lowest cost that a keystore may have, and
// the agencies that nobody founds by hand.
//
// Owns: those keys and records. The homes are as the commands make them, only cheaper to open: a
// demo of a hundred processes would else be a demo of argon2id. Blocks; uses two threads.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "client/cli/demo/cast.h"
#include "client/cli/demo/stage.h"
#include "client/edge/signer_home.h"
#include "schemas/base/result.h"

namespace chapar::client {

// An agency whose keys live in the demo only.
struct QuickAgency {
    std::vector<crypto::SigningKey> roots;
    std::vector<crypto::SigningKey> registrars;
    AgencyRoots names;
    crypto::SignedRecord registrars_record;
};
using QuickAgencies = std::map<std::string, QuickAgency, std::less<>>;

// `broker init` at the lowest cost.
[[nodiscard]] Status found_demo_centre(const Stage& stage, const std::string& endpoint);
// Homes of all persons of the agencies founded by hand, with their key files FOLDER/NAME.key, and
// of all devices.
[[nodiscard]] Status make_demo_homes(const Stage& stage);
// Founds the others: AGENCY and REGISTRARS are logged, FOLDER/NAME.roots written for their peers.
[[nodiscard]] Result<QuickAgencies> found_at_once(const Stage& stage);
// What the registrars of these agencies sign: peers, offices and devices, policies. `peers`: the
// roots of all agencies.
[[nodiscard]] Status serve_at_once(const Stage& stage, const QuickAgencies& agencies,
                                   const std::vector<AgencyRoots>& peers);

}  // namespace chapar::client
