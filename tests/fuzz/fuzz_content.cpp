// Content that is read makes sense, and means the same after it has been written and read again.
#include "schemas/base/assert.h"
#include "schemas/content_codec.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/schemas/samples.h"

using namespace chapar;

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    std::vector<Bytes> seeds;
    for (const auto& contents : {sample_contents(), example_contents()}) {
        for (const schemas::SealedContent& content : contents) {
            seeds.push_back(schemas::encode_content(content).value());
        }
    }
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    const Result<schemas::SealedContent> content = schemas::decode_content(bytes);
    if (content) {
        CHAPAR_ASSERT(schemas::check_content(*content).has_value());
        const Result<Bytes> again = schemas::encode_content(*content);
        // Aliased pointers are undone, so the second encoding may be too large.
        CHAPAR_ASSERT(again || again.error().code == Errc::TooLarge);
        if (again) CHAPAR_ASSERT(schemas::decode_content(*again).value() == *content);
    }
    return 0;
}
