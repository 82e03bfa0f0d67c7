// The verdict over an export: its segments one after the other, every rule judged whatever the
// others said, so that a damaged checkpoint does not hide a damaged leaf.
//
// Owns the run: the tree over the entries, the heads it must pass through, and what the reader asks
// besides. Memory grows with the number of levels, of directory records and of an agency's own
// envelopes, not with the number of entries. Source: crypto/verify/README.md, "Verifying an
// export"; FORMAT.txt.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/verify/agency.h"
#include "crypto/verify/entry_rules.h"
#include "crypto/verify/policy.h"
#include "crypto/verify/segment.h"
#include "crypto/verify/tiles.h"
#include "crypto/verify/trust_card.h"
#include "crypto/verify/verdict.h"

namespace verify {

// The state of the ledger at a size, or at the last entry not after a time.
struct Moment {
    std::optional<std::uint64_t> size;
    std::optional<std::uint64_t> time_ms;
};

struct Questions {
    std::vector<std::string> archives;  // segments, in order
    std::optional<Policy> policy;
    std::vector<std::pair<std::string, Bytes>> notes;  // held from elsewhere: name, note
    std::optional<AgencyKeys> agency;
    std::vector<std::string> pruned;  // archives of what was pruned
    std::optional<Moment> at;
    std::optional<std::pair<std::uint64_t, std::uint64_t>> between;
    bool partial = false;  // segments are missing, and that is known
};

struct Report {
    std::vector<Verdict> verdicts;
    std::vector<Fact> facts;
    std::vector<std::string> not_proven;
    std::size_t failed() const;
};

// `progress(done, all)` is called now and then, in entries.
using ProgressSink = std::function<void(std::uint64_t, std::uint64_t)>;
Report verify_export(const TrustCard& card, Questions questions, const ProgressSink& progress);

}  // namespace verify
