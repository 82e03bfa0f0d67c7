#include "client/core/evidence.h"

#include <cstdlib>
#include <fstream>

#include "crypto/padding.h"
#include "crypto/verify/evidence.h"
#include "tests/unit/client/world.h"

// What the product writes, judged by the verifier that shares no code with it. With
// CHAPAR_EVIDENCE_OUT set to a folder the packages are also left there, for the independent
// implementation in tests/integration/interop.py.

namespace chapar::testing {
namespace {

verify::Bytes plain(ByteView bytes) {
    verify::Bytes out;
    for (const std::byte b : bytes) out.push_back(std::to_integer<std::uint8_t>(b));
    return out;
}

// An alert that was accepted, and the proofs a broker hands out for it.
struct Accepted {
    World world;
    client::OutboxNumber number;
    client::OutboxBytes bytes;
    std::vector<EntryIndex> at;
    std::string note;
    std::uint64_t size = 0;

    Accepted()
        : number(world.compose(world.tj, World::alert({"AF-SKB-BLO"}))),
          bytes(world.bytes_of(world.tj, number)),
          at(world.accept(world.tj, bytes)) {
        note = world.ledger->note();
        size = world.ledger->size();
    }

    [[nodiscard]] client::ReceiptEntry sender_receipt() {
        const auto sent = reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
            return client::sent_envelope(txn, number, world.tj.agency);
        });
        return must(client::verify_receipt(sent, world.proofs(at), world.ledger->head(), note))
            .entries()
            .front();
    }
    [[nodiscard]] std::vector<crypto::Secret32> secrets() {
        return reading(*world.tj.store, [&](const storage::ReadTxn& txn) {
            return client::stream_secrets(txn, world.device(world.tj), number);
        });
    }
    [[nodiscard]] client::EvidenceDirectory directory() {
        auto out = must(client::EvidenceDirectory::begin(world.card().log(), note));
        must(out.add_head(world.ledger->frame_head(size)));
        must(out.add_entries(world.ledger->directory(EntryIndex(0))));
        return out;
    }
    [[nodiscard]] Result<Bytes> write(const client::ReceiptEntry& receipt,
                                      const client::EvidenceDirectory& listed,
                                      std::uint16_t stream = 0) {
        const auto secret = secrets();
        return client::write_evidence(world.card().record(), receipt, listed,
                                      {stream, secret.at(0), bytes.streams.at(0)});
    }
    [[nodiscard]] verify::TrustCard card() const {
        const crypto::Manifest& manifest = world.card().manifest();
        return {manifest.origin, world.card().log().vkey(), plain(world.card().home().view()),
                plain(manifest.centre_root.view())};
    }
    [[nodiscard]] verify::EvidenceReport judge(const Bytes& file) const {
        const auto roots =
            verify::parse_agency_roots(plain(client::encode_agency_roots(world.tj.roots)));
        REQUIRE(roots);
        return verify::verify_evidence(plain(file), card(), roots);
    }
};

std::string first_failure(const verify::EvidenceReport& report) {
    for (const verify::Verdict& verdict : report.verdicts) {
        if (!verdict.ok) return verdict.rule + ": " + verdict.sentence;
    }
    return "";
}

// For the other implementation.
void leave(const std::string& name, const Bytes& file, const Accepted& accepted) {
    const char* folder = std::getenv("CHAPAR_EVIDENCE_OUT");
    if (folder == nullptr) return;
    const auto write = [&](const std::string& file_name, std::string_view bytes) {
        std::ofstream out(std::string(folder) + "/" + file_name, std::ios::binary);
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        REQUIRE(out.flush());
    };
    write(name + ".evidence", to_string(file));
    write(name + ".card.json", accepted.world.card().json());
}

}  // namespace

TEST_CASE("what a sender writes as evidence verifies, without a key, as its own text") {
    Accepted accepted;
    const Bytes file = must(accepted.write(accepted.sender_receipt(), accepted.directory()));
    const verify::EvidenceReport report = accepted.judge(file);
    CHECK(first_failure(report) == "");
    CHECK(report.verified());
    CHECK_FALSE(report.content.empty());
    leave("sender", file, accepted);
}

