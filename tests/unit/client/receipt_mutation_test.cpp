// Forged, moved and reused receipts: each field of a genuine one is bent, a thousand times; none is
// accepted, neither as *logged* nor as *witnessed*.
#include "tests/unit/client/ledger_desk.h"

namespace chapar::testing {
namespace {

struct Genuine {
    World world;
    client::OutboxNumber number;
    client::SentEnvelope sent;
    std::vector<schemas::EntryProof> proofs;
    crypto::Checkpoint head;
    std::string note;

    Genuine()
        : number(world.compose(world.tj, World::alert({"AF-SKB-BLO", "UZ-TMZ-BLO"}))),
          sent(reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
              return client::sent_envelope(txn, number, world.tj.agency);
          })) {
        const auto at = world.accept(world.tj, world.bytes_of(world.tj, number));
        world.log_time();
        world.log_time();
        proofs = world.proofs(at);
        head = world.ledger->head();
        note = world.ledger->note();
    }
    [[nodiscard]] bool accepted(const std::vector<schemas::EntryProof>& shown,
                                const crypto::Checkpoint& under) const {
        return client::verify_receipt(sent, shown, under, note).has_value();
    }
};

std::uint64_t draw(FakeRandom& random, std::uint64_t below) {
    std::array<std::byte, 8> bytes{};
    random.fill(bytes);
    return LayoutReader(bytes).u64() % below;
}

void flip(FakeRandom& random, std::span<std::byte> bytes) {
    bytes[draw(random, bytes.size())] ^= std::byte(1U << draw(random, 8));
}

void flip_character(FakeRandom& random, std::string& text) {
    char& one = text[draw(random, text.size())];
    one = static_cast<char>(one ^ static_cast<char>(1 + draw(random, 127)));
}

// Bends one field of one entry. What comes out differs from what went in.
void bend(FakeRandom& random, schemas::EntryProof& proof) {
    switch (draw(random, 8)) {
        case 0:
            proof.index = EntryIndex(proof.index.value ^ (1ULL << draw(random, 64)));
            break;
        case 1:
            flip(random, proof.leaf);
            break;
        case 2:
            flip(random, proof.path[draw(random, proof.path.size())].bytes);
            break;
        case 3:
            proof.path.erase(proof.path.begin() +
                             static_cast<std::ptrdiff_t>(draw(random, proof.path.size())));
            break;
        case 4:
            proof.path.push_back(crypto::leaf_hash(proof.leaf));
            break;
        case 5:
            flip(random, proof.body);
            break;
        case 6:
            proof.body.resize(draw(random, proof.body.size()));
            break;
        default:
            flip(random, proof.salt.bytes);
    }
}

}  // namespace

TEST_CASE("attack: of 1,000 receipts with one field bent none is accepted") {
    Genuine genuine;
    REQUIRE(genuine.accepted(genuine.proofs, genuine.head));
    FakeRandom random(1000);
    std::size_t accepted = 0;
    for (int i = 0; i < 1000; ++i) {
        auto proofs = genuine.proofs;
        bend(random, proofs[draw(random, proofs.size())]);
        REQUIRE(proofs != genuine.proofs);
        accepted += genuine.accepted(proofs, genuine.head) ? 1 : 0;
    }
    CHECK(accepted == 0);
}

TEST_CASE("attack: of 1,000 heads with one bit bent none carries the receipt") {
    Genuine genuine;
    FakeRandom random(1001);
    std::size_t accepted = 0;
    for (int i = 0; i < 1000; ++i) {
        crypto::Checkpoint head = genuine.head;
        flip(random, head.root.bytes);
        accepted += genuine.accepted(genuine.proofs, head) ? 1 : 0;
    }
    CHECK(accepted == 0);
}

TEST_CASE("attack: of 1,000 receipt files with one byte bent none is read as the receipt") {
    Genuine genuine;
    const auto receipt =
        must(client::verify_receipt(genuine.sent, genuine.proofs, genuine.head, genuine.note));
    const client::ReceiptEntry entry = receipt.entries().front();
    const auto& log = genuine.world.card().log();
    must(client::check_receipt_file(entry.text, {entry.body, entry.salt}, log));
    FakeRandom random(1002);
    std::size_t accepted = 0;
    for (int i = 0; i < 1000; ++i) {
        std::string text = entry.text;
        client::ReceiptOpening opening{entry.body, entry.salt};
        switch (draw(random, 3)) {
            case 0:
                flip(random, opening.body);
                break;
            case 1:
                flip(random, opening.salt.bytes);
                break;
            default:
                flip_character(random, text);
        }
        accepted += client::check_receipt_file(text, opening, log).has_value() ? 1 : 0;
    }
    CHECK(accepted == 0);
}

