#include "schemas/check_digits.h"

#include <cstddef>

namespace chapar::schemas {
namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }
constexpr unsigned digit(char c) { return static_cast<unsigned>(c - '0'); }

bool all_digits(std::string_view text) {
    for (const char c : text) {
        if (!is_digit(c)) return false;
    }
    return true;
}

// A = 10, B = 12 .. Z = 38: multiples of 11 are skipped.
constexpr unsigned letter_value(char c) {
    const unsigned place = static_cast<unsigned>(c - 'A');
    return 10 + place + (place + 9) / 10;
}
static_assert(letter_value('A') == 10 && letter_value('B') == 12 && letter_value('K') == 21 &&
              letter_value('L') == 23 && letter_value('U') == 32 && letter_value('V') == 34 &&
              letter_value('Z') == 38);

constexpr CheckDigit verdict(bool holds) { return holds ? CheckDigit::Holds : CheckDigit::Fails; }

}  // namespace

CheckDigit check_container(std::string_view number) {
    if (number.size() != 11 || !all_digits(number.substr(4))) return CheckDigit::OtherForm;
    unsigned sum = 0;
    for (std::size_t i = 0; i < 10; ++i) {
        const char c = number[i];
        if (i < 4 && !is_letter(c)) return CheckDigit::OtherForm;
        sum += (i < 4 ? letter_value(c) : digit(c)) << i;
    }
    return verdict(sum % 11 % 10 == digit(number[10]));
}

CheckDigit check_imo(std::string_view number) {
    if (number.size() != 7 || !all_digits(number)) return CheckDigit::OtherForm;
    unsigned sum = 0;
    for (unsigned i = 0; i < 6; ++i) sum += digit(number[i]) * (7 - i);
    return verdict(sum % 10 == digit(number[6]));
}

CheckDigit check_cas(std::string_view number) {
    const std::size_t size = number.size();
    if (size < 7 || size > 12 || number[size - 2] != '-' || number[size - 5] != '-') {
        return CheckDigit::OtherForm;
    }
    const std::string_view head = number.substr(0, size - 5);
    const std::string_view middle = number.substr(size - 4, 2);
    if (!all_digits(head) || !all_digits(middle) || !is_digit(number[size - 1])) {
        return CheckDigit::OtherForm;
    }
    unsigned sum = digit(middle[1]) + 2 * digit(middle[0]);
    for (std::size_t i = 0; i < head.size(); ++i) {
        sum += static_cast<unsigned>(i + 3) * digit(head[head.size() - 1 - i]);
    }
    return verdict(sum % 10 == digit(number[size - 1]));
}

}  // namespace chapar::schemas
