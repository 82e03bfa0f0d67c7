#include "schemas/kinds/json_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "schemas/base/hex.h"
#include "schemas/base/time_text.h"
#include "schemas/base/uuid.h"
#include "schemas/kinds/code_lists.h"
#include "schemas/kinds/kind_json.h"
#include "schemas/kinds/schema_notes.h"
#include "schemas/local_dates.h"

namespace chapar::schemas {
namespace {

namespace json = boost::json;

std::optional<std::uint64_t> whole(const json::value& value) {
    if (value.is_int64() && value.as_int64() >= 0) {
        return static_cast<std::uint64_t>(value.as_int64());
    }
    if (value.is_uint64()) return value.as_uint64();
    return std::nullopt;
}

std::optional<std::string> plain_text(const json::value& value) {
    if (!value.is_string() || value.as_string().empty()) return std::nullopt;
    return std::string(value.as_string());
}

// "12.450" with at most `places` decimals, as an integer of the smallest of them.
std::optional<std::uint64_t> decimal(std::string_view written, std::size_t places) {
    const std::string ascii = ascii_digits(written);
    const std::string_view text = ascii;
    const std::size_t point = text.find('.');
    const std::string_view front = text.substr(0, point);
    const bool has_point = point != std::string_view::npos;
    const std::string_view back = has_point ? text.substr(point + 1) : std::string_view();
    if (front.empty() || front.size() > 12 || back.size() > places) return std::nullopt;
    if (has_point && back.empty()) return std::nullopt;
    std::string digits(front);
    digits += back;
    digits.append(places - back.size(), '0');
    std::uint64_t value = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return value;
}

// With all its decimals: the precision that was measured is said.
std::string decimal_text(std::uint64_t value, std::size_t places) {
    std::string digits = std::to_string(value);
    if (digits.size() < places + 1) digits.insert(0, places + 1 - digits.size(), '0');
    digits.insert(digits.size() - places, ".");
    return digits;
}

constexpr std::size_t kMilli = 3;
constexpr std::size_t kTenth = 1;

// "#201": a number of an open list that this program's does not name.
std::optional<std::uint64_t> unlisted_number(const CodeFile& list, std::string_view text,
                                             std::uint64_t widest) {
    if (list.growth != CodeGrowth::Open || !text.starts_with('#')) return std::nullopt;
    const std::string_view digits = text.substr(1);
    std::uint64_t number = 0;
    const auto [end, problem] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number);
    const bool whole = problem == std::errc() && end == digits.data() + digits.size();
    if (!whole || digits.front() == '0' || number > widest) return std::nullopt;
    return number;
}

// "291524" is how the tariff books write it, "2915.24" how it is kept.
std::string dotted_hs6(std::string text) {
    const bool plain =
        text.size() == 6 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    return plain ? text.substr(0, 4) + "." + text.substr(4) : text;
}

}  // namespace

std::optional<std::uint64_t> number_of_json(const FieldNotes& notes, const json::value& value,
                                            std::uint64_t widest) {
    if (!notes.code.empty()) {
        const CodeFile* list = find_codes(notes.code);
        const auto digits = whole(value);  // grades are written as numbers, too
        const auto text = digits ? std::optional(std::to_string(*digits)) : plain_text(value);
        if (list == nullptr || !text) return std::nullopt;
        const CodeRow* row = list->find(*text);
        if (row == nullptr) return unlisted_number(*list, *text, widest);
        return row->number;
    }
    const ValueForm form = notes.form.value_or(ValueForm::Line);
    const auto text = plain_text(value);
    if (form == ValueForm::Time) {
        const auto time = text ? parse_time(*text) : std::nullopt;
        // 1970-01-01T00:00:00Z is how "not given" is carried.
        return time && *time != TimeMs() ? std::optional(time->value) : std::nullopt;
    }
    if (form == ValueForm::Thousandths) {
        const auto amount = text ? decimal(*text, kMilli) : std::nullopt;
        return amount && *amount != 0 ? amount : std::nullopt;
    }
    if (form == ValueForm::PerMille) {
        const auto share = text ? decimal(*text, kTenth) : std::nullopt;
        return share && *share <= widest ? share : std::nullopt;
    }
    const auto number = whole(value);
    if (!number || *number > widest || (*number == 0 && notes.must)) return std::nullopt;
    return number;
}

