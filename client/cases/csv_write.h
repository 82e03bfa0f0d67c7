// Rows to bytes that a spreadsheet opens without running any of them.
//
// Owns: RFC 4180 writing (CRLF), and the guard of texts that a spreadsheet would take for a
// formula: an apostrophe before = + - @ TAB CR LF, and their full-width forms, at the start of a
// cell (OWASP, "CSV Injection"), blanks before them or not. What begins a cell depends on the
// separator that the reader's locale expects, so the start of each part after `,` `;` TAB or a
// newline inside a text is guarded too. Numbers are not guarded: their form cannot be a formula.
// Does not know columns or what a text means. Pure; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "client/cases/written_number.h"

namespace chapar::client {

// The text as it is safe in a cell, and back: unguarded(guarded(x)) == x for every x.
[[nodiscard]] std::string guarded(std::string_view text);
[[nodiscard]] std::string unguarded(std::string_view cell);

// What the reader's spreadsheet expects: `,` and points, or `;` and commas.
enum class CsvLocale : std::uint8_t { Points, Commas };
// With a mark, spreadsheets read UTF-8 as such; other programs need none.
enum class CsvMark : std::uint8_t { Utf8, None };

class CsvWriter {
  public:
    explicit CsvWriter(CsvLocale locale, CsvMark mark = CsvMark::Utf8);

    void text(std::string_view text);
    void number(const PlainNumber& number);
    void end_row();

    // What was written since it was last taken.
    [[nodiscard]] std::string take();

  private:
    void cell(std::string_view content);

    CsvLocale locale_;
    char separator_;
    std::string out_;
    bool row_begun_ = false;
};

}  // namespace chapar::client
