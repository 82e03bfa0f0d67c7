#include "schemas/kinds/code_lists.h"

#include <algorithm>

namespace chapar::schemas {
namespace {

constexpr std::size_t kMostNamed = 40;  // more codes than these are counted, not named

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

char sort_of(char c) {
    if (c >= 'A' && c <= 'Z') return 'A';
    if (c >= 'a' && c <= 'z') return 'a';
    return c >= '0' && c <= '9' ? '0' : c;
}

}  // namespace

const CodeRow* CodeFile::find(std::string_view code) const {
    const auto same = [code](const CodeRow& row) {
        return std::ranges::equal(row.code, code,
                                  [](char x, char y) { return upper(x) == upper(y); });
    };
    const auto row = std::ranges::find_if(rows, same);
    return row == rows.end() ? nullptr : &*row;
}

const CodeRow* CodeFile::find(std::uint64_t number) const {
    const auto row = std::ranges::find(rows, number, &CodeRow::number);
    return row == rows.end() || number == 0 ? nullptr : &*row;
}

bool CodeFile::has_form(std::string_view code) const {
    if (rows.empty()) return false;
    return std::ranges::equal(rows.front().code, code,
                              [](char x, char y) { return sort_of(x) == sort_of(y); });
}

std::string CodeFile::allowed() const {
    std::string out = "a code of " + std::string(name) + ":";
    if (rows.size() > kMostNamed) return out + " " + std::to_string(rows.size()) + " codes";
    for (const CodeRow& row : rows) {
        if (row.until.empty()) out += " " + std::string(row.code);
    }
    return out;
}

const CodeFile* find_codes(std::string_view name) {
    const auto files = code_files();
    const auto file = std::ranges::find(files, name, &CodeFile::name);
    return file == files.end() ? nullptr : &*file;
}

}  // namespace chapar::schemas
