#include "crypto/tlog_proof.h"
#include "tests/unit/client/world.h"

namespace chapar::testing {
namespace {

struct Sent {
    World world;
    client::OutboxNumber number;
    client::OutboxBytes bytes;
    client::SentEnvelope envelope;
    std::vector<EntryIndex> at;

    explicit Sent(std::vector<std::string> to = {"AF-SKB-BLO", "UZ-TMZ-BLO"})
        : number(world.compose(world.tj, World::alert(std::move(to)))),
          bytes(world.bytes_of(world.tj, number)),
          envelope(reading(*world.tj.store,
                           [&](const storage::ReadTxn& txn) {
                               return client::sent_envelope(txn, number, world.tj.agency);
                           })),
          at(world.accept(world.tj, bytes)) {}

    [[nodiscard]] Result<client::Receipt> verify(
        const std::vector<schemas::EntryProof>& proofs) const {
        return client::verify_receipt(envelope, proofs, world.ledger->head(), world.ledger->note());
    }
};

}  // namespace

TEST_CASE("the receipt of this envelope verifies, with one entry for each agency") {
    Sent sent;
    const auto receipt = must(sent.verify(sent.world.proofs(sent.at)));
    CHECK(receipt.entries().size() == 2);
    CHECK(receipt.first() == sent.at.front());
    CHECK(receipt.envelope() == sent.envelope.hash);
}

TEST_CASE("a receipt file verifies on its own and fails when a byte of its body changes") {
    Sent sent;
    const auto receipt = must(sent.verify(sent.world.proofs(sent.at)));
    const auto& entry = receipt.entries().front();
    client::ReceiptOpening opening{entry.body, entry.salt};
    CHECK(client::check_receipt_file(entry.text, opening, sent.world.card().log()).has_value());
    opening.body.back() ^= std::byte{1};
    CHECK(error_of(client::check_receipt_file(entry.text, opening, sent.world.card().log())) ==
          Errc::LeafInvalid);
}

TEST_CASE("the receipt of another envelope proves nothing") {
    Sent sent;
    const auto other =
        sent.world.compose(sent.world.tj, World::alert({"AF-SKB-BLO", "UZ-TMZ-BLO"}));
    const auto at = sent.world.accept(sent.world.tj, sent.world.bytes_of(sent.world.tj, other));
    CHECK(error_of(sent.verify(sent.world.proofs(at))) == Errc::LeafInvalid);
}

TEST_CASE("a foreign leaf at the right index is refused") {
    Sent sent;
    auto proofs = sent.world.proofs(sent.at);
    proofs.front().leaf = sent.world.ledger->proof(EntryIndex(0)).leaf;
    CHECK_FALSE(sent.verify(proofs).has_value());
    proofs = sent.world.proofs(sent.at);
    proofs.front() = sent.world.ledger->proof(EntryIndex(0));
    CHECK_FALSE(sent.verify(proofs).has_value());
}

TEST_CASE("a receipt with another label than the one that was sealed is refused") {
    Sent sent;
    client::OutboxBytes bent = sent.bytes;
    bent.stanzas.front().label.got += 1;
    const auto at = sent.world.accept(sent.world.tj, bent);
    CHECK(error_of(sent.verify(sent.world.proofs(at))) == Errc::LeafInvalid);
}

TEST_CASE("a receipt under another root is refused") {
    Sent sent;
    crypto::Checkpoint head = sent.world.ledger->head();
    head.root.bytes[0] ^= std::byte{1};
    CHECK(error_of(client::verify_receipt(sent.envelope, sent.world.proofs(sent.at), head,
                                          sent.world.ledger->note())) == Errc::ProofInvalid);
}

TEST_CASE("a receipt that lacks a recipient agency is refused") {
    Sent sent;
    auto proofs = sent.world.proofs(sent.at);
    proofs.pop_back();
    CHECK(error_of(sent.verify(proofs)) == Errc::LeafInvalid);
    proofs.push_back(proofs.front());
    CHECK(error_of(sent.verify(proofs)) == Errc::LeafInvalid);
}

TEST_CASE("entries with a gap between them are refused") {
    Sent sent;
    sent.world.log_time();
    const auto again = sent.world.accept(sent.world.tj, sent.bytes);
    CHECK(error_of(sent.verify(sent.world.proofs({sent.at[0], again[1]}))) == Errc::LeafInvalid);
}

TEST_CASE("a refusal is believed only by its REJECTED entry about this envelope") {
    Sent sent;
    const auto rejected = sent.world.reject(sent.world.tj, sent.bytes, "policy.refused");
    const auto head = sent.world.ledger->head();
    const auto note = sent.world.ledger->note();
    const auto refusal =
        must(client::verify_refusal(sent.envelope, sent.world.ledger->proof(rejected), head, note));
    CHECK(refusal.code == "policy.refused");
    CHECK(error_of(client::verify_refusal(sent.envelope, sent.world.ledger->proof(sent.at[0]), head,
                                          note)) == Errc::LeafInvalid);
    CHECK(error_of(sent.verify({sent.world.ledger->proof(rejected),
                                sent.world.ledger->proof(rejected)})) == Errc::LeafInvalid);
}

}  // namespace chapar::testing
