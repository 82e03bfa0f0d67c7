#include "schemas/header_codec.h"

#include <doctest/doctest.h>

#include "schemas/base/limits.h"
#include "schemas/kinds.h"
#include "tests/unit/schemas/samples.h"
#include "tests/unit/schemas/words.h"

using namespace chapar;
using namespace chapar::schemas;
using namespace chapar::testing;

namespace {

// Root pointer, data section, pointer section, then what the pointers lead to.
std::size_t first_pointer(const Words& words) { return 1 + data_words(words[0]); }
std::size_t first_object(const Words& words) {
    return first_pointer(words) + pointer_words(words[0]);
}

// Adds `by` to every pointer of the root that leads to `from` or beyond, but not to `kept`.
void shift_pointers(Words& words, std::size_t from, std::size_t kept) {
    for (std::size_t i = first_pointer(words); i < first_object(words); ++i) {
        if (words[i] != 0 && i != kept && i + 1 + offset_of(words[i]) >= from) words[i] += 1 << 2;
    }
}

void insert(Words& words, std::size_t at, std::uint64_t word) {
    words.insert(words.begin() + static_cast<std::ptrdiff_t>(at), word);
}

void check_refused(const Words& words, Errc code, const char* context) {
    const Result<Header> header = decode_header(bytes_of(words));
    REQUIRE_FALSE(header.has_value());
    CHECK(text_of(header.error().code).code == text_of(code).code);
    CHECK(header.error().context == context);
}

// The byte in which two encodings differ.
std::size_t place_of(const Header& a, const Header& b) {
    const Bytes left = encode_header(a);
    const Bytes right = encode_header(b);
    REQUIRE(left.size() == right.size());
    const auto [first, second] = std::ranges::mismatch(left, right);
    REQUIRE(first != left.end());
    return static_cast<std::size_t>(first - left.begin());
}

}  // namespace

TEST_CASE("a header of every kind is read back as it was written") {
    for (const KindInfo& kind : all_kinds()) {
        const Header header = plain_header(kind.kind);
        CHECK(decode_header(encode_header(header)).value() == header);
    }
    const Header full = full_header();
    CHECK(decode_header(encode_header(full)).value() == full);
    CHECK(encode_header(full).size() <= limits::kHeaderBytes);
}

TEST_CASE("a kind that this version does not know is read, and left to the rules") {
    const Header header = plain_header(static_cast<Kind>(999));
    CHECK(decode_header(encode_header(header)).value() == header);
}

TEST_CASE("the largest header fits its limit") {
    Header header = full_header();
    header.derived_from.clear();
    header.releasable_to.clear();
    header.auditors.clear();
    for (std::uint8_t i = 0; i < limits::kDerivedFrom; ++i) {
        header.derived_from.push_back(filled<MessageId>(i));
    }
    for (char c = 'A'; c < 'A' + static_cast<char>(limits::kReleasableTo); ++c) {
        header.releasable_to.emplace_back(32, c);
    }
    for (std::uint8_t i = 0; i < limits::kAuditors; ++i) {
        header.auditors.push_back(filled<CertificateHash>(i));
    }
    const Bytes bytes = encode_header(header);
    CHECK(bytes.size() <= limits::kHeaderBytes);
    CHECK(decode_header(bytes).value() == header);
}

// Fails if sections_fit() does not compare the data section: a field that this reader does not see
// would be signed.
TEST_CASE("a data section longer than this version's is refused") {
    Words words = words_of(encode_header(full_header()));
    insert(words, first_pointer(words), 7);
    words[0] = struct_pointer(0, data_words(words[0]) + 1, pointer_words(words[0]));
    check_refused(words, Errc::MalformedHeader, "unknown fields");
}

// Fails if sections_fit() does not compare the pointer section.
TEST_CASE("a pointer section longer than this version's is refused") {
    Words words = words_of(encode_header(full_header()));
    const std::size_t at = first_object(words);
    shift_pointers(words, at, 0);
    insert(words, at, list_pointer(words.size() - at, 2, 8));
    words.push_back(0x0102030405060708);
    words[0] = struct_pointer(0, data_words(words[0]), pointer_words(words[0]) + 1);
    check_refused(words, Errc::MalformedHeader, "unknown fields");
}

