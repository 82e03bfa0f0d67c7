#include "schemas/kinds/labels.h"

#include <array>

#include "schemas/base/assert.h"
#include "schemas/base/shown.h"
#include "schemas/kinds.h"

namespace chapar::schemas {
namespace {

const CodeFile& labels(std::string_view list) {
    const CodeFile* found = find_codes(list);
    CHAPAR_ASSERT(found != nullptr);  // compiled in
    return *found;
}

// U+0400..U+042F to U+0430..U+045F, and Ё, ё to е.
std::string lower_cyrillic(std::string_view point) {
    const auto a = static_cast<unsigned char>(point[0]);
    const auto b = static_cast<unsigned char>(point[1]);
    const unsigned code = (static_cast<unsigned>(a & 0x1F) << 6) | (b & 0x3F);
    unsigned lower = code;
    if (code >= 0x0410 && code <= 0x042F) lower = code + 0x20;
    if (code >= 0x0400 && code <= 0x040F) lower = code + 0x50;
    if (lower == 0x0451) lower = 0x0435;
    // Letters beyond the Russian ones stand in pairs: capital even, small odd.
    if (code >= 0x0460 && code <= 0x04BF && code != 0x0482) lower = code | 1;
    if (code >= 0x04D0 && code <= 0x04FF) lower = code | 1;
    return {static_cast<char>(0xC0 | (lower >> 6)), static_cast<char>(0x80 | (lower & 0x3F))};
}

}  // namespace

std::optional<Language> language_of(std::string_view tag) {
    if (tag == "en") return Language::English;
    if (tag == "ru") return Language::Russian;
    return std::nullopt;
}

std::string_view tag_of(Language language) { return language == Language::Russian ? "ru" : "en"; }

std::string_view label_of(const CodeRow& row, Language language) {
    if (language == Language::Russian && !row.ru.empty()) return row.ru;
    return row.en.empty() ? row.code : row.en;
}

std::string field_label(std::string_view on, std::string_view name, Language language) {
    const CodeFile& list = labels("field-labels");
    const std::string qualified = std::string(on) + "." + std::string(name);
    const CodeRow* row = list.find(qualified);
    // What is around a payload never borrows the label of a payload's field.
    if (row == nullptr && on != "envelope") row = list.find(name);
    return std::string(row != nullptr ? label_of(*row, language) : name);
}

std::string kind_label(Kind kind, Language language) {
    const KindInfo* info = find_kind(kind);
    if (info == nullptr) return std::to_string(static_cast<unsigned>(kind));
    const CodeRow* row = labels("kind-labels").find(info->name);
    return std::string(row != nullptr ? label_of(*row, language) : info->name);
}

std::string folded(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::string_view before = text;
        (void)take_code_point(text);
        const std::string_view point = before.substr(0, before.size() - text.size());
        const auto first = static_cast<unsigned char>(point.front());
        if (point.size() == 1 && first >= 'A' && first <= 'Z') {
            out += static_cast<char>(first + ('a' - 'A'));
        } else if (point.size() == 2 && first >= 0xD0 && first <= 0xD3) {
            out += lower_cyrillic(point);
        } else {
            out += point;
        }
    }
    return out;
}

CodeMatches match_codes(const CodeFile& list, std::string_view typed) {
    CodeMatches out;
    const std::string wanted = folded(typed);
    if (wanted.empty()) return out;
    std::size_t begun = 0;
    for (const CodeRow& row : list.rows) {
        if (!row.until.empty()) continue;
        const std::array<std::string, 3> names{folded(row.code), folded(row.en), folded(row.ru)};
        bool part = false, begins = false;
        for (const std::string& name : names) {
            if (name == wanted) {
                return {&row, nullptr, {}};
            }
            part = part || name.find(wanted) != std::string::npos;
            begins = begins || name.starts_with(wanted);
        }
        if (part) out.parts.push_back(&row);
        if (begins && ++begun == 1) out.begun = &row;
    }
    // One letter is a slip of the hand.
    if (begun != 1 || wanted.size() < 3) out.begun = nullptr;
    return out;
}

}  // namespace chapar::schemas