// Every entry of the ledger, and every pair of them, in the place of the receipt's.
TEST_CASE("attack: receipts that were moved, reused or exchanged prove nothing") {
    Genuine genuine;
    World& world = genuine.world;
    const auto other = world.compose(world.tj, World::alert({"AF-SKB-BLO", "UZ-TMZ-BLO"}));
    world.accept(world.tj, world.bytes_of(world.tj, other));
    const auto head = world.ledger->head();
    std::size_t accepted = 0;
    for (std::uint64_t i = 0; i < world.ledger->size(); ++i) {
        for (std::uint64_t j = 0; j < world.ledger->size(); ++j) {
            const auto shown = world.proofs({EntryIndex(i), EntryIndex(j)});
            const bool own = EntryIndex(i) == genuine.proofs[0].index &&
                             EntryIndex(j) == genuine.proofs[1].index;
            if (!own) accepted += genuine.accepted(shown, head) ? 1 : 0;
            // The genuine leaf under another entry's place.
            auto moved = genuine.proofs;
            moved[0].index = EntryIndex(i);
            moved[1].index = EntryIndex(j);
            if (!own) accepted += genuine.accepted(moved, genuine.head) ? 1 : 0;
        }
    }
    CHECK(accepted == 0);
    CHECK(genuine.accepted(genuine.proofs, genuine.head));
}

// Each field of a PROOFS frame; the device may end the session or tell a missing entry, but it
// never says *witnessed*.
TEST_CASE("attack: of 1,000 bent PROOFS none makes a receipt witnessed") {
    LedgerDesk desk;
    const auto number = desk.send({"AF-SKB-BLO"});
    const EntryIndex index = *desk.item(number).entry;
    const auto policy = desk.broker.prover.policy();
    const auto& log = desk.world.card().log();
    const std::string note = desk.world.ledger->note();
    const std::string cosigned = note + desk.broker.prover.line(desk.broker.prover.first(), note) +
                                 desk.broker.prover.line(desk.broker.prover.second(), note);
    // As the session does it: the note, its line, its quorum, then the proof.
    const auto take = [&](const schemas::Proofs& frame) -> Status {
        auto txn = must(desk.store.begin_write());
        const auto witnessed =
            CHAPAR_TRY(crypto::open_witnessed(frame.head.checkpoint, log, policy));
        const auto head = CHAPAR_TRY(
            client::accept_published(*txn, log, frame.head.checkpoint, frame.head.consistency));
        const client::ShownHead shown{
            head, frame.head.checkpoint,
            witnessed.met ? client::Witnessing::Met : client::Witnessing::NotMet, desk.world.now};
        CHAPAR_TRY(client::settle_awaited(*txn, frame.proofs.front(), shown, desk.world.now));
        const auto hash = desk.item(number).hash;
        if (!CHAPAR_TRY(client::is_witnessed(*txn, hash, index))) return Error(Errc::ReceiptLate);
        return Done{};
    };
    auto proof = desk.world.ledger->proof(index);
    proof.body.clear();
    proof.salt = {};
    const schemas::Proofs genuine{{cosigned, {}}, {proof}};
    must(take(genuine));
    FakeRandom random(1003);
    std::size_t accepted = 0;
    for (int i = 0; i < 1000; ++i) {
        schemas::Proofs bent = genuine;
        switch (draw(random, 4)) {
            case 0:
                flip(random, bent.proofs.front().leaf);
                break;
            case 1:
                flip(random, bent.proofs.front().path.front().bytes);
                break;
            case 2:
                bent.proofs.front().index = EntryIndex(index.value + 1 + draw(random, 1000));
                break;
            default: {
                std::string& text = bent.head.checkpoint;
                flip_character(random, text);
            }
        }
        accepted += take(bent).has_value() ? 1 : 0;
    }
    CHECK(accepted == 0);
}

}  // namespace chapar::testing
