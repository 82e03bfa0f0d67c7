#include "schemas/check_digits.h"

#include <array>
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

CheckDigit check_vin(std::string_view number) {
    // Values of A-Z; 0 for the three letters that look like digits and do not occur.
    constexpr std::string_view kLetters = "12345678012345070923456789";
    constexpr std::array<unsigned, 17> kWeights{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    if (number.size() != kWeights.size()) return CheckDigit::OtherForm;
    unsigned sum = 0;
    for (std::size_t i = 0; i < number.size(); ++i) {
        const char c = number[i];
        if (!is_digit(c) && !is_letter(c)) return CheckDigit::OtherForm;
        const unsigned value =
            is_digit(c) ? digit(c) : digit(kLetters[static_cast<std::size_t>(c - 'A')]);
        if (is_letter(c) && value == 0) return CheckDigit::OtherForm;
        sum += value * kWeights.at(i);
    }
    const bool checked = (number[0] >= '1' && number[0] <= '5') || number[0] == 'L';
    return verdict(!checked ||
                   number[8] == (sum % 11 == 10 ? 'X' : static_cast<char>('0' + sum % 11)));
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
