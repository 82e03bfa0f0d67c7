// Check digits of freight containers, ships, vehicles and chemical substances.
//
// Owns: the arithmetic. A failed check is a warning for the officer and never a refusal: numbers
// are forged and misread, and what was observed must be reported as it was. Pure.
// Source: ISO 6346 annex A; IMO number scheme (weak: one wrong digit in ten passes); CAS registry
// check digit; ISO 3779 and 49 CFR 565.15 (vehicles); domain.md 3.
#pragma once

#include <cstdint>
#include <string_view>

namespace chapar::schemas {

enum class CheckDigit : std::uint8_t {
    Holds,
    Fails,
    OtherForm,  // not a number of this form at all
};

[[nodiscard]] CheckDigit check_container(std::string_view number);  // "CSQU3054383"
[[nodiscard]] CheckDigit check_imo(std::string_view number);  // "9074729", no "IMO " before it
// 17 letters and digits without I, O and Q. Its check digit is a duty in North America (first
// character 1 to 5) and China (L) only: elsewhere any ninth character holds.
[[nodiscard]] CheckDigit check_vin(std::string_view number);
[[nodiscard]] CheckDigit check_cas(std::string_view number);  // "561-27-3"

}  // namespace chapar::schemas
