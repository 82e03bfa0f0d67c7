// A header that is read is written again as the same bytes, and its rules can be asked.
#include "schemas/base/assert.h"
#include "schemas/header_codec.h"
#include "schemas/header_rules.h"
#include "schemas/kinds.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/schemas/samples.h"

using namespace chapar;

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    std::vector<Bytes> seeds{schemas::encode_header(full_header())};
    for (const schemas::KindInfo& kind : schemas::all_kinds()) {
        seeds.push_back(schemas::encode_header(plain_header(kind.kind)));
    }
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    const Result<schemas::Header> header = schemas::decode_header(bytes);
    if (header) {
        CHAPAR_ASSERT(equal(schemas::encode_header(*header), bytes));
        (void)schemas::check_header_rules(*header).has_value();
    }
    return 0;
}
