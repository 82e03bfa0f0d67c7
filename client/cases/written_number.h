// Amounts as people write them in tables: 24,6 and 24.6, 1 234,5 and 1,234.5, in three sets of
// digits.
//
// Owns: which mark is the decimal one, and when that cannot be told: "12,450" may be twelve
// kilograms or twelve tonnes, so it is told with both readings and the file must say (or another
// cell of it prove) which mark it uses. Does not know units or bounds. Nothing is rounded: the
// decimals that were written are kept, for they say how it was weighed. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace chapar::client {

// "-12.450": digits with at most one point, none of it superfluous but the decimals' zeros.
class PlainNumber {
  public:
    // Empty for another form; at most 15 digits before and 9 after the point.
    [[nodiscard]] static std::optional<PlainNumber> of(std::string_view text);
    [[nodiscard]] const std::string& text() const { return text_; }
    bool operator==(const PlainNumber&) const = default;

  private:
    explicit PlainNumber(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

enum class DecimalMark : std::uint8_t { Unknown, Point, Comma };

enum class NumberFault : std::uint8_t {
    Empty,
    Exponent,  // 1E+05: a spreadsheet has rounded it
    Form,      // words, units, marks that are no groups of three
    TooLong,   // PlainNumber::of()
};

struct WrittenNumber {
    std::optional<NumberFault> fault;
    std::optional<PlainNumber> value;  // exactly one of both
    // The value if commas were decimal marks; `value` then has points as decimal marks.
    std::optional<PlainNumber> with_comma;
    bool operator==(const WrittenNumber&) const = default;
};

// `mark` is what the file is known to use. Groups are set off by blanks, apostrophes, the Arabic
// thousands separator or the other mark; U+066B is a decimal mark always. No plus sign.
[[nodiscard]] WrittenNumber read_number(std::string_view written,
                                        DecimalMark mark = DecimalMark::Unknown);
// Which mark a cell proves: Comma for "24,6", "1.234,5" and "1.234.567". Unknown where it proves
// none.
[[nodiscard]] DecimalMark mark_shown(std::string_view written);

}  // namespace chapar::client
