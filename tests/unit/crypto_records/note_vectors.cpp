#include <doctest/doctest.h>

#include "crypto/base64.h"
#include "crypto/checkpoint.h"
#include "crypto/note.h"
#include "crypto/text_form.h"
#include "crypto/tlog_proof.h"
#include "crypto/tree.h"
#include "schemas/base/hex.h"
#include "schemas/base/layout.h"
#include "unit/crypto_records/ledger_vectors.h"

namespace chapar::testing {
namespace {

using namespace crypto;

std::string first_line(const std::string& name) {
    const std::string text = ledger_vectors().read(name);
    return text.substr(0, text.find('\n'));
}

NoteVerifier verifier_from(const std::string& name) {
    return NoteVerifier::parse(first_line(name)).value();
}

std::vector<Hash> entry_hashes(const std::string& bundle) {
    LayoutReader in(view(bundle));
    std::vector<Hash> hashes;
    while (in.remaining() > 0 && in.ok()) hashes.push_back(leaf_hash(in.counted16()));
    CHECK(in.finish("entries"));
    return hashes;
}

std::vector<NoteVerifier> known_keys(const boost::json::value& file,
                                     const boost::json::value& names) {
    std::vector<NoteVerifier> known;
    for (const auto& name : names.as_array()) {
        const std::string vkey = json_text(file.at("vkeys"), std::string_view(name.as_string()));
        known.push_back(NoteVerifier::parse(vkey).value());
    }
    return known;
}

// The log's Ed25519 key at the end of its SubjectPublicKeyInfo.
NoteVerifier rekor_log(const boost::json::value& file) {
    const Bytes spki = from_base64(json_text(file, "log_public_key_spki_b64")).value();
    const auto key = SigningPublicKey::from(ByteView(spki).last(SigningPublicKey::kSize)).value();
    return NoteVerifier::create(json_text(file, "origin"), VerifyingKey::create(key).value())
        .value();
}

}  // namespace

TEST_CASE("our signer reproduces the notes of the Tessera log byte for byte") {
    const NoteSigner signer =
        NoteSigner::parse(first_line("tessera-log/skey.test-only.txt")).value();
    CHECK(signer.verifier().vkey() == first_line("tessera-log/vkey.txt"));
    for (std::uint64_t size = 0; size <= 15; ++size) {
        CAPTURE(size);
        const std::string note =
            ledger_vectors().read("tessera-log/checkpoint." + std::to_string(size));
        const Result<Checkpoint> opened = open_checkpoint(note, signer.verifier());
        REQUIRE(opened);
        CHECK(opened->size == TreeSize(size));
        CHECK(sign_checkpoint(*opened, signer) == note);
        ledger_vectors().count("tessera-log/checkpoint.*");
    }
    CHECK(ledger_vectors().read("tessera-log/checkpoint") ==
          ledger_vectors().read("tessera-log/checkpoint.15"));
}

TEST_CASE("the roots of the Tessera log follow from its tiles and from its entries") {
    const NoteVerifier log = verifier_from("tessera-log/vkey.txt");
    for (std::uint64_t size = 0; size <= 15; ++size) {
        CAPTURE(size);
        const std::string width = std::to_string(size);
        const Checkpoint head =
            open_checkpoint(ledger_vectors().read("tessera-log/checkpoint." + width), log).value();
        const bool empty = size == 0;
        const auto hashes =
            empty ? std::vector<Hash>() : tile_hashes("tessera-log/tile/0/000.p/" + width);
        CHECK(tree_root(hashes) == head.root);
        ledger_vectors().count("tessera-log/tile/0/000.p/*");
        if (empty) continue;
        CHECK(entry_hashes(ledger_vectors().read("tessera-log/tile/entries/000.p/" + width)) ==
              hashes);
        ledger_vectors().count("tessera-log/tile/entries/000.p/*");
    }
}

TEST_CASE("the example of the signed-note specification opens") {
    const NoteVerifier key = verifier_from("notes/c2sp-example.vkey");
    const auto opened = open_note(ledger_vectors().read("notes/c2sp-example.note"), {&key, 1});
    REQUIRE(opened);
    CHECK(opened->text == "This is an example message.\n");
    ledger_vectors().count("notes/c2sp-example.note");
}

TEST_CASE("real tree heads of sum.golang.org open") {
    const NoteVerifier key = verifier_from("notes/sumdb.vkey");
    for (const std::string size : {"31700353", "35225469"}) {
        const std::string note = ledger_vectors().read("notes/sumdb-" + size + ".note");
        const auto opened = open_note(note, {&key, 1});
        REQUIRE(opened);
        const auto head = Checkpoint::parse(opened->text);
        REQUIRE(head);
        CHECK(std::to_string(head->size.value) == size);
        CHECK(head->text() == opened->text);
        // Its origin line is not its key name: as a checkpoint of ours it is refused.
        CHECK_FALSE(open_checkpoint(note, key));
        ledger_vectors().count("notes/sumdb-*.note");
    }
}

TEST_CASE("notes open and fail as the cases of Go's note package say") {
    const std::string name = "notes/xmod-note-open.json";
    const boost::json::value file = ledger_json(name);
    for (const auto& test : file.at("cases").as_array()) {
        CAPTURE(json_text(test, "name"));
        const Bytes note = from_base64(json_text(test, "note_b64")).value();
        const std::vector<NoteVerifier> known = known_keys(file, test.at("known"));
        const Result<OpenedNote> opened = open_note(to_string(note), known);
        const std::string want = json_text(test, "want");
        CHECK(opened.has_value() == (want == "ok"));
        CHECK(ParsedNote::parse(to_string(note)).has_value() == (want != "malformed"));
        if (opened) {
            CHECK(opened->text == json_text(file, "text"));
            CHECK(opened->verified.size() == json_number(test, "verified_signatures"));
        }
        ledger_vectors().count(name);
    }
    for (const auto& vkey : file.at("bad_vkeys").as_array()) {
        CHECK_FALSE(NoteVerifier::parse(std::string_view(vkey.as_string())));
        ledger_vectors().count(name);
    }
    const NoteSigner peter = NoteSigner::parse(json_text(file, "test_only_skey")).value();
    CHECK(peter.verifier().vkey() == json_text(file.at("vkeys"), "peter"));
    const std::string signed_again = peter.sign(json_text(file, "text")).value();
    const auto& both = file.at("cases").as_array().front();
    CHECK(to_string(from_base64(json_text(both, "note_b64")).value()).starts_with(signed_again));
    ledger_vectors().count(name);
}

TEST_CASE("a real Sigsum proof holds as a tlog-proof, its witness lines ignored") {
    const NoteVerifier log = verifier_from("sigsum/hello.vkeys");
    const std::string text = ledger_vectors().read("sigsum/hello.tlog-proof");
    const auto proof = TlogProof::parse(text);
    REQUIRE(proof);
    CHECK(proof->text() == text);
    const Bytes leaf = from_hex(first_line("sigsum/hello.leaf.hex")).value();
    const auto head = check_tlog_proof(*proof, leaf, log);
    REQUIRE(head);
    CHECK(head->size == TreeSize(381382));
    CHECK_FALSE(check_tlog_proof(*proof, view("another leaf"), log));
    ledger_vectors().count("sigsum/hello.tlog-proof");
    CHECK(open_checkpoint(ledger_vectors().read("sigsum/hello.cosigned.note"), log).value() ==
          *head);
    ledger_vectors().count("sigsum/hello.cosigned.note");
}

TEST_CASE("the root of 300 leaves follows from a full tile, a partial one, and their roots") {
    std::vector<Hash> leaves = tile_hashes("sunlight-300/tile/0/000");
    CHECK(leaves.size() == 256);
    const Hash full = tree_root(leaves);
    CHECK(tile_hashes("sunlight-300/tile/1/000.p/1") == std::vector<Hash>{full});
    const std::vector<Hash> rest = tile_hashes("sunlight-300/tile/0/001.p/44");
    leaves.insert(leaves.end(), rest.begin(), rest.end());
    const auto note = ParsedNote::parse(ledger_vectors().read("sunlight-300/mirror-cosigned.note"));
    REQUIRE(note);
    const auto head = Checkpoint::parse(note->text);
    REQUIRE(head);
    CHECK(head->size == TreeSize(leaves.size()));
    CHECK(head->root == tree_root(leaves));
    ledger_vectors().count("sunlight-300/mirror-cosigned.note");
}

TEST_CASE("checkpoints of Rekor v2 open and fail as its conformance cases say") {
    const std::string name = "rekor2/rekor2-checkpoints.json";
    const boost::json::value file = ledger_json(name);
    const NoteVerifier log = rekor_log(file);
    const Hash root = json_hash(file.at("root_hash")).value();
    for (const auto& test : file.at("cases").as_array()) {
        CAPTURE(json_text(test, "name"));
        const auto head = open_checkpoint(json_text(test, "checkpoint"), log);
        CHECK(head.has_value() == (json_text(test, "want") == "ok"));
        if (head) CHECK(head->root == root);
        ledger_vectors().count(name);
    }
}

TEST_CASE("a real Rekor v2 entry is proven by its tlog-proof") {
    const boost::json::value file = ledger_json("rekor2/rekor2-checkpoints.json");
    const std::string text = ledger_vectors().read("rekor2/entry-735.tlog-proof");
    const auto proof = TlogProof::parse(text);
    REQUIRE(proof);
    CHECK(proof->text() == text);
    const Bytes leaf = from_base64(json_text(file, "leaf_data_b64")).value();
    CHECK(check_tlog_proof(*proof, leaf, rekor_log(file)));
    ledger_vectors().count("rekor2/entry-735.tlog-proof");
}

}  // namespace chapar::testing
