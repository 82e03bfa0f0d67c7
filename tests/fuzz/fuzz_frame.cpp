// A frame that is read means the same after it has been written and read again.
#include "schemas/base/assert.h"
#include "schemas/frames_codec.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/unit/schemas/samples.h"

using namespace chapar;

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    std::vector<Bytes> seeds;
    for (const schemas::Frame& frame : sample_frames()) {
        seeds.push_back(schemas::encode_frame(frame));
    }
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    const Result<schemas::Frame> frame = schemas::decode_frame(bytes);
    if (frame) {
        // What was received may be shorter than its second encoding: aliased pointers are undone.
        const Bytes again = schemas::encode_frame(*frame);
        const Result<schemas::Frame> second = schemas::decode_frame(again);
        if (second) CHAPAR_ASSERT(*second == *frame);
        CHAPAR_ASSERT(second || again.size() > size);
    }
    return 0;
}
