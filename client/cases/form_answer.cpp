#include "client/cases/form_answer.h"

#include <algorithm>
#include <array>

#include "client/cases/written_number.h"
#include "client/cases/written_time.h"
#include "schemas/base/ids.h"
#include "schemas/base/time_text.h"
#include "schemas/kinds/following_codes.h"
#include "schemas/local_dates.h"
#include "schemas/written_date.h"

namespace chapar::client {
namespace {

namespace json = boost::json;
using schemas::CodeFile;
using schemas::CodeRow;
using schemas::FieldNode;
using schemas::FieldType;
using schemas::Language;
using schemas::ValueForm;

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlank = " \t";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_office_list(const FieldNode& node) {
    return node.type == FieldType::List && node.parts.front().notes.form == ValueForm::Office;
}

// Words that people write for units, besides codes and labels.
struct UnitWord {
    std::string_view word, code;
};
constexpr std::array<UnitWord, 24> kUnitWords{{
    {"kg", "KGM"},      {"кг", "KGM"},    {"كغ", "KGM"},       {"کیلو", "KGM"},   {"g", "GRM"},
    {"gr", "GRM"},      {"г", "GRM"},     {"гр", "GRM"},       {"грамм", "GRM"},  {"l", "LTR"},
    {"litres", "LTR"},  {"liter", "LTR"}, {"л", "LTR"},        {"литров", "LTR"}, {"ml", "MLT"},
    {"мл", "MLT"},      {"pcs", "H87"},   {"pieces", "H87"},   {"шт", "H87"},     {"шт.", "H87"},
    {"tablets", "TAB"}, {"таб", "TAB"},   {"таблеток", "TAB"}, {"табл.", "TAB"},
}};

class Reader {
  public:
    Reader(const FieldNode& node, const AnswerContext& context) : node_(node), context_(context) {}

    AnswerOrFault read(std::string_view line) const {
        line = trimmed(line);
        if (node_.type == FieldType::Object) return object(line);
        if (node_.type == FieldType::List) return office_list(line);
        if (codes_of(node_) != nullptr) return coded(line);
        return checked(plain(line));
    }

  private:
    [[nodiscard]] AnswerFault fault() const { return {allowed_answer(node_, context_.language)}; }
    [[nodiscard]] AnswerOrFault checked(AnswerOrFault read) const {
        const Answer* answer = std::get_if<Answer>(&read);
        if (answer == nullptr) return read;
        if (schemas::value_fault(node_, answer->value)) return fault();
        return read;
    }

    [[nodiscard]] AnswerOrFault coded(std::string_view line) const {
        const CodeFile& list = *codes_of(node_);
        const schemas::CodeMatches matches =
            schemas::match_codes(list, schemas::ascii_digits(line));
        if (matches.exact != nullptr) return Answer{json::value(matches.exact->code)};
        const bool closed = node_.codes() != nullptr;
        // The middle of a word is no answer: "дорож" is of rail and not of road.
        if (matches.begun != nullptr && closed) return Answer{json::value(matches.begun->code)};
        if (closed || (!matches.parts.empty() && !context_.as_written)) {
            AnswerFault out = fault();
            out.candidates = matches.parts;
            out.may_stand = !closed;
            return out;
        }
        return checked(Answer{json::value(line)});
    }

