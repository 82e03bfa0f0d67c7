// What every fuzz target asks of a decoder: what is accepted is written again as the same bytes,
// and what is refused is refused with an error of the decoder's own contract.
//
// Owns: the comparisons. Breaks the process (CHAPAR_ASSERT) where one fails, which is what
// libFuzzer and the replay see. Does not know any format.
#pragma once

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>

#include "schemas/base/assert.h"
#include "schemas/base/bytes.h"
#include "schemas/base/result.h"

namespace chapar::testing {

inline ByteView input_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const std::byte*>(data), size};
}
inline std::string_view text_of_input(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// A refusal names what is wrong, by a code that the decoder's header promises.
inline void check_refusal(const Error& error, std::initializer_list<Errc> promised) {
    CHAPAR_ASSERT(!text_of(error.code).code.empty());
    const bool kept = std::ranges::find(promised, error.code) != promised.end();
    if (!kept) std::fprintf(stderr, "refused with %s\n", text_of(error.code).code.data());
    CHAPAR_ASSERT(kept);
}

// For types with `Bytes encode() const` and `static Result<T> decode(ByteView)` that have one
// encoding each. Whether it was accepted.
template <typename T>
bool check_canonical(ByteView bytes, std::initializer_list<Errc> promised) {
    const Result<T> value = T::decode(bytes);
    if (!value) {
        check_refusal(value.error(), promised);
        return false;
    }
    CHAPAR_ASSERT(equal(value->encode(), bytes));
    CHAPAR_ASSERT(equal(T::decode(value->encode()).value().encode(), bytes));
    return true;
}

// A file of tests/vectors or ops, for seeds.
inline std::string project_file(const std::string& path) {
    std::ifstream file(CHAPAR_SOURCE_DIR "/" + path, std::ios::binary);
    CHAPAR_ASSERT(file.good());
    return {std::istreambuf_iterator<char>(file), {}};
}

// One target for several decoders: the first byte says which.
inline Bytes for_decoder(unsigned which, ByteView bytes) {
    Bytes out{static_cast<std::byte>(which)};
    append(out, bytes);
    return out;
}

}  // namespace chapar::testing
