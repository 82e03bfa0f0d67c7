#include "schemas/wire_message.h"

#include <capnp/any.h>

#include <cstring>

namespace chapar::schemas {
namespace {

constexpr std::size_t kTableBytes = 8;

std::uint32_t little_endian(ByteView bytes) {
    std::uint32_t out = 0;
    for (std::size_t i = 4; i > 0; --i) out = out << 8 | static_cast<std::uint32_t>(bytes[i - 1]);
    return out;
}

Bytes with_table(kj::ArrayPtr<const capnp::word> words) {
    Bytes out;
    out.reserve(kTableBytes + words.size() * sizeof(capnp::word));
    out.resize(kTableBytes);
    for (std::size_t i = 0; i < 4; ++i) out[4 + i] = static_cast<std::byte>(words.size() >> 8 * i);
    append(out, bytes_of_words(words));
    return out;
}

}  // namespace

kj::Array<capnp::word> aligned_words(ByteView bytes) {
    if (bytes.empty() || bytes.size() % sizeof(capnp::word) != 0) return nullptr;
    auto words = kj::heapArray<capnp::word>(bytes.size() / sizeof(capnp::word));
    std::memcpy(words.begin(), bytes.data(), bytes.size());
    return words;
}

kj::Array<capnp::word> words_of_one_segment(ByteView bytes) {
    if (bytes.size() < kTableBytes) return nullptr;
    const ByteView words = bytes.subspan(kTableBytes);
    const bool one_segment = little_endian(bytes.first(4)) == 0;
    const std::uint64_t announced = little_endian(bytes.subspan(4, 4));
    if (!one_segment || announced * sizeof(capnp::word) != words.size()) return nullptr;
    return aligned_words(words);
}

Bytes framed(capnp::MallocMessageBuilder& message) {
    const auto segments = message.getSegmentsForOutput();
    if (segments.size() == 1) return with_table(segments[0]);
    const auto root = message.getRoot<capnp::AnyStruct>().asReader();
    capnp::MallocMessageBuilder whole(static_cast<unsigned>(root.totalSize().wordCount + 1));
    whole.setRoot(root);
    const auto copied = whole.getSegmentsForOutput();
    CHAPAR_ASSERT(copied.size() == 1);
    return with_table(copied[0]);
}

}  // namespace chapar::schemas
