// One Cap'n Proto message of exactly one segment, in and out of bytes.
//
// Owns: the segment table, alignment, and the bounds of a reader. Private to schemas/: nothing of
// Cap'n Proto leaves this folder. Readers borrow from the message that they came from.
// Source: schemas/README.md, "Bytes"; reliability.md 4.
#pragma once

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/exception.h>

#include <cstddef>
#include <span>
#include <utility>

#include "schemas/base/bytes.h"
#include "schemas/base/limits.h"
#include "schemas/base/result.h"

namespace chapar::schemas {

// Received words, copied to where they are aligned, and a reader over them that cannot be led
// outside, too deep, or over the same words again and again.
class WireMessage {
  public:
    explicit WireMessage(kj::Array<capnp::word> words)
        : words_(std::move(words)),
          segment_(words_.asPtr()),
          reader_(kj::arrayPtr(&segment_, 1), options()) {}
    WireMessage(const WireMessage&) = delete;
    WireMessage& operator=(const WireMessage&) = delete;

    [[nodiscard]] capnp::MessageReader& reader() { return reader_; }

  private:
    static capnp::ReaderOptions options() {
        capnp::ReaderOptions out;
        out.traversalLimitInWords = limits::kTraversalWords;
        out.nestingLimit = limits::kNestingLevels;
        return out;
    }
    kj::Array<capnp::word> words_;
    kj::ArrayPtr<const capnp::word> segment_;
    capnp::SegmentArrayMessageReader reader_;
};

[[nodiscard]] inline ByteView bytes_of_words(kj::ArrayPtr<const capnp::word> words) {
    return std::as_bytes(std::span(words.begin(), words.size()));
}

// Whole words only: nothing for a length that is not a multiple of eight, or zero.
[[nodiscard]] kj::Array<capnp::word> aligned_words(ByteView bytes);

// The words behind a segment table that announces exactly one segment of exactly their number;
// empty for anything else.
[[nodiscard]] kj::Array<capnp::word> words_of_one_segment(ByteView bytes);

// Segment table and words. The message may have grown over several segments while it was built.
[[nodiscard]] Bytes framed(capnp::MallocMessageBuilder& message);

// Runs `decode`; what Cap'n Proto throws at hostile bytes becomes `code`.
template <typename Decode>
[[nodiscard]] auto guarded(Errc code, Decode decode) -> decltype(decode()) {
    try {
        return decode();
    } catch (const kj::Exception&) {
        return Error(code, "pointers");
    }
}

[[nodiscard]] inline capnp::Data::Reader data_of(ByteView bytes) {
    return {reinterpret_cast<const kj::byte*>(bytes.data()), bytes.size()};
}
[[nodiscard]] inline ByteView view_of(capnp::Data::Reader data) {
    return {reinterpret_cast<const std::byte*>(data.begin()), data.size()};
}
[[nodiscard]] inline std::string_view view_of(capnp::Text::Reader text) {
    return {text.begin(), text.size()};
}

// Sets a field; what is empty stays a null pointer.
template <typename Builder>
void put(Builder& builder, void (Builder::*set)(capnp::Data::Reader), ByteView bytes) {
    if (!bytes.empty()) (builder.*set)(data_of(bytes));
}
template <typename Builder>
void put(Builder& builder, void (Builder::*set)(capnp::Text::Reader), const std::string& text) {
    if (!text.empty()) (builder.*set)(capnp::Text::Reader(text.c_str(), text.size()));
}

}  // namespace chapar::schemas
