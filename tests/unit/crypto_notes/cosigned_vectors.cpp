// Cosigned notes and policies of other people's witnesses.
#include <doctest/doctest.h>

#include "crypto/cosignature.h"
#include "crypto/witness_policy.h"
#include "unit/crypto_records/ledger_vectors.h"

namespace chapar::testing {
namespace {

using namespace crypto;

std::vector<std::string> lines_of(const std::string& name) {
    std::vector<std::string> lines;
    std::istringstream text(ledger_vectors().read(name));
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
}

// The one cosignature by this key in the note; its time.
Result<TimeMs> cosigned_at(const std::string& note, const Cosigner& witness) {
    const ParsedNote parsed = ParsedNote::parse(note).value();
    for (const NoteSignature& line : parsed.signatures) {
        if (witness.wrote(line)) return witness.verify(parsed.text, line);
    }
    return Errc::NotFound;
}

constexpr TimeMs kSigsumTime{1770193051000};
constexpr TimeMs kSunlightTime{1767139200000};

}  // namespace

TEST_CASE("eight independent witnesses' cosignatures of a real Sigsum head verify") {
    const std::string note = ledger_vectors().read("sigsum/hello.cosigned.note");
    const std::vector<std::string> vkeys = lines_of("sigsum/hello.vkeys");
    REQUIRE(vkeys.size() == 9);
    CHECK(NoteVerifier::parse(vkeys[0]));
    CHECK_FALSE(Cosigner::parse(vkeys[0]));  // a log's key is no witness's
    for (std::size_t i = 1; i < vkeys.size(); ++i) {
        CAPTURE(vkeys[i]);
        const Cosigner witness = Cosigner::parse(vkeys[i]).value();
        CHECK(witness.vkey() == vkeys[i]);
        const Result<TimeMs> time = cosigned_at(note, witness);
        REQUIRE(time);
        CHECK(time->value / 60'000 == kSigsumTime.value / 60'000);
        ledger_vectors().count("sigsum/hello.vkeys");
    }
}

TEST_CASE("the real Sigsum head meets its policy, and one witness less than needed does not") {
    const auto policy =
        WitnessPolicy::parse(ledger_vectors().read("sigsum/hello.tlog-policy")).value();
    CHECK(policy.witnesses().size() == 8);
    const std::string note = ledger_vectors().read("sigsum/hello.cosigned.note");
    const auto opened = open_witnessed(note, policy);
    REQUIRE(opened);
    CHECK(opened->met);
    CHECK(opened->cosignatures.size() == 8);
    CHECK(opened->checkpoint.size == TreeSize(381382));
    CHECK(policy.met({"witness.stagemole.eu", "remora.n621.de", "tillitis.se/test-witness-1",
                      "witness.navigli.sunlight.geomys.org"}));
    CHECK_FALSE(policy.met({"witness.stagemole.eu", "remora.n621.de", "poc.sigsum.org/nisse",
                            "tillitis.se/test-witness-1"}));
    ledger_vectors().count("sigsum/hello.tlog-policy");
}

TEST_CASE("cosignatures of Sunlight's witnesses and mirror verify, each of its own note only") {
    const std::vector<std::string> vkeys = lines_of("sunlight-300/cosigners.vkeys");
    REQUIRE(vkeys.size() == 3);
    const std::vector<std::string> names = {"sunlight-300/mirror-cosigned.note",
                                            "sunlight-300/witness-cosigned.note",
                                            "sunlight-300/witness2-cosigned.note"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        CAPTURE(names[i]);
        const Cosigner witness = Cosigner::parse(vkeys[i]).value();
        const std::string note = ledger_vectors().read(names[i]);
        CHECK(cosigned_at(note, witness).value() == kSunlightTime);
        const ParsedNote parsed = ParsedNote::parse(note).value();
        const std::string other = "another" + parsed.text;
        CHECK_FALSE(witness.verify(other, parsed.signatures.back()));
        CHECK_FALSE(cosigned_at(note, Cosigner::parse(vkeys[(i + 1) % 3]).value()));
        ledger_vectors().count(names[i]);
    }
}

}  // namespace chapar::testing
