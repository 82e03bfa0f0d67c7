#include "client/edge/policy_home.h"

#include <string>
#include <utility>

namespace chapar::client {
namespace {

Result<crypto::WitnessPolicy> read_policy(const TrustCard& card, std::string_view text) {
    auto policy = CHAPAR_TRY(crypto::WitnessPolicy::parse(text));
    const crypto::NoteVerifier* log = policy.log(card.log().name());
    if (log == nullptr || log->vkey() != card.log().vkey()) {
        return Error(Errc::ConfigInvalid,
                     "the policy is for another log than " + card.log().vkey());
    }
    return policy;
}

}  // namespace

Result<std::optional<crypto::WitnessPolicy>> held_policy(const HomePaths& paths,
                                                         const TrustCard& card) {
    if (!file_exists(paths.witness_policy())) return std::optional<crypto::WitnessPolicy>();
    const Bytes text =
        CHAPAR_TRY(read_file(paths.witness_policy(), crypto::WitnessPolicy::kPolicyBytes));
    return std::optional(CHAPAR_TRY(read_policy(card, to_string(text))));
}

Result<crypto::WitnessPolicy> keep_policy(const HomePaths& paths, const TrustCard& card,
                                          std::string_view text) {
    auto policy = CHAPAR_TRY(read_policy(card, text));
    CHAPAR_TRY(write_file(paths.witness_policy(), view(text)));
    return policy;
}

}  // namespace chapar::client
