#include "schemas/kinds/field_value.h"

#include <algorithm>

#include "schemas/base/ids.h"
#include "schemas/base/limits.h"
#include "schemas/check_digits.h"
#include "schemas/kinds/code_lists.h"
#include "schemas/text_check.h"

namespace chapar::schemas {
namespace {

constexpr std::uint64_t kMostThousandths = 999'999'999'999;  // decimal(12,3)
constexpr std::uint64_t kPerMille = 1000;
constexpr std::int64_t kE7 = 10'000'000;
constexpr std::uint64_t kListDefault = 16;

bool is_subdivision(std::string_view text) {
    return text.size() >= 4 && text.size() <= 6 && matches(text.substr(0, 3), "AA-") &&
           std::ranges::all_of(text.substr(3), [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
           });
}

bool is_cas_form(std::string_view text) {
    if (text.size() < 7 || text.size() > 12) return false;
    return matches(text, std::string(text.size() - 5, '0') + "-00-0");
}

std::string numbers(std::uint64_t least, std::uint64_t most) {
    return "a number from " + std::to_string(least) + " to " + std::to_string(most);
}

}  // namespace

bool is_allowed_text(const FieldNotes& notes, std::string_view text) {
    const bool lines = notes.form == ValueForm::Lines;
    const std::size_t most = lines ? limits::kLongTextBytes : limits::kTextBytes;
    if (text.size() > most) return false;
    if (!is_clean_text(text, lines ? TextForm::Lines : TextForm::Line)) return false;
    if (!notes.code.empty()) {
        const CodeFile* list = find_codes(notes.code);
        return list != nullptr && list->has_form(text);
    }
    switch (notes.form.value_or(ValueForm::Line)) {
        case ValueForm::Office:
            return OfficeId::parse(text).has_value();
        case ValueForm::Subdivision:
            return is_subdivision(text);
        case ValueForm::Locode:
            return matches(text, "AA999");
        case ValueForm::Cas:
            return is_cas_form(text);
        case ValueForm::InchiKey:
            return matches(text, "AAAAAAAAAAAAAA-AAAAAAAAAA-A");
        case ValueForm::Hs6:
            return matches(text, "0000.00");
        default:  // as observed
            return true;
    }
}

bool is_allowed_data(const FieldNotes& notes, ByteView data) {
    if (notes.form == ValueForm::MessageId) return data.size() == MessageId::kSize;
    return data.size() >= notes.least.value_or(1) && data.size() <= notes.most.value_or(0);
}

bool is_allowed_number(const FieldNotes& notes, std::uint64_t number, std::uint64_t widest) {
    if (!notes.code.empty()) {
        const CodeFile* list = find_codes(notes.code);
        if (list == nullptr || number > widest) return false;
        return list->growth == CodeGrowth::Open || list->find(number) != nullptr;
    }
    switch (notes.form.value_or(ValueForm::Line)) {
        case ValueForm::Time:
            return number <= limits::kLatestTime.value;
        case ValueForm::Thousandths:
            return number <= kMostThousandths;
        case ValueForm::PerMille:
            return number <= kPerMille;
        default:
            return number >= notes.least.value_or(0) && number <= notes.most.value_or(widest);
    }
}

bool is_allowed_degree(const FieldNotes& notes, std::int64_t degrees_e7) {
    const std::int64_t most = (notes.form == ValueForm::Latitude ? 90 : 180) * kE7;
    return degrees_e7 >= -most && degrees_e7 <= most;
}

std::string allowed_words(const FieldNotes& notes, std::uint64_t widest) {
    if (!notes.code.empty()) {
        const CodeFile* list = find_codes(notes.code);
        return list != nullptr ? list->allowed() : "";
    }
    const auto bytes = [](std::size_t most) {
        return "1 to " + std::to_string(most) + " bytes of text without control characters";
    };
    if (!notes.form)
        return widest == 0
                   ? bytes(limits::kTextBytes)
                   : numbers(notes.least.value_or(notes.must ? 1 : 0), notes.most.value_or(widest));
    switch (*notes.form) {
        case ValueForm::Lines:
            return bytes(limits::kLongTextBytes);
        case ValueForm::Time:
            return "RFC 3339 in UTC, like \"2026-11-20T05:40:00Z\"";
        case ValueForm::Thousandths:
            return "a text like \"12.450\", above 0, at most 3 decimals";
        case ValueForm::PerMille:
            return "a text like \"62.5\", from 0 to 100.0, at most 1 decimal";
        case ValueForm::Latitude:
            return "degrees from -90 to 90";
        case ValueForm::Longitude:
            return "degrees from -180 to 180";
        case ValueForm::MessageId:
            return "a UUID";
        case ValueForm::Hex:
            return std::to_string(notes.least.value_or(1)) + " to " +
                   std::to_string(notes.most.value_or(0)) + " bytes in hexadecimal";
        case ValueForm::Office:
            return "an office id, like \"TJ-NPJ-BLO\"";
        case ValueForm::Subdivision:
            return "ISO 3166-2, like \"TJ-KT\", of the same country";
        case ValueForm::Locode:
            return "UN/LOCODE, like \"TJDYU\"";
        case ValueForm::Cas:
            return "a CAS number, like \"561-27-3\"";
        case ValueForm::InchiKey:
            return "an InChIKey: 14, 10 and 1 capital letters";
        case ValueForm::Hs6:
            return "a tariff number, like \"2915.24\"";
        default:
            return bytes(limits::kTextBytes);
    }
}

std::uint64_t most_elements(const FieldNotes& notes) { return notes.most.value_or(kListDefault); }

bool zero_is_a_value(const FieldNotes& notes) {
    if (!notes.given_by.empty()) return true;
    return notes.form == ValueForm::Latitude || notes.form == ValueForm::Longitude ||
           notes.form == ValueForm::PerMille;
}

std::string observed_warning(const FieldNotes& notes, std::string_view text) {
    CheckDigit check = CheckDigit::Holds;
    std::string_view what;
    switch (notes.form.value_or(ValueForm::Line)) {
        case ValueForm::Cas:
            check = check_cas(text), what = "CAS number";
            break;
        case ValueForm::Container:
            check = check_container(text), what = "container number";
            break;
        case ValueForm::Imo:
            check = check_imo(text), what = "IMO number";
            break;
        case ValueForm::Vin:
            check = check_vin(text), what = "vehicle identification number";
            break;
        case ValueForm::Mmsi:
            check = matches(text, "000000000") ? CheckDigit::Holds : CheckDigit::OtherForm;
            what = "MMSI";
            break;
        default:
            break;
    }
    if (check == CheckDigit::Holds) return "";
    return "The " + std::string(what) +
           (check == CheckDigit::OtherForm ? " does not have the usual form"
                                           : " fails its check digit") +
           "; it is sent as observed.";
}

}  // namespace chapar::schemas
