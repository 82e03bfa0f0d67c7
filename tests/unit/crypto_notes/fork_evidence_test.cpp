#include "crypto/fork_evidence.h"

#include <doctest/doctest.h>

#include "support/fake_random.h"
#include "support/results.h"

namespace chapar::testing {
namespace {

using namespace crypto;
using Verdict = ForkEvidence::Verdict;

const std::string kOrigin = "chapar.caricc/ledger/1";

NoteSigner log_signer(std::uint64_t seed = 1) {
    FakeRandom random(seed);
    return must(NoteSigner::create(kOrigin, SigningKey::generate(random)));
}
std::string note(std::uint64_t size, unsigned root, const NoteSigner& signer = log_signer()) {
    Hash hash;
    hash.bytes[0] = static_cast<std::byte>(root);
    return sign_checkpoint({kOrigin, TreeSize(size), hash}, signer);
}
ForkEvidence fork() {
    return must(ForkEvidence::create(log_signer().verifier(), note(5, 1), note(5, 2)));
}

}  // namespace

TEST_CASE("two roots of one size prove a fork, two sizes prove nothing by themselves") {
    const NoteVerifier log = log_signer().verifier();
    CHECK(fork().verdict() == Verdict::Proven);
    CHECK(must(ForkEvidence::create(log, note(5, 1), note(6, 2))).verdict() ==
          Verdict::NotProvenByItself);
    CHECK(error_of(ForkEvidence::create(log, note(5, 1), note(5, 1))) == Errc::Conflict);
}

TEST_CASE("fork evidence reads back, and names the key it is checked with") {
    const std::string text = fork().text();
    CHECK(text.starts_with("chapar fork evidence v1\n" + log_signer().verifier().vkey() +
                           "\n\nnote "));
    const ForkEvidence again = must(ForkEvidence::parse(text));
    CHECK(again.text() == text);
    CHECK(again.verdict() == Verdict::Proven);
    CHECK(again.first().root != again.second().root);
    CHECK(again.log().vkey() == log_signer().verifier().vkey());
}

// Fails if the notes' signatures are not checked: anyone could accuse a log.
TEST_CASE("notes that the log did not sign are no evidence against it") {
    const NoteVerifier log = log_signer().verifier();
    CHECK_FALSE(ForkEvidence::create(log, note(5, 1), note(5, 2, log_signer(2))));
    CHECK_FALSE(ForkEvidence::create(log, note(5, 1, log_signer(2)), note(5, 2)));
    std::string swapped = fork().text();
    const std::string theirs = log_signer(2).verifier().vkey();
    swapped.replace(swapped.find('\n') + 1, log.vkey().size(), theirs);
    CHECK_FALSE(ForkEvidence::parse(swapped));
}

TEST_CASE("no byte of fork evidence can be changed, added or left out unnoticed") {
    const std::string text = fork().text();
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CAPTURE(i);
        CHECK_FALSE(ForkEvidence::parse(changed));
        CHECK_FALSE(ForkEvidence::parse(text.substr(0, i)));
    }
    CHECK_FALSE(ForkEvidence::parse(text + "\n"));
    CHECK_FALSE(ForkEvidence::parse(text + "note 0\n"));
    CHECK_FALSE(ForkEvidence::parse("chapar fork evidence v1\n" + log_signer().verifier().vkey() +
                                    "\n\nnote 99999999999999999999\nx"));
}

}  // namespace chapar::testing
