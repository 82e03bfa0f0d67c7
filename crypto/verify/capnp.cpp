#include "crypto/verify/capnp.h"

#include <cstdio>

namespace verify {
namespace {

constexpr std::size_t kMostWords = 65536;
constexpr std::size_t kWord = 8;
constexpr unsigned kBytesList = 2, kPointerList = 6, kStructList = 7;

struct Character {
    std::uint32_t point = 0;
    std::size_t length = 0;  // 0: not UTF-8
};

Character character_at(const std::string& text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    const bool no_lead = (lead >= 0x80 && lead < 0xc2) || lead > 0xf4;
    if (no_lead || at + length > text.size()) return {lead, 0};
    std::uint32_t point = length == 1 ? lead : lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<unsigned char>(text[at + i]);
        if ((next & 0xc0) != 0x80) return {lead, 0};
        point = point << 6 | (next & 0x3fU);
    }
    constexpr std::array<std::uint32_t, 5> kLeast{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = point >= 0xd800 && point < 0xe000;
    if (point < kLeast.at(length) || point > 0x10ffff || surrogate) return {lead, 0};
    return {point, length};
}

}  // namespace

std::uint64_t WireSegment::word(std::size_t at) const {
    std::uint64_t n = 0;
    for (std::size_t i = kWord; i-- > 0;) n = n << 8 | bytes_.at(at + i);
    return n;
}

// Whether `words` words from byte `at` lie in the segment; counts them.
bool WireSegment::claim(std::int64_t at, std::uint64_t words) {
    const bool inside = at >= 0 && static_cast<std::uint64_t>(at) <= bytes_.size() &&
                        words <= (bytes_.size() - static_cast<std::uint64_t>(at)) / kWord;
    if (inside) words_read_ += words;
    good_ = good_ && inside && words_read_ <= kMostWords;
    return good_;
}

std::optional<Struct> WireSegment::struct_at(std::size_t pointer_at) {
    const std::uint64_t pointer = word(pointer_at);
    if (pointer == 0) return std::nullopt;
    const auto offset = static_cast<std::int32_t>(static_cast<std::uint32_t>(pointer)) >> 2;
    const std::uint64_t data_words = pointer >> 32 & 0xffff, pointers = pointer >> 48;
    const std::int64_t at =
        static_cast<std::int64_t>(pointer_at + kWord) + std::int64_t{offset} * 8;
    good_ = good_ && (pointer & 3) == 0;
    if (!good_ || !claim(at, data_words + pointers)) return std::nullopt;
    const auto begin = static_cast<std::size_t>(at);
    return Struct{begin, data_words, begin + data_words * kWord, pointers};
}

std::optional<WireSegment::List> WireSegment::list_at(std::size_t pointer_at) {
    const std::uint64_t pointer = word(pointer_at);
    if (pointer == 0) return std::nullopt;
    const auto offset = static_cast<std::int32_t>(static_cast<std::uint32_t>(pointer)) >> 2;
    List out;
    out.element = static_cast<unsigned>(pointer >> 32 & 7);
    out.count = static_cast<std::size_t>(pointer >> 35);
    const std::int64_t at =
        static_cast<std::int64_t>(pointer_at + kWord) + std::int64_t{offset} * 8;
    good_ = good_ && (pointer & 3) == 1;
    std::uint64_t words = 0;
    if (out.element == kBytesList) {
        words = (std::uint64_t{out.count} + 7) / 8;
    } else if (out.element == kPointerList) {
        words = out.count;
    } else if (out.element == kStructList) {
        words = std::uint64_t{out.count} + 1;  // of a struct list the count is that of its words
    } else {
        good_ = false;
    }
    if (!good_ || !claim(at, words)) return std::nullopt;
    out.at = static_cast<std::size_t>(at);
    return out;
}

std::optional<Struct> WireSegment::root() {
    if (bytes_.size() % kWord != 0 || !claim(0, 1)) return std::nullopt;
    return struct_at(0);
}

std::uint64_t WireSegment::number(const Struct& s, std::size_t bit, std::size_t width) const {
    if (bit + width > s.data_words * 64) return 0;
    std::uint64_t n = 0;
    for (std::size_t i = (width + 7) / 8; i-- > 0;) n = n << 8 | bytes_.at(s.data + bit / 8 + i);
    return width < 8 ? (n >> bit % 8) & ((1U << width) - 1) : n;
}

std::optional<Struct> WireSegment::child(const Struct& s, std::size_t index) {
    return index < s.pointer_count && good_ ? struct_at(pointer_at(s, index)) : std::nullopt;
}

std::optional<Bytes> WireSegment::bytes_at(std::size_t pointer_at) {
    const auto list = list_at(pointer_at);
    if (!list) return std::nullopt;
    good_ = good_ && list->element == kBytesList;
    if (!good_) return std::nullopt;
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(list->at);
    return Bytes(begin, begin + static_cast<std::ptrdiff_t>(list->count));
}

std::optional<std::string> WireSegment::as_text(std::optional<Bytes> bytes) {
    if (!bytes) return std::nullopt;
    good_ = good_ && !bytes->empty() && bytes->back() == 0;
    if (!good_) return std::nullopt;
    bytes->pop_back();
    std::string text = text_of(*bytes);
    good_ = is_utf8(text);
    return good_ ? std::optional(text) : std::nullopt;
}

std::optional<Bytes> WireSegment::data(const Struct& s, std::size_t index) {
    return index < s.pointer_count && good_ ? bytes_at(pointer_at(s, index)) : std::nullopt;
}

std::optional<std::string> WireSegment::text(const Struct& s, std::size_t index) {
    return as_text(data(s, index));
}

std::vector<Struct> WireSegment::structs(const Struct& s, std::size_t index) {
    std::vector<Struct> out;
    if (index >= s.pointer_count || !good_) return out;
    const auto list = list_at(pointer_at(s, index));
    // No elements are none, whatever they would be, as Cap'n Proto reads it; and without a tag.
    if (!list || (list->element != kStructList && list->count == 0)) return out;
    good_ = list->element == kStructList;
    if (!good_) return out;
    const std::uint64_t tag = word(list->at);
    const std::uint64_t count = (tag & 0xffffffff) >> 2;
    const std::uint64_t data_words = tag >> 32 & 0xffff, pointers = tag >> 48;
    const std::uint64_t each = data_words + pointers;
    good_ = (tag & 3) == 0 && each > 0 && count * each == list->count;
    for (std::uint64_t i = 0; i < count && good_; ++i) {
        const std::size_t begin = list->at + kWord + static_cast<std::size_t>(i * each) * kWord;
        out.push_back({begin, data_words, begin + data_words * kWord, pointers});
    }
    return out;
}

std::vector<Bytes> WireSegment::data_list(const Struct& s, std::size_t index) {
    std::vector<Bytes> out;
    if (index >= s.pointer_count || !good_) return out;
    const auto list = list_at(pointer_at(s, index));
    if (!list) return out;
    good_ = list->element == kPointerList;
    for (std::size_t i = 0; i < list->count && good_; ++i) {
        const auto bytes = bytes_at(list->at + i * kWord);
        out.push_back(bytes.value_or(Bytes{}));
    }
    return out;
}

std::vector<std::string> WireSegment::texts(const Struct& s, std::size_t index) {
    std::vector<std::string> out;
    for (Bytes& bytes : data_list(s, index)) {
        const auto text = as_text(std::move(bytes));
        if (text) out.push_back(*text);
    }
    return out;
}

bool is_utf8(const std::string& text) {
    for (std::size_t i = 0; i < text.size();) {
        const Character c = character_at(text, i);
        if (c.length == 0) return false;
        i += c.length;
    }
    return true;
}

std::string printable(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const Character c = character_at(text, i);
        const std::size_t length = c.length == 0 ? 1 : c.length;
        const bool layout = c.point == '\n' || c.point == '\t';
        const bool control = (c.point < 0x20 && !layout) || (c.point >= 0x7f && c.point < 0xa0);
        const bool turns = c.point == 0x61c || c.point == 0x200e || c.point == 0x200f ||
                           (c.point >= 0x2028 && c.point <= 0x202e) ||
                           (c.point >= 0x2066 && c.point <= 0x2069);
        if (control || turns || c.length == 0) {
            char shown[16];
            std::snprintf(shown, sizeof shown, "<U+%04X>", static_cast<unsigned>(c.point));
            out += shown;
        } else {
            out.append(text, i, length);
        }
        i += length;
    }
    return out;
}

}  // namespace verify
