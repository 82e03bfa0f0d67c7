#include <doctest/doctest.h>

#include <fstream>

#include "client/edge/witness_home.h"
#include "support/fake_random.h"
#include "support/results.h"
#include "support/temporary_directory.h"

namespace chapar::testing {
namespace {

using client::WitnessCard;

struct Bench {
    TemporaryDirectory folder;
    client::WitnessPaths paths{folder.path() / "witness"};
    crypto::SecretBuffer passphrase = crypto::SecretBuffer::copy_of(view("correct horse"));
    FakeRandom random{3};

    Result<WitnessCard> create(const std::string& name = "witness.example/w1") {
        return client::create_witness_home(paths, name, {passphrase}, random);
    }
};

}  // namespace

TEST_CASE("a witness's keys open again and are those of its card") {
    Bench bench;
    const WitnessCard card = must(bench.create());
    const auto keys = must(client::open_witness_keys(bench.paths, bench.passphrase));
    CHECK(keys.cosigner.verifier().vkey() == card.key.vkey());
    CHECK(keys.curve_public == card.curve);
    const auto wrong = crypto::SecretBuffer::copy_of(view("another"));
    CHECK(error_of(client::open_witness_keys(bench.paths, wrong)) == Errc::PassphraseWrong);
    CHECK(error_of(bench.create()) == Errc::AlreadyExists);
}

TEST_CASE("a name that no note can carry makes no home") {
    Bench bench;
    for (const std::string name : {"", "two words", "plus+sign", "line\n"}) {
        CHECK(error_of(bench.create(name)) == Errc::NameInvalid);
    }
    CHECK_FALSE(std::filesystem::exists(bench.paths.home));
}

TEST_CASE("a card reads back, and one of any other form is refused") {
    Bench bench;
    const WitnessCard card = must(bench.create());
    const std::string text = card.json();
    CHECK(must(WitnessCard::parse(text)).json() == text);
    const auto with = [&](const std::string& from, const std::string& to) {
        std::string changed = text;
        changed.replace(changed.find(from), from.size(), to);
        return error_of(WitnessCard::parse(changed));
    };
    CHECK(with("chapar-witness/1", "chapar-witness/2") == Errc::FieldInvalid);
    CHECK(with("\"witness.example/w1\"", "\"witness.example/w2\"") == Errc::FieldInvalid);
    CHECK(with("curve_key", "curve-key") == Errc::FieldUnknown);
    CHECK(with("\"name\"", "\"vkey\"") == Errc::FieldMissing);
    CHECK(error_of(WitnessCard::parse("[]")) == Errc::JsonInvalid);
    CHECK(error_of(WitnessCard::parse(text.substr(1))) == Errc::JsonInvalid);
}

// Fails if open_witness_keys() believes the card.
TEST_CASE("another witness's card in the home is noticed") {
    Bench bench, other;
    other.random = FakeRandom(4);
    must(bench.create());
    const WitnessCard theirs = must(other.create());
    std::ofstream(bench.paths.card()) << theirs.json();
    CHECK(error_of(client::open_witness_keys(bench.paths, bench.passphrase)) == Errc::FieldInvalid);
}

}  // namespace chapar::testing
