#include "client/cases/csv_write.h"

#include <algorithm>
#include <array>
#include <utility>

namespace chapar::client {
namespace {

bool skip(std::string_view& text, std::string_view what) {
    if (!text.starts_with(what)) return false;
    text.remove_prefix(what.size());
    return true;
}

// Blanks: space, no-break space, ideographic space.
constexpr std::array<std::string_view, 3> kBlanks{" ", "\xC2\xA0", "\xE3\x80\x80"};
// The last four are full-width = + - @.
constexpr std::array<std::string_view, 11> kActive{
    "=",           "+", "-", "@", "\t", "\r", "\n", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D",
    "\xEF\xBC\xA0"};

// Whether a cell with this content, less any apostrophes before it, would be taken for a formula.
bool is_active(std::string_view cell) {
    while (skip(cell, "'")) continue;
    while (std::ranges::any_of(kBlanks, [&](std::string_view each) { return skip(cell, each); })) {
        continue;
    }
    return std::ranges::any_of(kActive,
                               [&](std::string_view each) { return cell.starts_with(each); });
}

bool begins_cell_after(char c) {
    return c == ',' || c == ';' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::string guarded(std::string_view text) {
    std::string out;
    bool starts = true;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (starts && is_active(text.substr(i))) out += '\'';
        out += text[i];
        starts = begins_cell_after(text[i]);
    }
    return out;
}

std::string unguarded(std::string_view cell) {
    std::string out;
    bool starts = true;
    for (std::size_t i = 0; i < cell.size(); ++i) {
        if (starts && cell[i] == '\'' && is_active(cell.substr(i))) ++i;
        out += cell[i];
        starts = begins_cell_after(cell[i]);
    }
    return out;
}

CsvWriter::CsvWriter(CsvLocale locale, CsvMark mark)
    : locale_(locale), separator_(locale == CsvLocale::Commas ? ';' : ',') {
    if (mark == CsvMark::Utf8) out_ = "\xEF\xBB\xBF";
}

void CsvWriter::text(std::string_view text) { cell(guarded(text)); }

void CsvWriter::number(const PlainNumber& number) {
    std::string written = number.text();
    if (locale_ == CsvLocale::Commas) std::ranges::replace(written, '.', ',');
    cell(written);
}

// Both separators are quoted, and blanks that a spreadsheet would trim. A row of one empty cell
// would be an empty line.
void CsvWriter::cell(std::string_view content) {
    if (row_begun_) out_ += separator_;
    const bool quoted = content.find_first_of(",;\t\"\r\n") != std::string_view::npos ||
                        content.starts_with(' ') || content.ends_with(' ') ||
                        (content.empty() && !row_begun_);
    row_begun_ = true;
    if (quoted) out_ += '"';
    for (const char c : content) {
        if (c == '"') out_ += '"';
        out_ += c;
    }
    if (quoted) out_ += '"';
}

void CsvWriter::end_row() {
    out_ += "\r\n";
    row_begun_ = false;
}

std::string CsvWriter::take() { return std::exchange(out_, {}); }

}  // namespace chapar::client
