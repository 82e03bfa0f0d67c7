// Newer code lists, as a centre hands them out: the archive, one list in it, and the signed whole.
// What is read is written and read again as the same; a set that is taken has the names, rows and
// text of its files, and no archive that the centre did not sign is a set.
#include <algorithm>

#include "client/core/code_update.h"
#include "crypto/sign.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/fake_random.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

crypto::SigningKey centre_key() {
    FakeRandom random{1};
    return crypto::SigningKey::generate(random);
}

const SigningPublicKey& centre_root() {
    static const SigningPublicKey root = centre_key().public_key();
    return root;
}

std::vector<schemas::CodeText> built_in_texts() {
    std::vector<schemas::CodeText> texts;
    for (const schemas::BuiltInCodes& list : schemas::built_in_codes()) {
        texts.push_back({std::string(list.name), std::string(list.text)});
    }
    return texts;
}

void check_archive(ByteView bytes) {
    const auto files = client::read_code_archive(bytes);
    if (!files) {
        check_refusal(files.error(), {Errc::MalformedLayout, Errc::TooLarge});
        return;
    }
    const Bytes again = client::write_code_archive(*files);
    CHAPAR_ASSERT(client::read_code_archive(again).value() == *files);
    const auto opened = client::open_codes(*files, centre_root());
    if (!opened) {
        check_refusal(opened.error(), {Errc::SignatureInvalid, Errc::CertificateNotSigned,
                                       Errc::MalformedLayout, Errc::TooLarge});
        return;
    }
    // Nothing but the seed is signed, whatever stands in the archive's heads.
    CHAPAR_ASSERT(client::manifest_text(opened->set) ==
                  client::manifest_text(schemas::CodeSet::built_in()));
}

void check_set(const schemas::CodeSet& set) {
    CHAPAR_ASSERT(schemas::check_follows(set, set));
    CHAPAR_ASSERT(schemas::changes_between(set, set).empty());
    for (const schemas::CodeFile& list : set.files()) {
        CHAPAR_ASSERT(schemas::is_list_name(list.name) && set.find(list.name) == &list);
        for (const schemas::CodeRow& row : list.rows) {
            CHAPAR_ASSERT(!row.code.empty() && list.find(row.code) != nullptr);
        }
    }
}

// One list of the set in the place of the one that it is called like.
void check_list(std::string_view input) {
    auto texts = built_in_texts();
    schemas::CodeText& changed = texts.at(static_cast<unsigned char>(input[0]) % texts.size());
    changed.text = input.substr(1);
    const auto set = schemas::CodeSet::parse(std::move(texts));
    if (!set) {
        check_refusal(set.error(), {Errc::MalformedLayout, Errc::TooLarge});
        return;
    }
    check_set(*set);
    const Status follows = schemas::check_follows(schemas::CodeSet::built_in(), *set);
    if (!follows) check_refusal(follows.error(), {Errc::RecordSequence});
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    std::vector<Bytes> seeds;
    const auto texts = built_in_texts();
    for (std::size_t i = 0; i < texts.size(); ++i) {
        if (texts[i].text.size() > 4'096) continue;
        seeds.push_back(for_decoder(1, view(std::string(1, static_cast<char>(i)) + texts[i].text)));
    }
    const auto signed_set =
        client::sign_codes(schemas::CodeSet::parse(texts).value(), centre_key()).value();
    seeds.push_back(for_decoder(0, client::write_code_archive(client::files_of(signed_set))));
    seeds.push_back(for_decoder(0, client::write_code_archive({{"MANIFEST", "chapar-codes/1\n"},
                                                               {"units.csv", "number,code\n"}})));
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    if (data[0] % 2 == 0) {
        check_archive(input_of(data, size).subspan(1));
    } else {
        check_list(text_of_input(data, size).substr(1));
    }
    return 0;
}
