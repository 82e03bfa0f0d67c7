#include "client/cases/csv.h"

#include <algorithm>
#include <utility>

#include "schemas/base/assert.h"
#include "schemas/base/shown.h"

namespace chapar::client {
namespace {

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const auto point = take_code_point(text);
        if (!point || *point == 0) return false;
    }
    return true;
}

std::string_view words(CsvFault fault) {
    switch (fault) {
        case CsvFault::Utf16:
            return "the file is UTF-16; save it as \"CSV UTF-8\"";
        case CsvFault::NotUtf8:
            return "the text is not UTF-8; save the file as \"CSV UTF-8\"";
        case CsvFault::QuoteInside:
            return "a quote stands inside a cell that does not begin with one";
        case CsvFault::TextAfterQuote:
            return "text follows the quote that closes a cell; a quote in a cell is written twice";
        case CsvFault::QuoteOpen:
            return "the file ends inside a cell whose quote was not closed";
        case CsvFault::CarriageReturn:
            return "a carriage return without a line feed; end lines with CRLF or LF";
        case CsvFault::RowTooLong:
            return "the row is longer than a row may be; is a quote missing?";
        case CsvFault::TooManyColumns:
            return "more columns than a table may have";
        case CsvFault::TooManyRows:
            return "more rows than a table may have; split the file";
        case CsvFault::ColumnsDiffer:
            return "the row does not have as many columns as the header";
        case CsvFault::SeparatorUnclear:
            return "the header has as many commas as semicolons; use one of them";
    }
    CHAPAR_ASSERT(false);
    return {};
}

}  // namespace

std::string column_letters(std::uint64_t column) {
    std::string out;
    for (; column > 0; column = (column - 1) / 26) {
        out.insert(out.begin(), static_cast<char>('A' + (column - 1) % 26));
    }
    return out;
}

std::string sentence(const CsvProblem& problem) {
    std::string out = "row " + std::to_string(problem.row);
    if (problem.column != 0) out += ", column " + column_letters(problem.column);
    out += " (line " + std::to_string(problem.line) + "): ";
    out += words(problem.fault);
    return out;
}

void CsvReader::give(std::string_view bytes) {
    bytes_.erase(0, read_);
    read_ = 0;
    bytes_ += bytes;
}

bool CsvReader::stop(CsvFault fault) {
    const bool whole_row = fault == CsvFault::Utf16 || fault == CsvFault::RowTooLong ||
                           fault == CsvFault::TooManyRows || fault == CsvFault::SeparatorUnclear;
    const bool begun = fault == CsvFault::RowTooLong || fault == CsvFault::QuoteOpen;
    problem_ = CsvProblem{fault, row_, whole_row ? 0 : column(), begun ? first_line_ : line_};
    return false;
}

CsvNext CsvReader::next() {
    if (problem_) return *problem_;
    if (!started_ && !find_start()) {
        if (problem_) return *problem_;
        return CsvNeedsBytes{};
    }
    if (separator_ == 0 && !find_separator()) {
        if (problem_) return *problem_;
        return CsvNeedsBytes{};
    }
    while (read_ < bytes_.size()) {
        if (!take(bytes_[read_])) return *problem_;
        if (row_done_) return hand_out();
    }
    if (!ended_) return CsvNeedsBytes{};
    return finish_file();
}

// A mark of UTF-8 is passed over, one of UTF-16 told. False if more bytes are needed.
bool CsvReader::find_start() {
    constexpr std::string_view kMark = "\xEF\xBB\xBF";
    const std::string_view begin(bytes_.data(), std::min(bytes_.size(), kMark.size()));
    if (begin.starts_with("\xFF\xFE") || begin.starts_with("\xFE\xFF")) {
        return stop(CsvFault::Utf16);
    }
    if (begin.size() < kMark.size() && !ended_) return false;
    if (begin == kMark) read_ = kMark.size();
    started_ = true;
    return true;
}

