#include <doctest/doctest.h>

#include "crypto/witness_policy.h"
#include "schemas/base/limits.h"
#include "support/fake_random.h"
#include "support/results.h"

namespace chapar::testing {
namespace {

using namespace crypto;

constexpr TimeMs kTime{1795264496000};
const std::string kOrigin = "chapar.caricc/ledger/1";

NoteCosigner witness(std::uint64_t seed) {
    FakeRandom random(100 + seed);
    return must(NoteCosigner::create("key" + std::to_string(seed), SigningKey::generate(random)));
}
NoteSigner log_signer(std::uint64_t seed = 1) {
    FakeRandom random(seed);
    return must(NoteSigner::create(kOrigin, SigningKey::generate(random)));
}
std::string witness_line(const std::string& name, std::uint64_t seed) {
    return "witness " + name + " " + witness(seed).verifier().vkey() + "\n";
}
const std::string& log_line() {
    static const std::string line = "log " + log_signer().verifier().vkey() + "\n";
    return line;
}
// own: any of two; quorum: all of {own, foreign, C}, at least 2.
std::string usual() {
    return "# agencies\n" + log_line() + witness_line("A", 1) + witness_line("B", 2) +
           witness_line("C", 3) + witness_line("D", 4) +
           "group own any A B\n\ngroup foreign 1 D\n\tgroup all-of 2 own foreign C  \n"
           "quorum all-of\n";
}
WitnessPolicy policy(const std::string& text) { return must(WitnessPolicy::parse(text)); }

std::string note(const NoteSigner& signer = log_signer()) {
    return sign_checkpoint({kOrigin, TreeSize(7), Hash{}}, signer);
}
std::string cosigned(std::string of, std::initializer_list<std::uint64_t> seeds) {
    const std::string text = must(ParsedNote::parse(of)).text;
    for (const std::uint64_t seed : seeds) of += must(witness(seed).cosign(text, kTime));
    return of;
}

}  // namespace

// Fails if a group counts its members' members, or if `any` and `all` are exchanged.
TEST_CASE("a quorum is met as its groups say") {
    const WitnessPolicy p = policy(usual());
    CHECK(p.met({"A", "D"}));
    CHECK(p.met({"B", "C"}));
    CHECK(p.met({"A", "B", "C", "D"}));
    CHECK_FALSE(p.met({"A", "B"}));  // one agency, not two
    CHECK_FALSE(p.met({"C"}));
    CHECK_FALSE(p.met({}));
    CHECK_FALSE(p.met({"own", "foreign"}));  // groups do not cosign
    const std::string two = witness_line("A", 1) + witness_line("B", 2);
    CHECK(policy(two + "group g all A B\nquorum g\n").met({"A", "B"}));
    CHECK_FALSE(policy(two + "group g all A B\nquorum g\n").met({"A"}));
    CHECK(policy(two + "quorum B\n").met({"B"}));
    CHECK_FALSE(policy(two + "quorum B\n").met({"A"}));
    CHECK(policy("quorum none\n").met({}));
    CHECK(policy("quorum none\n").asks_none());
}

TEST_CASE("logs, witnesses and URLs are read as they stand") {
    const WitnessPolicy p = policy(
        "log " + log_signer().verifier().vkey() + " https://log.example\n" + "  witness\tA " +
        witness(1).verifier().vkey() + "   http://127.0.0.1:1/w\nquorum A\n");
    REQUIRE(p.logs().size() == 1);
    CHECK(p.logs()[0].url == "https://log.example");
    CHECK(p.log(kOrigin)->vkey() == log_signer().verifier().vkey());
    CHECK(p.log("another") == nullptr);
    REQUIRE(p.witness("A") != nullptr);
    CHECK(p.witness("A")->url == "http://127.0.0.1:1/w");
    CHECK(p.witness("key1") == nullptr);  // the key's name is not the policy's
}

TEST_CASE("a policy of any other form is refused, and the line is named") {
    const std::string a = witness_line("A", 1);
    const std::string b = witness_line("B", 2);
    const std::vector<std::string> bad = {
        "",
        a,                                                                // no quorum
        a + "quorum A",                                                   // no last newline
        a + "quorum B\n",                                                 // not defined
        "quorum A\n" + a,                                                 // defined below
        a + "quorum A\nquorum A\n",                                       // twice
        a + "quorum A B\n",                                               //
        a + "quorum none\nquorum A\n",                                    //
        a + a + "quorum A\n",                                             // name twice
        a + witness_line("B", 1) + "quorum A\n",                          // key twice
        log_line() + log_line() + "quorum none\n",                        // log twice
        witness_line("none", 1) + "quorum none\n",                        // the reserved name
        a + "group none any A\nquorum A\n",                               //
        a + "group g any\nquorum A\n",                                    // no member
        a + "group g 0 A\nquorum g\n",                                    // below 1
        a + "group g 2 A\nquorum g\n",                                    // above the members
        a + "group g 01 A\nquorum g\n",                                   //
        a + "group g some A\nquorum g\n",                                 //
        a + "group g any A A\nquorum g\n",                                // member twice
        a + "group g any g\nquorum g\n",                                  // its own member
        a + b + "group g any A\ngroup h any A B\nquorum h\n",             // of two groups
        a + "group g any none\nquorum g\n",                               //
        a + "group A any A\nquorum A\n",                                  // one name space
        "witness A\nquorum none\n",                                       //
        "witness A " + log_signer().verifier().vkey() + "\nquorum A\n",   // a log's key
        "log " + witness(1).verifier().vkey() + "\nquorum none\n",        // a witness's key
        "log " + log_signer().verifier().vkey() + " u v\nquorum none\n",  //
        a + "quorum A\r\n",                                               //
        a + std::string("quorum A\0\n", 10),                              //
        a + "Quorum A\n",                                                 //
        a + "wittness B\nquorum A\n",                                     //
    };
    for (const std::string& text : bad) {
        CAPTURE(text);
        CHECK(error_of(WitnessPolicy::parse(text)) == Errc::ConfigInvalid);
    }
    const auto refused = WitnessPolicy::parse("# one\n\n" + a + "quorum Z\n");
    CHECK(refused.error().context.find("line 4") != std::string::npos);
}

TEST_CASE("thirty-two witnesses are taken, one more is not") {
    std::string text;
    for (std::uint64_t i = 0; i < limits::kWitnesses; ++i) {
        text += witness_line("W" + std::to_string(i), i);
    }
    CHECK(WitnessPolicy::parse(text + "quorum W31\n"));
    CHECK_FALSE(WitnessPolicy::parse(text + witness_line("one-more", 77) + "quorum W31\n"));
    CHECK_FALSE(
        WitnessPolicy::parse(std::string(WitnessPolicy::kPolicyBytes, '\n') + "quorum none\n"));
}

TEST_CASE("a note opens with what its witnesses said, and other lines are ignored") {
    const WitnessPolicy p = policy(usual());
    const auto opened = must(open_witnessed(cosigned(note(), {1, 9, 4}), p));
    CHECK(opened.checkpoint.size == TreeSize(7));
    CHECK(opened.cosignatures == std::vector<Cosignature>{{"A", kTime}, {"D", kTime}});
    CHECK(opened.met);
    CHECK_FALSE(must(open_witnessed(cosigned(note(), {1, 2}), p)).met);
    CHECK_FALSE(must(open_witnessed(note(), p)).met);
    // One witness twice is one witness.
    CHECK_FALSE(must(open_witnessed(cosigned(note(), {1, 1}), p)).met);
    CHECK(must(open_witnessed(cosigned(note(), {1, 1}), p)).cosignatures.size() == 1);
}

// Fails if the newest cosignature dates the head: one witness whose clock is ahead would do.
TEST_CASE("a head is confirmed when the earliest witnesses that are a quorum had signed") {
    const auto at = [](std::uint64_t seed, TimeMs time) {
        const std::string text = must(ParsedNote::parse(note())).text;
        return must(witness(seed).cosign(text, time));
    };
    const TimeMs later = kTime + DurationMs(5000), ahead = kTime + DurationMs(kDay.value * 30'000);
    const WitnessPolicy p = policy(usual());
    const auto opened =
        must(open_witnessed(note() + at(3, ahead) + at(4, later) + at(1, kTime), p));
    CHECK(opened.confirmed == later);
    CHECK_FALSE(must(open_witnessed(note() + at(3, kTime), p)).confirmed);
    CHECK_FALSE(must(open_witnessed(note() + at(3, kTime),
                                    policy(log_line() + witness_line("C", 3) + "quorum none\n")))
                    .confirmed);
}

// Fails if lines of known witnesses that do not verify are skipped instead.
TEST_CASE("one wrong line of a known witness, or a wrong log, refuses the note") {
    const WitnessPolicy p = policy(usual());
    const std::string other =
        cosigned(sign_checkpoint({kOrigin, TreeSize(8), Hash{}}, log_signer()), {1});
    const std::string moved = note() + other.substr(other.rfind("\xE2\x80\x94"));
    CHECK(error_of(open_witnessed(moved, p)) == Errc::NoteInvalid);
    CHECK_FALSE(open_witnessed(cosigned(note(log_signer(2)), {1, 4}), p));
    CHECK_FALSE(open_witnessed(note(), log_signer(2).verifier(), p));
    // Cosignatures alone are no head of the log.
    const std::string text = must(ParsedNote::parse(note())).text;
    CHECK_FALSE(open_witnessed(cosigned(note(log_signer(2)), {1, 4}), log_signer().verifier(), p));
    CHECK(open_witnessed(cosigned(note(), {1, 4}), log_signer().verifier(), p));
}

TEST_CASE("a policy without a log is for the log that the reader trusts") {
    const WitnessPolicy p = policy(witness_line("A", 1) + "quorum A\n");
    CHECK(error_of(open_witnessed(note(), p)) == Errc::NoteInvalid);
    CHECK(must(open_witnessed(cosigned(note(), {1}), log_signer().verifier(), p)).met);
}

TEST_CASE("after a change of its key a log stands twice, and either key opens its notes") {
    const WitnessPolicy p = policy(log_line() + "log " + log_signer(2).verifier().vkey() + "\n" +
                                   witness_line("A", 1) + "quorum A\n");
    CHECK(must(open_witnessed(cosigned(note(log_signer(1)), {1}), p)).met);
    CHECK(must(open_witnessed(cosigned(note(log_signer(2)), {1}), p)).met);
    CHECK_FALSE(open_witnessed(cosigned(note(log_signer(3)), {1}), p));
}

}  // namespace chapar::testing
