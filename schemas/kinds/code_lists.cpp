#include "schemas/kinds/code_lists.h"

#include <algorithm>

#include "schemas/kinds/code_set.h"

namespace chapar::schemas {
namespace {

constexpr std::size_t kMostNamed = 40;  // more codes than these are counted, not named

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

char sort_of(char c) {
    if (c >= 'A' && c <= 'Z') return 'A';
    if (c >= 'a' && c <= 'z') return 'a';
    return c >= '0' && c <= '9' ? '0' : c;
}

// Null: the built-in set. What CodesInUse sets, once, before a second thread.
const CodeSet* set_in_use = nullptr;

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

std::string_view CodeFile::cell(const CodeRow& row, std::string_view column) const {
    const auto place = std::ranges::find(columns, column) - columns.begin();
    const auto index = static_cast<std::size_t>(place);
    return index < row.cells.size() ? row.cells[index] : std::string_view();
}

std::string_view CodeFile::label(const CodeRow& row, std::string_view language) const {
    const std::string_view word = language.size() == 2 ? cell(row, language) : std::string_view();
    return word.empty() ? row.en : word;
}

CodesInUse::CodesInUse(const CodeSet& set) : before_(set_in_use) { set_in_use = &set; }

CodesInUse::~CodesInUse() { set_in_use = before_; }

const CodeSet& codes_in_use() { return set_in_use != nullptr ? *set_in_use : CodeSet::built_in(); }

std::span<const CodeFile> code_files() { return codes_in_use().files(); }

const CodeFile* find_codes(std::string_view name) { return codes_in_use().find(name); }

}  // namespace chapar::schemas