    [[nodiscard]] AnswerOrFault plain(std::string_view line) const {
        const std::string digits = schemas::ascii_digits(line);
        const ValueForm form = node_.notes.form.value_or(ValueForm::Line);
        switch (node_.type) {
            case FieldType::Flag:
                return flag(line);
            case FieldType::Degrees: {
                const auto number = one_number(line);
                if (!number) return fault();
                return Answer{json::value(std::strtod(number->c_str(), nullptr))};
            }
            case FieldType::Number:
                if (form == ValueForm::Time) return time(line);
                if (form == ValueForm::Thousandths || form == ValueForm::PerMille) {
                    return amount(line);
                }
                return whole(digits);
            case FieldType::Bytes:
                return Answer{json::value(digits)};
            default:
                break;
        }
        // What is a number in print stands in plain digits, what was observed as it was seen.
        const bool code_like = form == ValueForm::Locode || form == ValueForm::Subdivision ||
                               form == ValueForm::Office || form == ValueForm::Cas ||
                               form == ValueForm::Hs6;
        if (!code_like) return Answer{json::value(line)};
        std::string upper = digits;
        std::ranges::transform(upper, upper.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        return Answer{json::value(upper)};
    }

    [[nodiscard]] AnswerOrFault flag(std::string_view line) const {
        const std::string word = schemas::folded(line);
        for (const char* yes : {"yes", "y", "да", "д", "true", "1"}) {
            if (word == yes) return Answer{json::value(true)};
        }
        for (const char* no : {"no", "n", "нет", "н", "false", "0"}) {
            if (word == no) return Answer{json::value(false)};
        }
        return fault();
    }

    [[nodiscard]] AnswerOrFault whole(const std::string& digits) const {
        std::uint64_t value = 0;
        if (digits.empty() || digits.size() > 18) return fault();
        for (const char c : digits) {
            if (c < '0' || c > '9') return fault();
            value = value * 10 + static_cast<std::uint64_t>(c - '0');
        }
        return Answer{json::value(value)};
    }

    // Empty where it has no reading, or two.
    static std::optional<std::string> one_number(std::string_view text) {
        const WrittenNumber read = read_number(trimmed(text));
        if (!read.value || read.with_comma) return std::nullopt;
        return read.value->text();
    }
    [[nodiscard]] AnswerFault number_fault(std::string_view text) const {
        const WrittenNumber read = read_number(trimmed(text));
        if (!read.value || !read.with_comma) return fault();
        const bool russian = context_.language == Language::Russian;
        return {(russian ? "или " : "either ") + read.with_comma->text() +
                (russian ? ", или " : " or ") + read.value->text()};
    }

    [[nodiscard]] AnswerOrFault amount(std::string_view line) const {
        if (line.ends_with('%')) line = trimmed(line.substr(0, line.size() - 1));
        const auto number = one_number(line);
        if (!number) return number_fault(line);
        return Answer{json::value(*number)};
    }

    [[nodiscard]] AnswerOrFault time(std::string_view line) const {
        const WrittenTime read = read_written_time(line, context_.now);
        if (!read.fault) return Answer{json::value(time_text(read.time)), read.day_only};
        const bool russian = context_.language == Language::Russian;
        if (read.fault == TimeFault::Offset) {
            return AnswerFault{russian ? "время со смещением от UTC: 05:40 +05:00"
                                       : "a time with its offset from UTC: 05:40 +05:00"};
        }
        if (read.fault == TimeFault::DateOrder) {
            return AnswerFault{russian ? "дата как год-месяц-день: 2026-11-20"
                                       : "the date as year-month-day: 2026-11-20"};
        }
        return fault();
    }

    [[nodiscard]] AnswerOrFault object(std::string_view line) const {
        if (node_.short_form == schemas::ShortForm::Place) return place(line);
        if (node_.short_form == schemas::ShortForm::Date) return date(line);
        if (node_.of == "Substance") return substance(line);
        return measured(line);
    }

    [[nodiscard]] AnswerOrFault place(std::string_view line) const {
        const std::size_t comma = std::min(line.find(','), line.find("،"));
        const std::string_view head = trimmed(line.substr(0, comma));
        std::string_view name;
        if (comma != std::string_view::npos)
            name = line.substr(comma + (line[comma] == ',' ? 1 : 2));
        json::object out;
        if (!place_head(head, out)) {
            AnswerFault wrong = fault();
            const CodeFile* countries = schemas::find_codes("countries");
            if (countries != nullptr) {
                wrong.candidates = schemas::match_codes(*countries, head).parts;
            }
            return wrong;
        }
        if (name = trimmed(name); !name.empty()) out["name"] = name;
        for (const auto& field : out) {
            const FieldNode* part = node_.part(field.key());
            if (part == nullptr || schemas::value_fault(*part, field.value())) return fault();
        }
        return Answer{std::move(out)};
    }

    // "TJ", "TJ-KT", "TJ-NPJ-BLO" (a post), "TJDYU" (UN/LOCODE) or the name of a country.
    static bool place_head(std::string_view head, json::object& out) {
        const CodeFile* countries = schemas::find_codes("countries");
        if (countries == nullptr) return false;
        const schemas::CodeMatches named = schemas::match_codes(*countries, head);
        const CodeRow* row = named.exact;
        if (row == nullptr && head.size() > 3) row = named.begun;
        if (row != nullptr) {
            out["country"] = row->code;
            return true;
        }
        std::string code(head);
        std::ranges::transform(code, code.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        row = countries->find(std::string_view(code).substr(0, 2));
        if (row == nullptr) return false;
        out["country"] = row->code;
        const auto dashes = std::ranges::count(code, '-');
        if (dashes == 0 && code.size() == 5) {
            out["locode"] = code;
        } else if (dashes == 1) {
            out["subdivision"] = code;
        } else if (dashes > 1 && OfficeId::parse(code)) {
            out["office"] = code;
        } else {
            return false;
        }
        return true;
    }

    [[nodiscard]] AnswerOrFault date(std::string_view line) const {
        const schemas::WrittenDate read = schemas::read_date(line);
        const bool two = read.month_first || read.fault == schemas::DateFault::TwoYears;
        if (two) {
            return AnswerFault{context_.language == Language::Russian
                                   ? "дата как год-месяц-день: 1988-03-17"
                                   : "the date as year-month-day: 1988-03-17"};
        }
        if (read.fault) return fault();
        std::array<char, 32> text{};
        const unsigned year = read.date.year, month = read.date.month, day = read.date.day;
        if (month == 0) {
            std::snprintf(text.data(), text.size(), "%04u", year);
        } else if (day == 0) {
            std::snprintf(text.data(), text.size(), "%04u-%02u", year, month);
        } else {
            std::snprintf(text.data(), text.size(), "%04u-%02u-%02u", year, month, day);
        }
        if (read.date.calendar == schemas::Calendar::Gregorian) {
            return Answer{json::value(text.data())};
        }
        return Answer{json::object{{"date", text.data()}, {"calendar", "solar-hijri"}}};
    }

    [[nodiscard]] AnswerOrFault substance(std::string_view line) const {
        const FieldNode* name = node_.part("name");
        AnswerOrFault read = read_answer(*name, line, context_);
        const Answer* answer = std::get_if<Answer>(&read);
        if (answer == nullptr) {
            std::get<AnswerFault>(read).allowed = allowed_answer(node_, context_.language);
            return read;
        }
        // What would follow from the name is shown at once.
        const std::string_view list = schemas::list_of_substance(answer->value.as_string());
        return Answer{json::object{{"name", answer->value}, {"list", list}}};
    }

    // "24.6 kg", "24,6 кг брутто", "1500 USD": an amount, its unit, and how it was measured.
    [[nodiscard]] AnswerOrFault measured(std::string_view line) const {
        const std::string plain = schemas::ascii_digits(line);
        std::size_t end = plain.find_last_of("0123456789");
        // Digits may stand in the unit's words too: the amount ends where letters begin.
        for (std::size_t i = 0; i < plain.size(); ++i) {
            const auto c = static_cast<unsigned char>(plain[i]);
            const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
            const bool beyond = c >= 0xD0 && c <= 0xDB;  // Cyrillic and Arabic
            if (!letter && !beyond) continue;
            end = i == 0 ? std::string::npos : i - 1;
            break;
        }
        if (end == std::string::npos) return fault();
        const auto number = one_number(plain.substr(0, end + 1));
        if (!number) return number_fault(plain.substr(0, end + 1));
        json::object out{{"value", *number}};
        if (!measured_words(trimmed(std::string_view(plain).substr(end + 1)), out)) return fault();
        for (const auto& field : out) {
            const FieldNode* part = node_.part(field.key());
            if (part == nullptr || schemas::value_fault(*part, field.value())) return fault();
        }
        return Answer{std::move(out)};
    }

    // Every word is a code of one part of the object; the unit is among them.
    [[nodiscard]] bool measured_words(std::string_view words, json::object& out) const {
        while (!words.empty()) {
            const std::size_t blank = words.find(' ');
            const std::string_view word = words.substr(0, blank);
            words = blank == std::string_view::npos ? "" : trimmed(words.substr(blank));
            if (!measured_word(word, out)) return false;
        }
        return std::ranges::any_of(node_.parts, [&](const FieldNode& part) {
            return part.must() && codes_of(part) != nullptr && out.contains(part.name);
        });
    }
    [[nodiscard]] bool measured_word(std::string_view word, json::object& out) const {
        const std::string small = schemas::folded(word);
        const auto unit = std::ranges::find(kUnitWords, std::string_view(small), &UnitWord::word);
        if (unit != kUnitWords.end()) word = unit->code;
        for (const FieldNode& part : node_.parts) {
            const CodeFile* list = codes_of(part);
            if (list == nullptr || out.contains(part.name)) continue;
            const CodeRow* row = schemas::match_codes(*list, word).exact;
            if (row == nullptr) continue;
            out[part.name] = row->code;
            return true;
        }
        return false;
    }

    [[nodiscard]] AnswerOrFault office_list(std::string_view line) const {
        json::array out;
        std::string rest(line);
        for (char& c : rest) {
            if (c == ',' || c == ';' || c == '\t') c = ' ';
            if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
        }
        std::string_view left = trimmed(rest);
        while (!left.empty()) {
            const std::size_t blank = left.find(' ');
            const auto office = OfficeId::parse(left.substr(0, blank));
            if (!office || out.size() >= node_.most) return fault();
            out.emplace_back(office->text());
            left = blank == std::string_view::npos ? "" : trimmed(left.substr(blank));
        }
        if (out.empty()) return fault();
        return Answer{std::move(out)};
    }

    const FieldNode& node_;
    const AnswerContext& context_;
};

}  // namespace

bool is_one_line(const FieldNode& node) {
    if (node.type == FieldType::List) return is_office_list(node);
    if (node.type != FieldType::Object) return true;
    return node.short_form != schemas::ShortForm::None || node.of == "Quantity" ||
           node.of == "Money" || node.of == "Substance";
}

const CodeFile* codes_of(const FieldNode& node) {
    if (node.of == "Substance") return codes_of(*node.part("name"));
    if (node.of == "Quantity") return codes_of(*node.part("unit"));
    if (node.of == "Money") return codes_of(*node.part("currency"));
    if (node.short_form == schemas::ShortForm::Place) return schemas::find_codes("countries");
    if (const CodeFile* codes = node.codes()) return codes;
    return node.suggestions();
}

AnswerOrFault read_answer(const FieldNode& node, std::string_view line,
                          const AnswerContext& context) {
    return Reader(node, context).read(line);
}

}  // namespace chapar::client
