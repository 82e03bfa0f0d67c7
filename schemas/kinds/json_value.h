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
#include "schemas/kinds/kind_json.h"

namespace chapar::schemas {

// A code in its list's spelling; of an open list also "#201", as json_of_number() shows what a
// newer list than this program's has.
[[nodiscard]] std::optional<std::uint64_t> number_of_json(const FieldNotes& notes,
                                                          const boost::json::value& value,
                                                          std::uint64_t widest);
[[nodiscard]] boost::json::value json_of_number(const FieldNotes& notes, std::uint64_t number);

// A text that is not empty; a code in its list's spelling, or, as it is carried, as it stands.
[[nodiscard]] std::optional<std::string> text_of_json(const FieldNotes& notes,
                                                      const boost::json::value& value,
                                                      UnlistedCodes unlisted);
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
