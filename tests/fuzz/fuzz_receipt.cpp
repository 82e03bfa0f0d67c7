// Receipt files and the texts inside them: proofs, notes, checkpoints, keys, fork evidence. Each
// has one form, the verifier reads the same, and nothing made here passes as proven.
#include "client/core/receipt.h"
#include "crypto/cosignature.h"
#include "crypto/fork_evidence.h"
#include "crypto/note.h"
#include "crypto/note_line.h"
#include "crypto/tlog_proof.h"
#include "crypto/verify/note.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/fake_random.h"

using namespace chapar;
using namespace chapar::crypto;
using namespace chapar::testing;

namespace {

constexpr const char* kOrigin = "chapar.caricc/ledger/1";

SigningKey log_key() {
    FakeRandom random(1);
    return SigningKey::generate(random);
}

const NoteSigner& signer() {
    static const NoteSigner out = NoteSigner::create(kOrigin, log_key()).value();
    return out;
}

verify::Bytes plain(std::string_view text) { return verify::bytes_of(text); }

// Every signature line is written as it was read; lines of other signers too.
void check_note(std::string_view text) {
    const auto note = ParsedNote::parse(text);
    if (!note) return check_refusal(note.error(), {Errc::NoteInvalid});
    std::string again = note->text + "\n";
    for (const NoteSignature& line : note->signatures) {
        again += signature_line(line.name, line.key_id, line.signature);
    }
    CHAPAR_ASSERT(again == text);
    const auto second = verify::parse_note(plain(text));
    CHAPAR_ASSERT(second && second->text == note->text);
    CHAPAR_ASSERT(second->lines.size() == note->signatures.size());
    const auto opened = open_checkpoint(text, signer().verifier());
    if (!opened) check_refusal(opened.error(), {Errc::NoteInvalid});
    const auto key = verify::parse_vkey(signer().verifier().vkey()).value();
    std::string why;
    CHAPAR_ASSERT(!opened || verify::open_checkpoint(plain(text), key, why));
}

void check_checkpoint(std::string_view text) {
    const auto head = Checkpoint::parse(text);
    if (!head) return check_refusal(head.error(), {Errc::NoteInvalid});
    CHAPAR_ASSERT(head->text() == text);
}

void check_keys(std::string_view text) {
    const std::initializer_list<Errc> promised{Errc::MalformedLayout, Errc::KeyInvalid,
                                               Errc::NameInvalid};
    const auto vkey = NoteVerifier::parse(text);
    if (vkey) {
        CHAPAR_ASSERT(vkey->vkey() == text);
        CHAPAR_ASSERT(verify::parse_vkey(text).has_value());
    } else {
        check_refusal(vkey.error(), promised);
    }
    const auto cosigner = Cosigner::parse(text);
    if (cosigner) {
        CHAPAR_ASSERT(cosigner->vkey() == text);
        CHAPAR_ASSERT(verify::parse_vkey(text, 4).has_value());
    } else {
        check_refusal(cosigner.error(), promised);
    }
    const auto skey = NoteSigner::parse(text);
    if (!skey) check_refusal(skey.error(), promised);
}

void check_proof(std::string_view text) {
    const auto proof = TlogProof::parse(text);
    if (!proof) return check_refusal(proof.error(), {Errc::ProofInvalid});
    CHAPAR_ASSERT(proof->text() == text);
    const auto head = check_tlog_proof(*proof, proof->extra, signer().verifier());
    if (!head) check_refusal(head.error(), {Errc::NoteInvalid, Errc::ProofInvalid});
    const auto body = client::check_receipt_file(text, {}, signer().verifier());
    if (!body) {
        check_refusal(body.error(), {Errc::NoteInvalid, Errc::ProofInvalid, Errc::LeafInvalid,
                                     Errc::MalformedLayout});
    }
}

void check_fork(std::string_view text) {
    const auto fork = ForkEvidence::parse(text);
    if (!fork) {
        return check_refusal(fork.error(), {Errc::MalformedLayout, Errc::NoteInvalid,
                                            Errc::Conflict, Errc::KeyInvalid, Errc::NameInvalid});
    }
    CHAPAR_ASSERT(fork->text() == text);
}

std::string note_of(std::uint64_t size, std::byte root) {
    return sign_checkpoint({kOrigin, TreeSize(size), Hash{{root}}}, signer());
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    const std::string folder = "tests/vectors/ledger/";
    std::vector<Bytes> seeds;
    const auto add = [&](unsigned which, std::string_view text) {
        seeds.push_back(for_decoder(which, view(text)));
    };
    for (const char* name :
         {"notes/c2sp-example.note", "notes/sumdb-31700353.note", "sigsum/hello.cosigned.note",
          "sunlight-300/witness-cosigned.note", "tessera-log/checkpoint"}) {
        add(0, project_file(folder + name));
    }
    add(0, note_of(900, std::byte{1}));
    add(1, Checkpoint{kOrigin, TreeSize(900), Hash{{std::byte{1}}}}.text());
    add(2, signer().verifier().vkey());
    add(2, Cosigner::create("w.example", log_key().verifying_key())->vkey());
    std::string test_key = project_file(folder + "tessera-log/skey.test-only.txt");
    while (test_key.ends_with('\n')) test_key.pop_back();
    add(2, test_key);
    add(3, project_file(folder + "rekor2/entry-735.tlog-proof"));
    add(3, project_file(folder + "sigsum/hello.tlog-proof"));
    const TlogProof own{
        to_bytes("leaf"), EntryIndex(3), {Hash{{std::byte{2}}}}, note_of(4, std::byte{3})};
    add(3, own.text());
    add(4, ForkEvidence::create(signer().verifier(), note_of(900, std::byte{1}),
                                note_of(900, std::byte{2}))
               ->text());
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text = text_of_input(data, size).substr(1);
    switch (data[0] % 5) {
        case 0:
            check_note(text);
            break;
        case 1:
            check_checkpoint(text);
            break;
        case 2:
            check_keys(text);
            break;
        case 3:
            check_proof(text);
            break;
        default:
            check_fork(text);
    }
    return 0;
}
