// A bounded reader of one Cap'n Proto segment: only what headers and sealed contents need.
//
// Structs, lists of structs, texts, data and lists of those. No far pointers, no capabilities.
// Every section is checked to lie inside the segment before it is read; the words read are counted
// and bounded, and so is the depth, so that no input makes it run long. Source: the encoding
// specification, capnproto.org/encoding.html.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "crypto/verify/bytes.h"

namespace verify {

class WireSegment;

struct Struct {
    std::size_t data = 0;  // first byte of the data section
    std::size_t data_words = 0;
    std::size_t pointers = 0;  // first byte of the pointer section
    std::size_t pointer_count = 0;
};

class WireSegment {
  public:
    explicit WireSegment(Bytes words) : bytes_(std::move(words)) {}

    // Empty unless a struct pointer stands in the first word.
    std::optional<Struct> root();
    // An unsigned field; 0 beyond the data section, as the format demands.
    std::uint64_t number(const Struct& s, std::size_t bit, std::size_t width) const;
    // Each is empty for a null pointer; `ok()` turns false for anything else it cannot be.
    std::optional<Struct> child(const Struct& s, std::size_t index);
    std::optional<Bytes> data(const Struct& s, std::size_t index);
    std::optional<std::string> text(const Struct& s, std::size_t index);
    std::vector<Struct> structs(const Struct& s, std::size_t index);
    std::vector<Bytes> data_list(const Struct& s, std::size_t index);
    std::vector<std::string> texts(const Struct& s, std::size_t index);
    bool ok() const { return good_; }
    std::size_t bytes_read() const { return words_read_ * 8; }

  private:
    struct List {
        std::size_t at = 0;
        unsigned element = 0;  // size code of the format
        std::size_t count = 0;
    };
    std::uint64_t word(std::size_t at) const;
    bool claim(std::int64_t at, std::uint64_t words);
    std::optional<Struct> struct_at(std::size_t pointer_at);
    std::optional<List> list_at(std::size_t pointer_at);
    std::optional<Bytes> bytes_at(std::size_t pointer_at);
    std::optional<std::string> as_text(std::optional<Bytes> bytes);
    std::size_t pointer_at(const Struct& s, std::size_t index) const {
        return s.pointers + index * 8;
    }

    Bytes bytes_;
    std::size_t words_read_ = 0;
    bool good_ = true;
};

bool is_utf8(const std::string& text);
// As a terminal may be shown it: control characters, and those that turn the direction of writing
// around, as <U+XXXX>, bytes that are no UTF-8 alike; line feeds and tabs as they are.
std::string printable(const std::string& text);

}  // namespace verify
