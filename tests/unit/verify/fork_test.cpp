#include "crypto/verify/fork.h"

#include <doctest/doctest.h>

#include "crypto/fork_evidence.h"
#include "tests/support/results.h"
#include "tests/unit/verify/made_ledger.h"

using namespace chapar;
using chapar::testing::MadeLedger;
using chapar::testing::must;

namespace {

verify::ForkReport judge(const MadeLedger& ledger, const std::string& file) {
    return verify::verify_fork(verify::bytes_of(file),
                               *verify::parse_vkey(ledger.log().verifier().vkey()));
}

std::string failed(const verify::ForkReport& report) {
    std::string out;
    for (const verify::Verdict& v : report.verdicts) {
        if (!v.ok) out += v.rule + " ";
    }
    return out;
}

std::string evidence(const MadeLedger& ledger, const std::string& a, const std::string& b) {
    return must(crypto::ForkEvidence::create(ledger.log().verifier(), a, b)).text();
}

}  // namespace

// Fails if verify_fork() does not open both notes under the trusted key, or compare their roots.
TEST_CASE("two heads of one size with other roots prove a fork, with the log's key alone") {
    const MadeLedger ledger;
    const MadeLedger fork({.fork_at = 5});
    const std::string file = evidence(ledger, ledger.checkpoint(9), fork.checkpoint(9));
    const auto report = judge(ledger, file);
    CHECK(failed(report).empty());
    CHECK(report.facts.size() == 2);

    CHECK(failed(judge(ledger, file + "x")) == "fork.form ");
    CHECK_FALSE(failed(judge(ledger, file.substr(0, file.size() - 4))).empty());
    std::string changed = file;
    changed.at(changed.find("\n9\n") + 1) = '8';
    CHECK(failed(judge(ledger, changed)).find("fork.signatures") != std::string::npos);
    CHECK(failed(judge(ledger, "chapar fork evidence v2\n")).starts_with("fork.form"));
    CHECK_FALSE(failed(judge(ledger, "")).empty());
}

TEST_CASE("the same head twice, or heads of two sizes, prove no fork by themselves") {
    const MadeLedger ledger;
    const MadeLedger fork({.fork_at = 5});
    const std::string note = ledger.checkpoint(9);
    const std::string vkey = ledger.log().verifier().vkey();
    const std::string block = "note " + std::to_string(note.size()) + "\n" + note;
    CHECK(failed(judge(ledger, "chapar fork evidence v1\n" + vkey + "\n\n" + block + block)) ==
          "fork.proven ");
    const auto sizes = judge(ledger, evidence(ledger, note, fork.checkpoint(12)));
    CHECK(failed(sizes) == "fork.proven ");
    CHECK(sizes.not_proven.size() == 1);
}

TEST_CASE("evidence against another log than the trusted one is not taken") {
    const MadeLedger ledger;
    const MadeLedger fork({.fork_at = 5});
    chapar::testing::FakeRandom random(99);
    const auto other = must(
        crypto::NoteSigner::create("chapar.test/ledger/1", crypto::SigningKey::generate(random)));
    const std::string file = evidence(ledger, ledger.checkpoint(9), fork.checkpoint(9));
    const auto report =
        verify::verify_fork(verify::bytes_of(file), *verify::parse_vkey(other.verifier().vkey()));
    CHECK(failed(report).find("fork.log") != std::string::npos);
}
