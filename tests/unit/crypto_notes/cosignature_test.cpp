#include "crypto/cosignature.h"

#include <doctest/doctest.h>

#include "crypto/checkpoint.h"
#include "schemas/base/limits.h"
#include "support/fake_random.h"
#include "support/results.h"

namespace chapar::testing {
namespace {

using namespace crypto;

constexpr TimeMs kTime{1795264496789};
constexpr std::string_view kText =
    "chapar.caricc/ledger/1\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

NoteCosigner witness_named(const std::string& name, std::uint64_t seed) {
    FakeRandom random(seed);
    return must(NoteCosigner::create(name, SigningKey::generate(random)));
}

NoteSigner log_signer() {
    FakeRandom random(1);
    return must(NoteSigner::create("chapar.caricc/ledger/1", SigningKey::generate(random)));
}

NoteSignature line_of(const std::string& line) {
    return must(ParsedNote::parse(std::string(kText) + "\n" + line)).signatures.front();
}

}  // namespace

TEST_CASE("a cosignature verifies, and tells its time in whole seconds") {
    const NoteCosigner witness = witness_named("witness.example/w1", 2);
    const std::string line = must(witness.cosign(kText, kTime));
    CHECK(line == must(witness.cosign(kText, kTime)));
    CHECK(must(witness.verifier().verify(kText, line_of(line))) == TimeMs(1795264496000));
}

// Fails if the type byte is left out of the key id, or is the log's.
TEST_CASE("the key of a witness is not the key of a log, though the bytes are one") {
    FakeRandom random(2);
    const SigningKey key = SigningKey::generate(random);
    const auto witness = must(Cosigner::create("one.name", key.verifying_key()));
    const auto log = must(NoteVerifier::create("one.name", key.verifying_key()));
    CHECK(witness.key_id() != log.key_id());
    CHECK(error_of(Cosigner::parse(log.vkey())) == Errc::MalformedLayout);
    CHECK(error_of(NoteVerifier::parse(witness.vkey())) == Errc::MalformedLayout);
    CHECK(must(Cosigner::parse(witness.vkey())).vkey() == witness.vkey());
}

TEST_CASE("a vkey of a witness with any other id, name or form is refused") {
    const std::string vkey = witness_named("witness.example/w1", 2).verifier().vkey();
    for (std::size_t i = 0; i < vkey.size(); ++i) {
        std::string changed = vkey;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CAPTURE(changed);
        CHECK_FALSE(Cosigner::parse(changed));
    }
    CHECK_FALSE(Cosigner::parse(vkey + "\n"));
    CHECK_FALSE(Cosigner::parse(""));
}

// Fails if the time or the text is left out of what is signed.
TEST_CASE("a cosignature with any bit turned, or of another text, is refused") {
    const NoteCosigner witness = witness_named("witness.example/w1", 2);
    const NoteSignature good = line_of(must(witness.cosign(kText, kTime)));
    REQUIRE(good.signature.size() == 72);
    for (std::size_t bit = 0; bit < good.signature.size() * 8; ++bit) {
        NoteSignature bad = good;
        bad.signature[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        CHECK(error_of(witness.verifier().verify(kText, bad)) == Errc::NoteInvalid);
    }
    CHECK_FALSE(witness.verifier().verify(std::string(kText) + "extension\n", good));
    NoteSignature short_line = good;
    short_line.signature.pop_back();
    CHECK_FALSE(witness.verifier().verify(kText, short_line));
    CHECK_FALSE(witness_named("witness.example/w2", 2).verifier().verify(kText, good));
    CHECK_FALSE(witness_named("witness.example/w1", 3).verifier().verify(kText, good));
}

TEST_CASE("a signature by the log itself is no cosignature") {
    FakeRandom random(1);
    const SigningKey key = SigningKey::generate(random);
    const std::string note = must(log_signer().sign(kText));
    const NoteSignature line = must(ParsedNote::parse(note)).signatures.front();
    const auto same_key = must(Cosigner::create(line.name, key.verifying_key()));
    NoteSignature claimed{line.name, same_key.key_id(), line.signature};
    CHECK_FALSE(same_key.verify(kText, claimed));
}

TEST_CASE("a time past the end of the calendar is neither given nor believed") {
    const NoteCosigner witness = witness_named("witness.example/w1", 2);
    CHECK(witness.cosign(kText, limits::kLatestTime));
    CHECK_FALSE(witness.cosign(kText, limits::kLatestTime + kSecond));
    CHECK_FALSE(witness.cosign("no newline", kTime));
}

TEST_CASE("a witness's line is found in its answer among lines of keys that are not known") {
    const NoteCosigner ours = witness_named("witness.example/w1", 2);
    const NoteCosigner other = witness_named("witness.example/w2", 3);
    const std::string line = must(ours.cosign(kText, kTime));
    const std::string answer = must(other.cosign(kText, kTime)) + line;
    const auto found = must(find_cosignature(kText, answer, ours.verifier()));
    CHECK(found.line == line);
    CHECK(found.time == TimeMs(1795264496000));
}

// Fails if the text that was parsed is not compared with the text that was sent.
TEST_CASE("an answer that is no list of signature lines is refused") {
    const NoteCosigner witness = witness_named("witness.example/w1", 2);
    const std::string line = must(witness.cosign(kText, kTime));
    const auto find = [&](const std::string& answer) {
        return find_cosignature(kText, answer, witness.verifier()).has_value();
    };
    CHECK(find(line));
    for (const std::string& answer :
         {std::string(), std::string("\n"), line.substr(0, line.size() - 1), "\n" + line,
          line + "\n" + line, line + "3\n", std::string("3\n"),
          must(witness_named("witness.example/w2", 3).cosign(kText, kTime))}) {
        CAPTURE(answer);
        CHECK_FALSE(find(answer));
    }
    CHECK_FALSE(find(must(witness.cosign("another\n1\ntext\n", kTime))));
}

TEST_CASE("what is kept of a note are its text and the lines that were verified") {
    const NoteSigner log = log_signer();
    const std::string note = must(log.sign(kText));
    const std::string stranger = must(witness_named("witness.example/w1", 2).cosign(kText, kTime));
    const auto opened = must(open_note(note + stranger, {&log.verifier(), 1}));
    CHECK(opened.note() == note);
}

}  // namespace chapar::testing
