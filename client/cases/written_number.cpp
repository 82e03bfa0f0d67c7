#include "client/cases/written_number.h"

#include <algorithm>
#include <array>

#include "schemas/local_dates.h"

namespace chapar::client {
namespace {

constexpr std::size_t kWholeDigits = 15;
constexpr std::size_t kDecimals = 9;
constexpr char kBlank = '_';    // sets off groups, as the Arabic thousands separator does
constexpr char kDecimal = '|';  // U+066B, before ascii_digits() makes it a point

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Sign {
    std::string_view written;
    char plain;
};
constexpr std::array<Sign, 8> kSigns{{
    {"\xC2\xA0", kBlank},      // no-break space
    {"\xE2\x80\x89", kBlank},  // thin space
    {"\xE2\x80\xAF", kBlank},  // narrow no-break space
    {" ", kBlank},
    {"\xD9\xAC", kBlank},    // Arabic thousands separator
    {"\xE2\x80\x99", '\''},  // the other apostrophe
    {"\xD9\xAB", kDecimal},  // Arabic decimal separator
    {"\xE2\x88\x92", '-'},   // minus
}};

// One character for each sign, without blanks around them: digits - , . ' and the two above;
// anything else as it is.
std::string plain_signs(std::string_view written) {
    std::string out;
    while (!written.empty()) {
        const auto sign = std::ranges::find_if(
            kSigns, [&](const Sign& each) { return written.starts_with(each.written); });
        if (sign == kSigns.end()) {
            out += written.front() == kBlank || written.front() == kDecimal ? '?' : written.front();
            written.remove_prefix(1);
        } else {
            out += sign->plain;
            written.remove_prefix(sign->written.size());
        }
    }
    const auto from = out.find_first_not_of(kBlank);
    if (from == std::string::npos) return {};
    return schemas::ascii_digits(out.substr(from, out.find_last_not_of(kBlank) - from + 1));
}

// "1,234,567" with one `group` throughout: 1 to 3 digits, then threes. Empty if it is not.
std::optional<std::string> ungrouped(std::string_view whole, char group) {
    std::string out;
    std::size_t run = 0;
    bool grouped = false;
    for (const char c : whole) {
        if (is_digit(c)) {
            ++run;
            out += c;
        } else if (c == group && run > 0 && (grouped ? run == 3 : run <= 3)) {
            grouped = true;
            run = 0;
        } else {
            return std::nullopt;
        }
    }
    // 0,450 are no groups.
    if (run == 0 || (grouped && (run != 3 || out.front() == '0'))) return std::nullopt;
    return out;
}

// The number if `decimal` is its decimal mark and anything else sets off groups. Empty if it is not
// written so.
std::optional<std::string> taken(std::string_view signs, char decimal) {
    std::string out;
    if (signs.starts_with('-')) {
        out = "-";
        signs.remove_prefix(1);
    }
    const auto mark = signs.find(decimal);
    const std::string_view whole = signs.substr(0, mark);
    std::optional<std::string> digits;
    for (const char group : {kBlank, '\'', '.', ','}) {
        if (group != decimal && !digits) digits = ungrouped(whole, group);
    }
    if (!digits) return std::nullopt;
    const std::size_t zeros = std::min(digits->find_first_not_of('0'), digits->size() - 1);
    out += digits->substr(zeros);
    if (mark == std::string_view::npos) return out;
    const std::string_view decimals = signs.substr(mark + 1);
    if (decimals.empty() || !std::ranges::all_of(decimals, is_digit)) return std::nullopt;
    out += '.';
    return out += decimals;
}

struct Readings {
    std::optional<std::string> point;
    std::optional<std::string> comma;
};

Readings readings(const std::string& signs) {
    if (signs.find(kDecimal) != std::string::npos) {
        const auto only = taken(signs, kDecimal);
        return {only, only};
    }
    return {taken(signs, '.'), taken(signs, ',')};
}

bool has_exponent(std::string_view signs) {
    const auto at = signs.find_first_of("eE");
    return at != std::string_view::npos && at > 0 && is_digit(signs[at - 1]) &&
           signs.find_first_not_of("0123456789+-", at + 1) == std::string_view::npos;
}

WrittenNumber no_number(NumberFault fault) {
    WrittenNumber out;
    out.fault = fault;
    return out;
}

}  // namespace

std::optional<PlainNumber> PlainNumber::of(std::string_view text) {
    std::string_view digits = text;
    if (digits.starts_with('-')) digits.remove_prefix(1);
    const auto point = digits.find('.');
    const std::string_view whole = digits.substr(0, point);
    const bool zero_first = whole.size() > 1 && whole.starts_with('0');
    if (whole.empty() || whole.size() > kWholeDigits || zero_first) return std::nullopt;
    if (!std::ranges::all_of(whole, is_digit)) return std::nullopt;
    if (point != std::string_view::npos) {
        const std::string_view decimals = digits.substr(point + 1);
        if (decimals.empty() || decimals.size() > kDecimals) return std::nullopt;
        if (!std::ranges::all_of(decimals, is_digit)) return std::nullopt;
    }
    return PlainNumber(std::string(text));
}

WrittenNumber read_number(std::string_view written, DecimalMark mark) {
    const std::string signs = plain_signs(written);
    if (signs.empty()) return no_number(NumberFault::Empty);
    if (has_exponent(signs)) return no_number(NumberFault::Exponent);
    Readings read = readings(signs);
    if (mark == DecimalMark::Point) read.comma = read.point;
    if (mark == DecimalMark::Comma) read.point = read.comma;
    if (!read.point && !read.comma) return no_number(NumberFault::Form);
    if (!read.point) read.point = read.comma;
    WrittenNumber out;
    out.value = PlainNumber::of(*read.point);
    if (!out.value) return no_number(NumberFault::TooLong);
    if (read.comma && *read.comma != *read.point) {
        out.with_comma = PlainNumber::of(*read.comma);
        if (!out.with_comma) return no_number(NumberFault::TooLong);
    }
    return out;
}

DecimalMark mark_shown(std::string_view written) {
    const std::string signs = plain_signs(written);
    const bool says = signs.find_first_of(".,") != std::string::npos;
    if (!says || has_exponent(signs) || signs.find(kDecimal) != std::string::npos) {
        return DecimalMark::Unknown;
    }
    const Readings read = readings(signs);
    if (read.point.has_value() == read.comma.has_value()) return DecimalMark::Unknown;
    return read.point ? DecimalMark::Point : DecimalMark::Comma;
}

}  // namespace chapar::client