// Counts both separators outside quotes up to the end of the first line that is not empty.
bool CsvReader::find_separator() {
    bool quoted = false, any = false;
    std::size_t commas = 0, semicolons = 0, at = read_;
    for (; at < bytes_.size() && at - read_ <= bounds_.row_bytes; ++at) {
        const char c = bytes_[at];
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        const bool newline = c == '\n' || c == '\r';
        if (newline && any) break;
        any = any || !newline;
        commas += c == ',' ? 1 : 0;
        semicolons += c == ';' ? 1 : 0;
    }
    if (at == bytes_.size() && !ended_) return false;
    if (commas == semicolons && commas > 0) return stop(CsvFault::SeparatorUnclear);
    separator_ = semicolons > commas ? ';' : ',';
    return true;
}

bool CsvReader::take(char c) {
    if (++row_bytes_ > bounds_.row_bytes) return stop(CsvFault::RowTooLong);
    if (row_ > bounds_.rows) return stop(CsvFault::TooManyRows);
    ++read_;
    switch (at_) {
        case At::CellStart:
            if (c != '"') return take_plain(c);
            at_ = At::Quoted;
            return true;
        case At::Plain:
            if (c == '"') return stop(CsvFault::QuoteInside);
            return take_plain(c);
        case At::Quoted:
            if (c == '\n') ++line_;
            if (c == '"') {
                at_ = At::QuoteInQuoted;
            } else {
                cell_ += c;
            }
            return true;
        case At::QuoteInQuoted:
            return take_after_quote(c);
        case At::Return:
            if (c != '\n') return stop(CsvFault::CarriageReturn);
            return finish_row();
    }
    return true;
}

bool CsvReader::take_plain(char c) {
    if (c == separator_) return end_cell();
    if (c == '\n') return finish_row();
    if (c == '\r') {
        at_ = At::Return;
        return true;
    }
    at_ = At::Plain;
    cell_ += c;
    return true;
}

bool CsvReader::take_after_quote(char c) {
    if (c == '"') {
        at_ = At::Quoted;
        cell_ += c;
        return true;
    }
    if (c != separator_ && c != '\n' && c != '\r') return stop(CsvFault::TextAfterQuote);
    return take_plain(c);
}

bool CsvReader::end_cell() {
    if (cells_.size() + 2 > bounds_.columns) return stop(CsvFault::TooManyColumns);
    cells_.push_back(std::exchange(cell_, {}));
    at_ = At::CellStart;
    return true;
}

// The newline has been read. A line without any character is no row, and counts as one.
bool CsvReader::finish_row() {
    const bool blank = row_bytes_ <= (at_ == At::Return ? 2U : 1U) && cells_.empty();
    ++line_;
    at_ = At::CellStart;
    row_bytes_ = 0;
    if (blank) {
        ++row_;
        first_line_ = line_;
    } else {
        cells_.push_back(std::exchange(cell_, {}));
        row_done_ = true;
    }
    return true;
}

CsvNext CsvReader::finish_file() {
    if (at_ == At::Quoted) stop(CsvFault::QuoteOpen);
    if (at_ == At::Return) stop(CsvFault::CarriageReturn);
    if (problem_) return *problem_;
    if (row_bytes_ == 0) return CsvEnd{};
    // The last row may lack its newline.
    cells_.push_back(std::exchange(cell_, {}));
    at_ = At::CellStart;
    row_bytes_ = 0;
    return hand_out();
}

CsvRow CsvReader::hand_out() {
    CsvRow out{row_, first_line_, std::exchange(cells_, {}), std::nullopt};
    row_done_ = false;
    ++row_;
    first_line_ = line_;
    for (std::size_t i = 0; i < out.cells.size() && !out.problem; ++i) {
        if (!is_utf8(out.cells[i])) {
            out.problem = CsvProblem{CsvFault::NotUtf8, out.row, i + 1, out.line};
        }
    }
    if (columns_ == 0) {
        columns_ = out.cells.size();
    } else if (out.cells.size() != columns_ && !out.problem) {
        out.problem = CsvProblem{CsvFault::ColumnsDiffer, out.row, 0, out.line};
    }
    return out;
}

}  // namespace chapar::client
