// Tables as spreadsheets save them: bytes to rows, row by row.
//
// Owns: RFC 4180 (quotes, newlines in quotes), the separator found in the header (`,` or `;`), the
// byte order mark, LF and CRLF; where a row stands: row and column as the spreadsheet counts them,
// line as an editor does. Rows are numbered from 1, the header's; lines without any character are
// passed over and counted. Does not know files, column names, or what a cell means: an unquoted
// cell keeps its blanks, a quoted one its newlines, and controls are judged where cells are read.
//
// Strict where leniency could move a boundary: after a misplaced quote nobody knows where the next
// row begins, so reading stops there and says so. A row with too few or too many columns, or one
// that is not UTF-8, is handed out with its problem, and reading goes on. Bounded: a reader never
// holds more than the bytes given and one row. Pure; one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chapar::client {

struct CsvBounds {
    std::size_t row_bytes = std::size_t{64} * 1024;  // as written, quotes and newline included
    std::size_t columns = 256;
    std::uint64_t rows = 100'000;  // with the header
};

enum class CsvFault : std::uint8_t {
    Utf16,             // its byte order mark: saved as "Unicode text"
    NotUtf8,           // or a zero byte
    QuoteInside,       // 5" pipe, not quoted
    TextAfterQuote,    // "5" pipe
    QuoteOpen,         // the file ends within quotes
    CarriageReturn,    // one that no line feed follows, outside quotes
    RowTooLong,        // CsvBounds
    TooManyColumns,    // CsvBounds
    TooManyRows,       // CsvBounds
    ColumnsDiffer,     // more or fewer than the header has
    SeparatorUnclear,  // the header has as many `,` as `;`
};

struct CsvProblem {
    CsvFault fault = CsvFault::NotUtf8;
    std::uint64_t row = 0;
    std::uint64_t column = 0;  // from 1; 0: the row as a whole
    std::uint64_t line = 0;
    bool operator==(const CsvProblem&) const = default;
};
// "row 3, column E (line 4): a quote stands inside a cell that does not begin with one".
[[nodiscard]] std::string sentence(const CsvProblem& problem);
// As spreadsheets name columns: 1 is A, 27 is AA.
[[nodiscard]] std::string column_letters(std::uint64_t column);

struct CsvRow {
    std::uint64_t row = 0;
    std::uint64_t line = 0;  // on which it begins
    std::vector<std::string> cells;
    std::optional<CsvProblem> problem;  // the row cannot be used; others can
};

struct CsvNeedsBytes {};
struct CsvEnd {};
// A problem ends the reading: what follows its place was not looked at.
using CsvNext = std::variant<CsvRow, CsvNeedsBytes, CsvEnd, CsvProblem>;

class CsvReader {
  public:
    explicit CsvReader(CsvBounds bounds = {}) : bounds_(bounds) {}

    void give(std::string_view bytes);
    // No more bytes will come.
    void end() { ended_ = true; }
    // The next row, the header first. After the end or a problem the same again.
    [[nodiscard]] CsvNext next();
    // 0 before the header was read.
    [[nodiscard]] char separator() const { return separator_; }

  private:
    enum class At : std::uint8_t { CellStart, Plain, Quoted, QuoteInQuoted, Return };

    [[nodiscard]] bool find_start();
    [[nodiscard]] bool find_separator();
    [[nodiscard]] bool take(char c);
    [[nodiscard]] bool take_plain(char c);
    [[nodiscard]] bool take_after_quote(char c);
    [[nodiscard]] bool end_cell();
    [[nodiscard]] bool finish_row();
    [[nodiscard]] CsvNext finish_file();
    [[nodiscard]] CsvRow hand_out();
    // False, for the caller to return.
    bool stop(CsvFault fault);
    [[nodiscard]] std::uint64_t column() const { return cells_.size() + 1; }

    CsvBounds bounds_;
    std::string bytes_;  // given; those before read_ are used up
    std::size_t read_ = 0;
    bool ended_ = false;
    bool started_ = false;  // past the byte order mark
    char separator_ = 0;

    At at_ = At::CellStart;
    std::string cell_;
    std::vector<std::string> cells_;
    std::size_t row_bytes_ = 0;
    std::uint64_t row_ = 1, line_ = 1, first_line_ = 1;
    std::size_t columns_ = 0;  // of the header
    bool row_done_ = false;
    std::optional<CsvProblem> problem_;
};

}  // namespace chapar::client
