// What logs and witnesses say to each other, and the policy that names them: bodies over HTTP,
// frames over CURVE, answers, the card, and C2SP policies, of which the verifier's own reading must
// accept the same.
#include "client/edge/witness_home.h"
#include "crypto/cosignature.h"
#include "crypto/verify/policy.h"
#include "crypto/witness_policy.h"
#include "crypto/witness_request.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/fake_random.h"

using namespace chapar;
using namespace chapar::crypto;
using namespace chapar::testing;

namespace {

constexpr const char* kText = "chapar.caricc/ledger/1\n900\nAAAA\n";

const NoteCosigner& witness() {
    static const NoteCosigner out = [] {
        FakeRandom random(2);
        return NoteCosigner::create("w.example", SigningKey::generate(random)).value();
    }();
    return out;
}

template <typename Frame>
void check_frame(ByteView bytes) {
    const auto frame = Frame::parse(bytes);
    if (!frame) return check_refusal(frame.error(), {Errc::MalformedLayout, Errc::TooLarge});
    CHAPAR_ASSERT(equal(frame->encode(), bytes));
}

void check_call(ByteView bytes) {
    check_frame<WitnessCall>(bytes);
    check_frame<WitnessAnswer>(bytes);
}

void check_add_checkpoint(std::string_view text) {
    const auto body = AddCheckpoint::parse(text);
    if (!body) return check_refusal(body.error(), {Errc::MalformedLayout, Errc::TooLarge});
    CHAPAR_ASSERT(body->body() == text);
}

void check_answer(std::string_view text) {
    const auto size = parse_conflict(text);
    if (size) {
        CHAPAR_ASSERT(conflict_body(*size) == text);
    } else {
        check_refusal(size.error(), {Errc::MalformedLayout});
    }
    const auto line = find_cosignature(kText, text, witness().verifier());
    if (!line) check_refusal(line.error(), {Errc::NoteInvalid});
}

void check_policy(std::string_view text) {
    const auto policy = WitnessPolicy::parse(text);
    std::string why;
    const auto second = verify::Policy::parse(std::string(text), why);
    // The verifier leaves it to each signature whether its key is a good point and its name one.
    CHAPAR_ASSERT(second.has_value() || !policy.has_value());
    if (!policy) return check_refusal(policy.error(), {Errc::ConfigInvalid});
    WitnessPolicy::Names all;
    for (const PolicyWitness& one : policy->witnesses()) {
        CHAPAR_ASSERT(policy->witness(one.name) != nullptr);
        all.insert(one.name);
    }
    // A quorum that nobody meets would be no quorum; one that all do not meet cannot be written.
    CHAPAR_ASSERT(policy->met(all));
    CHAPAR_ASSERT(policy->asks_none() == policy->met({}));
}

void check_card(std::string_view text) {
    const auto card = client::WitnessCard::parse(text);
    if (!card) {
        return check_refusal(card.error(), {Errc::JsonInvalid, Errc::FieldUnknown, Errc::TooLarge,
                                            Errc::FieldMissing, Errc::FieldInvalid});
    }
    const auto again = client::WitnessCard::parse(card->json());
    CHAPAR_ASSERT(again && again->key.vkey() == card->key.vkey() && again->curve == card->curve);
}

std::string own_policy() {
    const std::string vkey = witness().verifier().vkey();
    FakeRandom random(3);
    const auto other = NoteCosigner::create("x.example", SigningKey::generate(random)).value();
    return "# two witnesses\n\n  # of two\nwitness a " + vkey + " https://a.example/\nwitness b " +
           other.verifier().vkey() + "\ngroup g all a b\nquorum g\n";
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    std::vector<Bytes> seeds;
    const auto add = [&](unsigned which, std::string_view text) {
        seeds.push_back(for_decoder(which, view(text)));
    };
    const AddCheckpoint ask{TreeSize(3), {Hash{{std::byte{1}}}, Hash{{std::byte{2}}}}, kText};
    seeds.push_back(for_decoder(0, WitnessCall{WitnessMethod::AddCheckpoint, ask.body()}.encode()));
    seeds.push_back(for_decoder(0, WitnessAnswer{409, conflict_body(TreeSize(9))}.encode()));
    add(1, ask.body());
    add(2, conflict_body(TreeSize(900)));
    add(2, witness().cosign(kText, TimeMs(1'795'264'496'000)).value());
    add(3, own_policy());
    add(3, project_file("tests/vectors/ledger/sigsum/hello.tlog-policy"));
    add(3, "quorum none\n");
    add(4, client::WitnessCard{witness().verifier(), CurveKey{{std::byte{5}}}}.json());
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text = text_of_input(data, size).substr(1);
    switch (data[0] % 5) {
        case 0:
            check_call(view(text));
            break;
        case 1:
            check_add_checkpoint(text);
            break;
        case 2:
            check_answer(text);
            break;
        case 3:
            check_policy(text);
            break;
        default:
            check_card(text);
    }
    return 0;
}
