// Messages that people and programs write as JSON: what is read is shown as JSON that reads back as
// the same payload, and travels as a content that reads back as the same.
#include "client/cases/message_json.h"
#include "schemas/content_codec.h"
#include "schemas/kinds.h"
#include "schemas/kinds/kind_examples.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/schemas/samples.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

void check_payload(const schemas::Payload& payload) {
    const std::string shown = client::render_payload(payload);
    const auto again = client::parse_messages(shown);
    CHAPAR_ASSERT(again && again->size() == 1);
    CHAPAR_ASSERT(again->front().draft.payload == payload);
    CHAPAR_ASSERT(client::render_payload(again->front().draft.payload) == shown);

    schemas::SealedContent content{sample_alert().manifest, payload};
    content.manifest.kind = schemas::kind_of(payload);
    if (!schemas::check_content(content)) return;
    const Result<Bytes> wire = schemas::encode_content(content);
    if (wire) CHAPAR_ASSERT(schemas::decode_content(*wire).value() == content);
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    std::vector<Bytes> seeds;
    for (const char* name :
         {"reply", "request-to-the-gulf", "request", "seizure-for-almaty", "seizure-for-hairatan",
          "seizure-with-photograph", "seizures-nizhny-pyanj", "seizures-shir-khan-bandar"}) {
        const std::string text = project_file("ops/demo/" + std::string(name) + ".json");
        seeds.push_back(to_bytes(text));
    }
    for (const schemas::KindExample& example : schemas::kind_examples()) {
        seeds.push_back(to_bytes(std::string(example.json)));
    }
    for (const schemas::SealedContent& content : sample_contents()) {
        seeds.push_back(to_bytes(client::render_payload(content.payload)));
    }
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto messages = client::parse_messages(text_of_input(data, size));
    if (!messages) {
        check_refusal(messages.error(), {Errc::JsonInvalid, Errc::FieldUnknown, Errc::FieldMissing,
                                         Errc::FieldInvalid, Errc::TooLarge});
        return 0;
    }
    for (const client::ParsedMessage& message : *messages) check_payload(message.draft.payload);
    return 0;
}
