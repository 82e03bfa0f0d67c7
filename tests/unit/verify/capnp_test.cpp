#include "crypto/verify/capnp.h"

#include <doctest/doctest.h>

namespace verify {
namespace {

Bytes words(std::initializer_list<std::uint64_t> list) {
    Bytes out;
    for (const std::uint64_t word : list) {
        for (int shift = 0; shift < 64; shift += 8) {
            out.push_back(static_cast<std::uint8_t>(word >> shift));
        }
    }
    return out;
}

constexpr std::uint64_t struct_pointer(std::uint64_t offset, std::uint64_t data,
                                       std::uint64_t pointers) {
    return pointers << 48 | data << 32 | (offset & 0x3fffffff) << 2;
}
constexpr std::uint64_t list_pointer(std::uint64_t offset, std::uint64_t size,
                                     std::uint64_t count) {
    return count << 35 | size << 32 | (offset & 0x3fffffff) << 2 | 1;
}

}  // namespace

TEST_CASE("fields, texts and lists are read from where the encoding puts them") {
    // root: one data word, one pointer to the text "hi"
    WireSegment segment(words(
        {struct_pointer(0, 1, 1), 0x0000000100020003, list_pointer(0, 2, 3), 0x0000000000006968}));
    const auto root = segment.root();
    REQUIRE(root);
    CHECK(segment.number(*root, 0, 16) == 3);
    CHECK(segment.number(*root, 16, 16) == 2);
    CHECK(segment.number(*root, 32, 32) == 1);
    CHECK(segment.number(*root, 0, 1) == 1);
    CHECK(segment.number(*root, 64, 16) == 0);
    CHECK(segment.text(*root, 0) == "hi");
    CHECK_FALSE(segment.text(*root, 1));
    CHECK(segment.ok());
}

// Fails if the tag of a struct list is read before it is known to be one: it may be the segment's
// end.
TEST_CASE("an empty list of another element at the end of the segment is an empty struct list") {
    for (const std::uint64_t element : {2U, 6U}) {
        WireSegment segment(words({struct_pointer(0, 0, 1), list_pointer(0, element, 0)}));
        CHECK(segment.structs(*segment.root(), 0).empty());
        CHECK(segment.ok());
        WireSegment full(words({struct_pointer(0, 0, 1), list_pointer(0, element, 1), 0}));
        CHECK(full.structs(*full.root(), 0).empty());
        CHECK_FALSE(full.ok());
    }
}

// Fails if claim() does not compare with the end of the segment.
TEST_CASE("pointers out of the segment, far ones and capabilities are refused") {
    const auto refused = [](std::uint64_t pointer) {
        WireSegment segment(words({struct_pointer(0, 0, 1), pointer, 0}));
        const auto root = segment.root();
        REQUIRE(root);
        const auto data = segment.data(*root, 0);
        return !data && !segment.ok();
    };
    CHECK(refused(list_pointer(0, 2, 9)));
    CHECK(refused(list_pointer(2, 2, 1)));
    CHECK(refused(list_pointer(0x3ffffff0, 2, 1)));
    CHECK(refused(list_pointer(0, 2, 0x1fffffff)));
    CHECK(refused(2));
    CHECK(refused(3));
    CHECK(refused(struct_pointer(0, 1, 0)));
    WireSegment outside(words({struct_pointer(0, 2, 0), 0}));
    CHECK_FALSE(outside.root());
    CHECK_FALSE(WireSegment(Bytes(7)).root());
}

// Fails if words are not counted: the list below names one struct a million times over.
TEST_CASE("a small message cannot make the reader read for long") {
    std::vector<std::uint64_t> all{struct_pointer(0, 0, 1), list_pointer(0, 6, 4000)};
    for (std::uint64_t i = 0; i < 4000; ++i) all.push_back(list_pointer(3999 - i, 2, 8 * 4000));
    Bytes bytes = words({});
    for (const std::uint64_t word : all) {
        const Bytes one = words({word});
        bytes.insert(bytes.end(), one.begin(), one.end());
    }
    bytes.resize(bytes.size() + 8 * 4000);
    WireSegment segment(bytes);
    const auto root = segment.root();
    REQUIRE(root);
    static_cast<void>(segment.data_list(*root, 0));
    CHECK_FALSE(segment.ok());
    CHECK(segment.bytes_read() <= 8 * (65536 + 4001));
}

TEST_CASE("what is no UTF-8 is no text") {
    CHECK(is_utf8("адрес \xf0\x9f\x9a\x9a"));
    CHECK_FALSE(is_utf8("\xc0\x80"));
    CHECK_FALSE(is_utf8("\xed\xa0\x80"));
    CHECK_FALSE(is_utf8("\xe2\x80"));
    CHECK_FALSE(is_utf8("\xf4\x90\x80\x80"));
}

}  // namespace verify
