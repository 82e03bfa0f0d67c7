// The verdict over an evidence package: who wrote what, when it was accepted, and what is not
// proven.
//
// Needs the trust card and no key. Every rule is judged, whatever the others said; only if all hold
// is the text handed out. Names and texts in the report are the package's own: whoever shows them
// makes them printable first (capnp.h). Pure: bytes in, report out. Source: crypto/evidence.md,
// "Evidence package".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/verify/content.h"
#include "crypto/verify/directory.h"
#include "crypto/verify/trust_card.h"
#include "crypto/verify/verdict.h"

namespace verify {

// An agency's {k, roots}, from a source the reader trusts (the file agency.roots of a device).
struct AgencyRoots {
    std::string agency;
    Quorum roots;
};
std::optional<AgencyRoots> parse_agency_roots(const Bytes& bytes);

struct EvidenceReport {
    std::vector<Verdict> verdicts;
    std::vector<Fact> facts;           // expected and found, author, position, times
    std::vector<ContentLine> content;  // of stream 0
    std::vector<std::string> not_proven;
    std::optional<Bytes> plaintext;  // only if every rule holds
    bool verified() const;
};

EvidenceReport verify_evidence(const Bytes& file, const TrustCard& card,
                               const std::optional<AgencyRoots>& roots);

}  // namespace verify
