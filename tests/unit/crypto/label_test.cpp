#include <doctest/doctest.h>

#include <set>

#include "crypto/label.h"
#include "crypto/sign.h"
#include "crypto/transcript.h"
#include "support/fake_random.h"

namespace chapar::testing {

using namespace crypto;

namespace {

constexpr int kLabels = static_cast<int>(Label::Possession) + 1;  // the last of the enum

std::vector<Label> labels() {
    std::vector<Label> all;
    for (int i = 0; i < kLabels; ++i) all.push_back(static_cast<Label>(i));
    return all;
}

}  // namespace

// Fails if two uses share one text: what is signed for the one would count for the other.
TEST_CASE("every label has a text of its own") {
    std::set<std::string_view> texts;
    for (const Label label : labels()) texts.insert(label_text(label));
    CHECK(texts.size() == kLabels);
    CHECK_FALSE(texts.contains(""));
}

// Fails if the label, or the length of a part, is left out of the transcript.
TEST_CASE("a transcript separates labels, parts and lengths") {
    const Hash hash = transcript_hash(Label::Audience, {view("a"), view("bc")});
    CHECK(hash != transcript_hash(Label::Stanza, {view("a"), view("bc")}));
    CHECK(hash != transcript_hash(Label::Audience, {view("ab"), view("c")}));
    CHECK(hash != transcript_hash(Label::Audience, {view("abc")}));
    CHECK(hash != transcript_hash(Label::Audience, {view("a"), view("bc"), view("")}));
}

// Fails if the label is left out of what is signed, or if two labels have one text.
TEST_CASE("a signature holds for its own label and for no other") {
    FakeRandom random(1);
    const SigningKey key = SigningKey::generate(random);
    const Bytes bytes = to_bytes("statement");
    for (const Label signed_for : labels()) {
        const Signature signature = key.sign(signed_for, bytes);
        for (const Label read_as : labels()) {
            const Status status = key.verifying_key().verify(read_as, bytes, signature);
            CHECK(status.has_value() == (signed_for == read_as));
        }
    }
}

// Fails if a part of the text is not signed, or if nobody looks at the verdict of the library.
TEST_CASE("a signature does not verify with another key, text or bit") {
    FakeRandom random(2);
    const SigningKey key = SigningKey::generate(random);
    const SigningKey other = SigningKey::generate(random);
    Signature signature = key.sign(Label::Hello, view("challenge"));
    CHECK(key.verifying_key().verify(Label::Hello, view("challenge"), signature));
    CHECK_FALSE(other.verifying_key().verify(Label::Hello, view("challenge"), signature));
    CHECK_FALSE(key.verifying_key().verify(Label::Hello, view("challengf"), signature));
    for (std::byte& b : signature.bytes) {
        b ^= std::byte{1};
        CHECK_FALSE(key.verifying_key().verify(Label::Hello, view("challenge"), signature));
        b ^= std::byte{1};
    }
}

TEST_CASE("a signing key is its seed") {
    FakeRandom random(3);
    const SigningKey key = SigningKey::generate(random);
    const SigningKey again = SigningKey::from_seed(key.seed().duplicate());
    CHECK(again.public_key() == key.public_key());
    CHECK(again.sign(Label::Bundle, view("x")) == key.sign(Label::Bundle, view("x")));
}

}  // namespace chapar::testing
