// The named rules an export must satisfy, and the verdicts of one run over it.
//
// Every rule is judged, whatever the others said: a damaged checkpoint does not hide a damaged
// leaf.
#pragma once

#include <vector>

#include "crypto/verify/archive.h"
#include "crypto/verify/trust_card.h"
#include "crypto/verify/verdict.h"

namespace verify {

std::vector<Verdict> verify_export(Archive& archive, const TrustCard& card);

}  // namespace verify
