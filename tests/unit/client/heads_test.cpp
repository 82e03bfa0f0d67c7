#include "tests/unit/client/world.h"

namespace chapar::testing {

TEST_CASE("a head is accepted when the ledger has only grown") {
    World world;
    const auto before = world.accept_head(world.tj).size;
    world.log_time();
    const auto after = world.accept_head(world.tj).size;
    CHECK(after.value == before.value + 1);
}

// Fails if the consistency proof is not checked.
TEST_CASE("a larger head without a proof that the ledger only grew is refused") {
    World world;
    const auto held = world.ledger->size();
    world.log_time();
    world.log_time();
    auto txn = must(world.tj.store->begin_write());
    std::vector<Hash> proof = world.ledger->consistency(held);
    REQUIRE_FALSE(proof.empty());
    proof.front().bytes[0] ^= std::byte{1};
    CHECK(error_of(client::accept_head(*txn, world.card().log(), world.ledger->note(), proof)) ==
          Errc::HeadMismatch);
    CHECK(error_of(client::accept_head(*txn, world.card().log(), world.ledger->note(), {})) ==
          Errc::HeadMismatch);
}

TEST_CASE("a smaller ledger than the one held is refused") {
    World world;
    auto txn = must(world.tj.store->begin_write());
    const auto smaller = world.ledger->note_at(world.ledger->size() - 1);
    CHECK(error_of(client::accept_head(*txn, world.card().log(), smaller, {})) ==
          Errc::HeadMismatch);
}

// Fails if the roots are not compared, or if the note that is contradicted is not kept beside the
// other.
TEST_CASE("another root for the size held is refused and can be kept as evidence") {
    World world;
    auto txn = must(world.tj.store->begin_write());
    // The same log key signs another history of the same length.
    auto fork = crypto::Checkpoint{world.card().log().name(), world.ledger->head().size,
                                   crypto::leaf_hash(view("another history"))};
    const std::string note = world.sign_note(fork);
    CHECK(error_of(client::accept_head(*txn, world.card().log(), note, {})) == Errc::HeadMismatch);
    must(client::keep_as_evidence(*txn, note));
    const auto kept = must(client::evidence(*txn));
    REQUIRE(kept.size() == 2);
    CHECK(kept[0] == world.ledger->note());
    CHECK(kept[1] == note);
}

TEST_CASE("a note of another key is no head") {
    World world;
    auto txn = must(world.tj.store->begin_write());
    const auto key = must(crypto::NoteSigner::create(world.card().log().name(),
                                                     crypto::SigningKey::generate(world.random)));
    const auto note = crypto::sign_checkpoint(world.ledger->head(), key);
    CHECK(error_of(client::accept_head(*txn, world.card().log(), note, {})) == Errc::NoteInvalid);
}

TEST_CASE("a trust card reads back and refuses what the manifest does not say") {
    World world;
    const std::string json = world.card().json();
    const auto read = must(client::TrustCard::parse(json));
    CHECK(read.home() == world.card().home());
    CHECK(read.json() == json);
    const auto replaced = [&](const std::string& from, const std::string& to) {
        std::string text = json;
        const auto at = text.find(from);
        REQUIRE(at != std::string::npos);
        return text.replace(at, from.size(), to);
    };
    using client::TrustCard;
    CHECK(error_of(TrustCard::parse(replaced("ledger/1\",", "ledger/2\","))) == Errc::FieldInvalid);
    CHECK(error_of(TrustCard::parse(replaced(":7400", ":7401"))) == Errc::FieldInvalid);
    CHECK(error_of(TrustCard::parse(replaced("\"home\"", "\"hom\""))) == Errc::FieldUnknown);
    CHECK(error_of(TrustCard::parse("{}")) == Errc::FieldMissing);
    CHECK(error_of(TrustCard::parse("[")) == Errc::JsonInvalid);
}

}  // namespace chapar::testing