TEST_CASE("what a recipient writes as evidence verifies, although the author is gone since") {
    Accepted accepted;
    World& world = accepted.world;
    world.sync(world.af);
    const auto delivery = world.delivery(world.af, accepted.bytes, accepted.at);
    accepted.note = world.ledger->note();
    const auto report = world.receive(world.af, delivery);
    REQUIRE(report.number);
    world.revoke(world.tj);
    const client::Device device = world.device(world.af);
    const auto receipt = reading(*world.af.store, [&](const storage::ReadTxn& txn) {
        return client::inbox_receipt(txn, *report.number);
    });
    const auto secrets = reading(*world.af.store, [&](const storage::ReadTxn& txn) {
        return client::stream_secrets(txn, device, *report.number);
    });
    const Bytes file =
        must(client::write_evidence(world.card().record(), receipt, accepted.directory(),
                                    {0, secrets.at(0), accepted.bytes.streams.at(0)}));
    const verify::EvidenceReport verdict = accepted.judge(file);
    CHECK(first_failure(verdict) == "");
    bool told = false;
    for (const verify::Fact& fact : verdict.facts) told = told || fact.name == "revoked later";
    CHECK(told);
    leave("recipient", file, accepted);
}

// Fails if EvidenceWriter::acceptance() does not look for the entry's last_dir, and if the verifier
// does not walk the chain.
TEST_CASE("evidence is not written with a hole in the directory") {
    Accepted accepted;
    auto entries = accepted.world.ledger->directory(EntryIndex(0));
    auto whole = must(client::EvidenceDirectory::begin(accepted.world.card().log(), accepted.note));
    std::vector<schemas::EntryProof> cut(entries.begin(), entries.begin() + 3);
    must(whole.add_entries(cut));
    CHECK(error_of(accepted.write(accepted.sender_receipt(), whole)) == Errc::LeafInvalid);
    auto holed = must(client::EvidenceDirectory::begin(accepted.world.card().log(), accepted.note));
    entries.erase(entries.begin() + 2);
    CHECK(error_of(holed.add_entries(entries)) == Errc::LeafInvalid);
}

// Fails if add_head() does not check the consistency path.
TEST_CASE("a head of another history is not taken into evidence") {
    Accepted accepted;
    auto directory = accepted.directory();
    crypto::Checkpoint other = accepted.world.ledger->head();
    other.size = TreeSize(other.size.value + 1);
    other.root.bytes[0] ^= std::byte{1};
    CHECK(error_of(directory.add_head({accepted.world.sign_note(other), {}})) ==
          Errc::HeadMismatch);
}

// Fails if accepted_statement() does not look at the event.
TEST_CASE("a refusal is no evidence of an acceptance") {
    Accepted accepted;
    const EntryIndex at =
        accepted.world.reject(accepted.world.tj, accepted.bytes, "policy.refused");
    const auto sent = reading(*accepted.world.tj.store, [&](const storage::ReadTxn& txn) {
        return client::sent_envelope(txn, accepted.number, accepted.world.tj.agency);
    });
    accepted.note = accepted.world.ledger->note();
    accepted.size = accepted.world.ledger->size();
    const auto refusal = must(client::verify_refusal(sent, accepted.world.proofs({at}).front(),
                                                     accepted.world.ledger->head(), accepted.note));
    const client::ReceiptEntry dressed{refusal.index, refusal.agency, refusal.time,
                                       refusal.text,  refusal.body,   refusal.salt};
    CHECK(error_of(accepted.write(dressed, accepted.directory())) == Errc::LeafInvalid);
}

// Fails if check_stream_fits() does not compare c_j, or R_j.
TEST_CASE("a secret or a ciphertext of another stream is not written as evidence") {
    Accepted accepted;
    const auto receipt = accepted.sender_receipt();
    const auto directory = accepted.directory();
    const crypto::Secret32 stranger = crypto::Secret32::random(accepted.world.random);
    const auto& record = accepted.world.card().record();
    CHECK(error_of(client::write_evidence(record, receipt, directory,
                                          {0, stranger, accepted.bytes.streams.at(0)})) ==
          Errc::Commitments);
    Bytes other = accepted.bytes.streams.at(0);
    other.back() ^= std::byte{1};
    const auto secrets = accepted.secrets();
    CHECK(error_of(client::write_evidence(record, receipt, directory, {0, secrets.at(0), other})) ==
          Errc::StreamRoot);
    CHECK(error_of(accepted.write(receipt, directory, 1)) == Errc::NotFound);
}

}  // namespace chapar::testing