// Fails if the header is not encoded again and compared.
TEST_CASE("a list of another form with the same content is refused") {
    Header header = plain_header();
    header.derived_from = {filled<MessageId>(62)};
    Words words = words_of(encode_header(header));
    const std::size_t derived_from = first_pointer(words) + 6;
    const std::size_t target = derived_from + 1 + offset_of(words[derived_from]);
    REQUIRE(words[derived_from] == list_pointer(offset_of(words[derived_from]), 6, 1));
    shift_pointers(words, target, derived_from);
    words[derived_from] = list_pointer(offset_of(words[derived_from]), 7, 1);
    insert(words, target, struct_pointer(1, 0, 1));
    check_refused(words, Errc::MalformedHeader, "another encoding");
}

TEST_CASE("an explicit empty value is refused") {
    Words words = words_of(encode_header(plain_header()));
    REQUIRE(pointer_words(words[0]) == 11);
    // No bytes, where the next object begins: in canonical order.
    const std::size_t in_reply_to = first_pointer(words) + 4;
    const std::size_t content = first_pointer(words) + 10;
    REQUIRE(words[in_reply_to] == 0);
    const std::size_t next = content + 1 + offset_of(words[content]);
    words[in_reply_to] = list_pointer(next - in_reply_to - 1, 2, 0);
    check_refused(words, Errc::MalformedHeader, "another encoding");
}

// Fails if the canonical form is not asked for.
TEST_CASE("words after the last object, a gap between objects and a broken pointer are refused") {
    const Words good = words_of(encode_header(full_header()));
    Words trailing = good;
    trailing.push_back(0);
    check_refused(trailing, Errc::MalformedHeader, "canonical form");
    Words gap = good;
    shift_pointers(gap, first_object(gap), 0);
    insert(gap, first_object(gap), 0);
    check_refused(gap, Errc::MalformedHeader, "canonical form");
    Words broken = good;
    broken[first_pointer(broken)] = list_pointer(1 << 20, 2, 32);
    CHECK_FALSE(decode_header(bytes_of(broken)).has_value());
}

TEST_CASE("every strict prefix of a header, and no bytes at all, are refused") {
    const Bytes bytes = encode_header(full_header());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        CHECK_FALSE(decode_header(ByteView(bytes).first(size)).has_value());
    }
}

// Fails if the size is not asked for first.
TEST_CASE("4096 bytes are read and one word more is too large") {
    CHECK(decode_header(Bytes(limits::kHeaderBytes)).error().code != Errc::TooLarge);
    CHECK(decode_header(Bytes(limits::kHeaderBytes + 8)).error().code == Errc::TooLarge);
}

// Fails if version, suite or one of the lists is not looked at: a downgrade.
TEST_CASE("numbers beyond their lists, other versions and unknown bits are refused") {
    struct Row {
        const char* context;
        Errc code;
        void (*change)(Header&);
        std::uint8_t beyond;
    };
    // `change` differs from the full header in one byte, which then is set to `beyond`.
    const Row rows[] = {
        {"classification", Errc::MalformedHeader,
         [](Header& h) { h.classification = Classification::Restricted; }, 4},
        {"handling", Errc::MalformedHeader, [](Header& h) { h.handling = Handling::H1; }, 4},
        {"purpose", Errc::MalformedHeader, [](Header& h) { h.purpose = Purpose::Operation; }, 6},
        {"urgency", Errc::MalformedHeader, [](Header& h) { h.urgency = Urgency::Priority; }, 4},
        {"receiptsWanted", Errc::MalformedHeader, [](Header& h) { h.receipts_wanted = 1; }, 8},
        {"suite", Errc::VersionUnknown, [](Header& h) { h.suite = 3; }, 2},
    };
    for (const Row& row : rows) {
        CAPTURE(row.context);
        Header other = full_header();
        row.change(other);
        Bytes bytes = encode_header(full_header());
        bytes[place_of(full_header(), other)] = static_cast<std::byte>(row.beyond);
        check_refused(words_of(bytes), row.code, row.context);
    }
    Bytes version = encode_header(full_header());
    REQUIRE(version[8] == std::byte{1});  // the first field of the data section
    version[8] = std::byte{2};
    check_refused(words_of(version), Errc::VersionUnknown, "version");
}

// Fails if times have no bound.
TEST_CASE("the end of the year 9999 is the last time that is read") {
    Header header = plain_header();
    header.retain_until = limits::kLatestTime;
    CHECK(decode_header(encode_header(header)).has_value());
    header.retain_until = limits::kLatestTime.next();
    CHECK(decode_header(encode_header(header)).error().context == "retainUntil");
}

TEST_CASE("a name that is none is refused") {
    for (const char* name : {"x", "tj-npj", "*", "TJ NPJ", "-TJ", "TJ\n"}) {
        Header header = plain_header();
        header.releasable_to = {name};
        CHECK(decode_header(encode_header(header)).error().context == "releasableTo");
    }
}
