// Single values between JSON and the wire.
//
// Owns: the text forms: codes, times, decimals, ids, partial dates. Empty for a value that cannot
// be one of the field's; whether it is allowed is field_value.h's. Private to schemas/kinds. Pure.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "schemas/base/bytes.h"
#include "schemas/kinds/annotations.h"

namespace chapar::schemas {

[[nodiscard]] std::optional<std::uint64_t> number_of_json(const FieldNotes& notes,
                                                          const boost::json::value& value,
                                                          std::uint64_t widest);
[[nodiscard]] boost::json::value json_of_number(const FieldNotes& notes, std::uint64_t number);

// A text that is not empty; a code in its list's spelling.
[[nodiscard]] std::optional<std::string> text_of_json(const FieldNotes& notes,
                                                      const boost::json::value& value);
[[nodiscard]] std::optional<Bytes> data_of_json(const FieldNotes& notes,
                                                const boost::json::value& value);
[[nodiscard]] std::string text_of_data(const FieldNotes& notes, ByteView data);
// Degrees x 10^7.
[[nodiscard]] std::optional<std::int32_t> degrees_of_json(const boost::json::value& value);

struct DateParts {
    std::uint16_t year = 0;
    std::uint8_t month = 0;  // 0 = unknown
    std::uint8_t day = 0;
};
// "1988", "1988-03" or "1988-03-17", in any of three sets of digits.
[[nodiscard]] std::optional<DateParts> parse_partial_date(std::string_view written);
[[nodiscard]] std::string partial_date_text(const DateParts& date);

}  // namespace chapar::schemas
