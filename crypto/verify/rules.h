// The named rules an export must satisfy, and the verdicts of one run over it.
//
// Every rule is judged, whatever the others said: a damaged checkpoint does not hide a damaged
// leaf.
#pragma once

#include <string>
#include <vector>

#include "crypto/verify/archive.h"
#include "crypto/verify/trust_card.h"

namespace verify {

struct Verdict {
    std::string rule;  // "entries.root"
    bool ok = true;
    std::string sentence;  // what was established, or the first thing that failed
};

std::vector<Verdict> verify_export(Archive& archive, const TrustCard& card);

}  // namespace verify