json::value json_of_number(const FieldNotes& notes, std::uint64_t number) {
    if (!notes.code.empty()) {
        const CodeFile* list = find_codes(notes.code);
        const CodeRow* row = list != nullptr ? list->find(number) : nullptr;
        // Of a newer list than this program has.
        if (row == nullptr) return json::value("#" + std::to_string(number));
        return json::value(row->code);
    }
    switch (notes.form.value_or(ValueForm::Line)) {
        case ValueForm::Time:
            return json::value(time_text(TimeMs(number)));
        case ValueForm::Thousandths:
            return json::value(decimal_text(number, kMilli));
        case ValueForm::PerMille:
            return json::value(decimal_text(number, kTenth));
        default:
            return json::value(number);
    }
}

std::optional<std::string> text_of_json(const FieldNotes& notes, const json::value& value,
                                        UnlistedCodes unlisted) {
    auto text = plain_text(value);
    if (!text) return std::nullopt;
    if (!notes.code.empty()) {
        const CodeFile* list = find_codes(notes.code);
        const CodeRow* row = list != nullptr ? list->find(*text) : nullptr;
        if (row != nullptr) return std::string(row->code);
        return unlisted == UnlistedCodes::AsCarried ? text : std::nullopt;
    }
    return notes.form == ValueForm::Hs6 ? dotted_hs6(*std::move(text)) : text;
}

std::optional<Bytes> data_of_json(const FieldNotes& notes, const json::value& value) {
    const auto text = plain_text(value);
    if (!text) return std::nullopt;
    if (notes.form != ValueForm::MessageId) return from_hex(*text);
    const auto id = parse_uuid(*text);
    if (!id) return std::nullopt;
    return to_bytes(MessageId{*id}.view());
}

std::string text_of_data(const FieldNotes& notes, ByteView data) {
    const auto id = MessageId::from(data);
    return notes.form == ValueForm::MessageId && id ? uuid_text(id->view()) : to_hex(data);
}

std::optional<std::int32_t> degrees_of_json(const json::value& value) {
    if (!value.is_number()) return std::nullopt;
    const double given = value.is_double() ? value.as_double() : value.to_number<double>();
    if (!(std::abs(given) <= 180)) return std::nullopt;
    return static_cast<std::int32_t>(std::llround(given * 1e7));
}

std::optional<DateParts> parse_partial_date(std::string_view written) {
    const std::string text = ascii_digits(written);
    if (text.size() != 4 && text.size() != 7 && text.size() != 10) return std::nullopt;
    std::array<unsigned, 3> parts{};
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 4 || i == 7;
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (dash ? text[i] != '-' : !is_digit) return std::nullopt;
        if (dash) continue;
        unsigned& part = parts.at(i < 4 ? 0 : i < 7 ? 1 : 2);
        part = part * 10 + static_cast<unsigned>(text[i] - '0');
    }
    const bool zero =
        parts[0] == 0 || (text.size() > 4 && parts[1] == 0) || (text.size() > 7 && parts[2] == 0);
    if (zero) return std::nullopt;
    return DateParts{static_cast<std::uint16_t>(parts[0]), static_cast<std::uint8_t>(parts[1]),
                     static_cast<std::uint8_t>(parts[2])};
}

std::string partial_date_text(const DateParts& date) {
    std::array<char, 32> text{};
    const unsigned year = date.year, month = date.month, day = date.day;
    if (month == 0) {
        std::snprintf(text.data(), text.size(), "%04u", year);
    } else if (day == 0) {
        std::snprintf(text.data(), text.size(), "%04u-%02u", year, month);
    } else {
        std::snprintf(text.data(), text.size(), "%04u-%02u-%02u", year, month, day);
    }
    return text.data();
}

std::string found_json(const json::value& value) {
    if (value.is_string()) return found_text(value.as_string());
    if (value.is_object()) return "an object";
    if (value.is_array()) return "a list";
    return found_text(json::serialize(value));
}

}  // namespace chapar::schemas
