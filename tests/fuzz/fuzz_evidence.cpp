// Evidence packages, as a court's expert receives them: no file but those that were made verifies,
// and every refusal says why.
#include <algorithm>

#include "crypto/verify/evidence.h"
#include "crypto/verify/package.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

constexpr const char* kFolder = "tests/vectors/crypto/evidence/";

verify::Bytes vector_file(const std::string& name) {
    return verify::bytes_of(project_file(kFolder + name));
}

struct Centre {
    verify::TrustCard card;
    std::optional<verify::AgencyRoots> roots;

    explicit Centre(const std::string& name) {
        std::string why;
        const std::string path = CHAPAR_SOURCE_DIR "/" + std::string(kFolder) + name + ".card.json";
        card = verify::read_trust_card(path, why).value();
        roots = verify::parse_agency_roots(vector_file(name + ".roots"));
        CHAPAR_ASSERT(roots.has_value());
    }
};

bool is_a_vector(const verify::Bytes& file) {
    static const std::vector<verify::Bytes> made{vector_file("small-0.evidence"),
                                                 vector_file("small-1.evidence"),
                                                 vector_file("whole-0.evidence")};
    return std::ranges::find(made, file) != made.end();
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    std::vector<Bytes> seeds;
    for (const char* name : {"small-0.evidence", "small-1.evidence", "whole-0.evidence"}) {
        seeds.push_back(to_bytes(project_file(std::string(kFolder) + name)));
    }
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Centre centres[]{Centre("small"), Centre("whole")};
    const verify::Bytes file(data, data + size);
    std::string why;
    const auto package = verify::parse_package(file, why);
    if (!package) {
        CHAPAR_ASSERT(!why.empty());
        return 0;
    }
    (void)verify::parse_agency_roots(file).has_value();
    for (const Centre& centre : centres) {
        const verify::EvidenceReport report =
            verify::verify_evidence(file, centre.card, centre.roots);
        CHAPAR_ASSERT(report.plaintext.has_value() <= report.verified());
        CHAPAR_ASSERT(!report.verified() || is_a_vector(file));
    }
    return 0;
}
