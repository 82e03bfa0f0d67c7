#include <doctest/doctest.h>

#include "crypto/base64.h"
#include "crypto/checkpoint.h"
#include "crypto/text_form.h"
#include "crypto/tlog_proof.h"
#include "crypto/tree.h"
#include "unit/crypto_records/record_fixture.h"

namespace chapar::testing {
namespace {

using namespace crypto;

constexpr const char* kOrigin = "chapar.caricc/ledger/1";

NoteSigner signer_named(const char* name, std::uint64_t seed) {
    FakeRandom random(seed);
    return NoteSigner::create(name, SigningKey::generate(random)).value();
}

struct Log {
    NoteSigner signer = signer_named(kOrigin, 1);
    Tree tree{{leaf_hash(view("a")), leaf_hash(view("b")), leaf_hash(view("c"))}};
    Checkpoint head{kOrigin, TreeSize(3), tree.root()};

    TlogProof proof(std::uint64_t index) const {
        return {to_bytes("extra"), EntryIndex(index), tree.inclusion_path(index),
                sign_checkpoint(head, signer)};
    }
};

}  // namespace

TEST_CASE("base 64 has one text for each byte string") {
    for (const std::string text : {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE="}) {
        CHECK(to_base64(from_base64(text).value()) == text);
    }
    CHECK(from_base64("Zm9vYmE=") == to_bytes("fooba"));
    for (const std::string text :
         {"Zg", "Zg=", "Zh==", "Zm9=", "=m9v", "Zg==Zg==", "Zm9v\n", "Zm-v", "Z===", "===="}) {
        CAPTURE(text);
        CHECK_FALSE(from_base64(text));
    }
}

TEST_CASE("numbers in text have no sign, no leading zero, and 64 bits") {
    CHECK(parse_decimal("0") == 0);
    CHECK(parse_decimal("18446744073709551615") == UINT64_MAX);
    for (const std::string text :
         {"", "00", "01", "+1", "-1", " 1", "1 ", "18446744073709551616"}) {
        CHECK_FALSE(parse_decimal(text));
    }
}

TEST_CASE("UTF-8 is valid UTF-8 only") {
    CHECK(decode_utf8("\xE2\x80\x94")->front() == 0x2014);
    for (const std::string text : {"\x80", "\xC0\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                                   "\xE2\x80", "\xE0\x80\x80", "\xFF"}) {
        CHECK_FALSE(decode_utf8(text));
    }
}

TEST_CASE("names with a space of any alphabet, a plus or nothing are refused") {
    CHECK(is_note_name("пример.example/1"));
    for (const std::string name : {"", "a b", "a+b", "a\u00A0b", "a\u2003b", "a\nb", "\xFF"}) {
        CHECK_FALSE(is_note_name(name));
    }
}

TEST_CASE("a vkey comes back from its text; another key id or type is refused") {
    const NoteVerifier key = signer_named(kOrigin, 1).verifier();
    const std::string vkey = key.vkey();
    CHECK(NoteVerifier::parse(vkey)->vkey() == vkey);
    std::string wrong_id = vkey;
    char& digit = wrong_id[std::string_view(kOrigin).size() + 1];
    digit = digit == '0' ? '1' : '0';
    CHECK_FALSE(NoteVerifier::parse(wrong_id));
    CHECK_FALSE(NoteVerifier::parse(vkey + "\n"));
    CHECK_FALSE(NoteVerifier::parse("name+00000000"));
    CHECK_FALSE(NoteVerifier::parse(""));
}

TEST_CASE("a checkpoint opens under its log's key only") {
    const Log log;
    const std::string note = sign_checkpoint(log.head, log.signer);
    CHECK(open_checkpoint(note, log.signer.verifier()).value() == log.head);
    CHECK_FALSE(open_checkpoint(note, signer_named(kOrigin, 2).verifier()));
    CHECK_FALSE(open_checkpoint(note, signer_named("other/ledger/1", 1).verifier()));
    for (std::size_t i = 0; i < note.size(); ++i) {
        std::string changed = note;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        CAPTURE(i);
        CHECK_FALSE(open_checkpoint(changed, log.signer.verifier()));
    }
}

TEST_CASE("lines of unknown keys are ignored, a wrong line of the known key is not") {
    const Log log;
    const NoteSigner witness = signer_named("witness.example", 3);
    const std::string text = log.head.text();
    const std::string own = log.signer.sign(text).value();
    const std::string foreign = witness.sign(text).value().substr(text.size() + 1);
    CHECK(open_checkpoint(own + foreign, log.signer.verifier()));
    CHECK(open_checkpoint(text + "\n" + foreign + own.substr(text.size() + 1),
                          log.signer.verifier()));
    CHECK_FALSE(open_checkpoint(text + "\n" + foreign, log.signer.verifier()));
    const std::string other_text = log.signer.sign("another\n").value().substr(9);
    CHECK_FALSE(open_checkpoint(text + "\n" + other_text + own.substr(text.size() + 1),
                                log.signer.verifier()));
}

TEST_CASE("a checkpoint has exactly three canonical lines") {
    const std::string root = to_base64(Hash{}.view());
    CHECK(Checkpoint::parse("o\n0\n" + root + "\n"));
    for (const std::string& text :
         {std::string(), "o\n0\n" + root, "o\n00\n" + root + "\n", "o\n-1\n" + root + "\n",
          "\n0\n" + root + "\n", "o\n0\n" + root + "\next\n", "o\n0\n" + root.substr(4) + "\n",
          std::string("o\n0\n\n"), "o\n0\n" + root + "\r\n"}) {
        CAPTURE(text);
        CHECK_FALSE(Checkpoint::parse(text));
    }
}

TEST_CASE("a checkpoint whose origin is not its key name is refused") {
    const Log log;
    Checkpoint other = log.head;
    other.origin = "chapar.caricc/ledger/2";
    CHECK_FALSE(open_checkpoint(log.signer.sign(other.text()).value(), log.signer.verifier()));
}

TEST_CASE("a text that is no note text is not signed") {
    const NoteSigner signer = signer_named(kOrigin, 1);
    for (const std::string text : {"", "no newline", "tab\t\n", "\xFF\n"}) {
        CHECK(signer.sign(text).error().code == Errc::NoteInvalid);
    }
}

TEST_CASE("a receipt proves its own leaf at its own index") {
    const Log log;
    const NoteVerifier key = log.signer.verifier();
    for (std::uint64_t i = 0; i < 3; ++i) {
        const TlogProof proof = TlogProof::parse(log.proof(i).text()).value();
        CHECK(proof == log.proof(i));
        const std::string leaf(1, static_cast<char>('a' + i));
        CHECK(check_tlog_proof(proof, view(leaf), key).value() == log.head);
        CHECK(check_tlog_proof(proof, view("x"), key).error().code == Errc::ProofInvalid);
        TlogProof moved = proof;
        moved.index = EntryIndex((i + 1) % 3);
        CHECK_FALSE(check_tlog_proof(moved, view(leaf), key));
        TlogProof longer = proof;
        longer.path.push_back(Hash{});
        CHECK_FALSE(check_tlog_proof(longer, view(leaf), key));
    }
}

TEST_CASE("a receipt of another form is refused") {
    const Log log;
    const std::string good = log.proof(0).text();
    CHECK(TlogProof::parse(good));
    const auto without = [&](const std::string& part, const std::string& instead) {
        std::string text = good;
        text.replace(text.find(part), part.size(), instead);
        return TlogProof::parse(text);
    };
    CHECK_FALSE(without("tlog-proof@v1", "tlog-proof@v2"));
    CHECK_FALSE(without("extra ZXh0cmE=", "extra "));
    CHECK_FALSE(without("extra ZXh0cmE=", "extra ZXh0cmF="));
    CHECK_FALSE(without("index 0", "index 00"));
    CHECK_FALSE(without("index 0\n", ""));
    CHECK(without("extra ZXh0cmE=\n", "")->extra.empty());
    CHECK_FALSE(TlogProof::parse(good.substr(0, good.find("\n\n"))));
    std::string endless = "c2sp.org/tlog-proof@v1\nindex 0\n";
    for (int i = 0; i < 65; ++i) endless += to_base64(Hash{}.view()) + "\n";
    CHECK_FALSE(TlogProof::parse(endless + "\n"));
}

}  // namespace chapar::testing
