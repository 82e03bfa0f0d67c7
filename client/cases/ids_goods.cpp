#include <algorithm>
#include <array>

#include "client/cases/ids_fields.h"
#include "schemas/base/assert.h"
#include "schemas/base/shown.h"

namespace chapar::client {
namespace {

namespace json = boost::json;
using C = IdsColumn;

constexpr std::size_t kDecimals = 3;  // of a quantity: it is carried in thousandths

// The parts between `separators`, without blanks around them; none of them empty.
std::vector<std::string> parts_of(std::string_view text, std::string_view separators) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(separators), text.size());
        std::string part(text.substr(0, end));
        while (part.ends_with(' ')) part.pop_back();
        while (part.starts_with(' ')) part.erase(0, 1);
        if (!part.empty()) out.push_back(std::move(part));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

constexpr std::array<std::string_view, 8> kYes{"yes", "y", "true", "1", "да", "بله", "بلی", "+"};
constexpr std::array<std::string_view, 6> kNo{"no", "n", "false", "0", "нет", "خیر"};

}  // namespace

std::string moved_point(std::string_view number, int places) {
    const bool minus = number.starts_with('-');
    if (minus) number.remove_prefix(1);
    const auto point = std::min(number.find('.'), number.size());
    std::string digits(number.substr(0, point));
    if (point < number.size()) digits += number.substr(point + 1);
    auto at = static_cast<std::ptrdiff_t>(point) + places;
    if (at < 1) {
        digits.insert(0, static_cast<std::size_t>(1 - at), '0');
        at = 1;
    }
    if (at > static_cast<std::ptrdiff_t>(digits.size())) {
        digits.append(static_cast<std::size_t>(at) - digits.size(), '0');
    }
    std::string whole = digits.substr(0, static_cast<std::size_t>(at));
    const std::string decimals = digits.substr(static_cast<std::size_t>(at));
    whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
    return (minus ? "-" : "") + whole + (decimals.empty() ? "" : "." + decimals);
}

void IdsFields::read_substance(json::object& goods) {
    json::object substance;
    const std::string written = cell(C::Substance);
    if (written.empty()) return note(C::Substance, RowState::Wrong, "which substance it is");
    const schemas::CodeFile* const list = schemas::find_codes("substances");
    CHAPAR_ASSERT(list != nullptr);
    const WordMeaning& meaning = meanings_.of(*list, written);
    if (!meaning.choices.empty()) {
        return note(C::Substance, RowState::Choice,
                    "is it " + std::string(meaning.choices.front()) +
                        "? then write so; else name the substance");
    }
    if (meaning.code.empty()) {
        substance["name"] = written;
        note(C::Substance, RowState::Read, "not in the list of substances: sent as written");
    } else {
        substance["name"] = meaning.code;  // its list follows
        if (!meaning.form.empty()) substance["form"] = meaning.form;
    }
    put_code(substance, "list", C::SubstanceList, "substance-lists");
    put_code(substance, "form", C::Form, "substance-forms");
    put_text(substance, "cas", C::Cas);
    goods["substance"] = std::move(substance);
}

// The amount and its unit; the unit is the column's, or stands behind the number.
void IdsFields::read_unit(json::object& quantity, std::string number, std::string_view beside) {
    const schemas::CodeFile* const list = schemas::find_codes("units");
    CHAPAR_ASSERT(list != nullptr);
    const std::string word = cell(C::Unit);
    const WordMeaning& by_column = meanings_.of(*list, word);
    const WordMeaning& by_cell = meanings_.of(*list, std::string(beside));
    if (word.empty() && beside.empty()) {
        return note(C::Unit, RowState::Wrong, "a unit; " + list->allowed());
    }
    const bool both = !word.empty() && !beside.empty();
    if (both && (by_column.code != by_cell.code || by_column.shift != by_cell.shift)) {
        return note(C::Unit, RowState::Choice,
                    "the amount itself says " + shown(std::string(beside)) + ": which unit?");
    }
    const C column = word.empty() ? C::Quantity : C::Unit;
    const WordMeaning& meaning = word.empty() ? by_cell : by_column;
    if (meaning.code.empty()) {
        std::string said = "not known; allowed: " + list->allowed();
        if (!meaning.choices.empty()) {
            said = "which unit is meant? write";
            for (const std::string_view choice : meaning.choices) said += " " + std::string(choice);
        }
        return note(column, meaning.choices.empty() ? RowState::Wrong : RowState::Choice, said);
    }
    if (number.empty()) return;
    const std::string as_moved = moved_point(number, meaning.shift);
    std::string sent = as_moved;
    // Zeros beyond the thousandths say nothing that could be lost.
    const auto point = sent.find('.');
    while (point != std::string::npos && sent.size() - point - 1 > kDecimals &&
           sent.back() == '0') {
        sent.pop_back();
    }
    if (point != std::string::npos && sent.size() - point - 1 > kDecimals) {
        return note(C::Quantity, RowState::Choice,
                    sent + " " + std::string(meaning.code) +
                        " has more than three decimals, and nothing is rounded: write it in a "
                        "smaller unit, or with three");
    }
    if (meaning.shift != 0 || sent != as_moved) {
        note(C::Quantity, RowState::Read, "read as " + sent + " " + std::string(meaning.code));
    }
    quantity["value"] = sent;
    quantity["unit"] = meaning.code;
}

void IdsFields::read_quantity(json::object& goods) {
    json::object quantity;
    const std::string written = cell(C::Quantity);
    if (written.empty()) return note(C::Quantity, RowState::Wrong, "how much was seized");
    const AmountParts parts = amount_parts(written);
    read_unit(quantity, number_of(C::Quantity, parts.number), parts.unit);
    put_code(quantity, "weight", C::Weighing, "weighing");
    put_code(quantity, "measured", C::Measure, "measure");
    goods["quantity"] = std::move(quantity);
}

void IdsFields::read_purity(json::object& goods) {
    std::string written = cell(C::Purity);
    if (written.ends_with('%')) written.pop_back();
    if (written.empty()) {
        if (!cell(C::PurityMethod).empty()) note(C::Purity, RowState::Wrong, "how pure it is");
        return;
    }
    json::object purity;
    const std::string percent = number_of(C::Purity, written);
    if (!percent.empty()) purity["percent"] = percent;
    put_code(purity, "method", C::PurityMethod, "purity-methods");
    goods["purity"] = std::move(purity);
}

void IdsFields::read_conveyance(json::object& alert) {
    json::object conveyance;
    const std::string mode = cell(C::Mode);
    // Recommendation 19 writes the modes as digits, and lists count one more.
    const schemas::CodeFile* const list = schemas::find_codes("transport-modes");
    CHAPAR_ASSERT(list != nullptr);
    if (mode.size() == 1 && mode[0] >= '0' && mode[0] <= '9') {
        const auto* row = list->find(static_cast<std::uint64_t>(mode[0] - '0' + 1));
        if (row != nullptr) conveyance["mode"] = row->code;
    } else {
        put_code(conveyance, "mode", C::Mode, list->name);
    }
    if (mode.empty()) {
        conveyance["mode"] = "unspecified";
        if (table_.has(C::Mode)) note(C::Mode, RowState::Read, "read as unspecified");
    }
    put_text(conveyance, "plate", C::Plate);
    const std::string of_plate = cell(C::PlateCountry);
    if (!of_plate.empty()) {
        const std::string country = country_of(C::PlateCountry, of_plate);
        if (!country.empty()) conveyance["country"] = country;
    }
    put_text(conveyance, "container", C::Container);
    put_text(conveyance, "vessel", C::Vessel);
    put_text(conveyance, "imo", C::Imo);
    put_text(conveyance, "flight", C::Flight);
    alert["conveyance"] = std::move(conveyance);
}

void IdsFields::read_route(json::object& alert) {
    json::array route;
    const auto add = [&](C column, const std::string& word) {
        const std::string country = country_of(column, word);
        if (!country.empty()) route.emplace_back(json::object{{"country", country}});
    };
    for (const C column : {C::DepartureCountry, C::TransitCountries, C::DestinationCountry}) {
        const std::string written = cell(column);
        if (written.empty()) continue;
        if (column == C::TransitCountries) {
            for (const std::string& word : parts_of(written, "|;\n")) add(column, word);
        } else {
            add(column, written);
        }
    }
    if (!route.empty()) alert["route"] = std::move(route);
}

void IdsFields::read_others(json::object& alert) {
    const std::string agency = cell(C::Agency);
    if (!agency.empty() || !options_.agency.empty()) {
        alert["agency"] = agency.empty() ? options_.agency : agency;
    } else {
        note(C::Agency, RowState::Choice,
             "who seized it? fill in the column Agency, or say --agency");
    }
    put_code(alert, "concealment", C::Concealment, "concealment");
    put_code(alert, "detection", C::Detection, "detection");
    json::object packaging;
    put_count(packaging, "packages", C::Packages);
    put_text(packaging, "marks", C::Marks);
    put_text(packaging, "logo", C::Logo);
    if (!packaging.empty()) alert["packaging"] = std::move(packaging);
    put_count(alert, "arrests", C::Arrests);
    const std::string wanted = folded(cell(C::WantsControlledDelivery));
    if (std::ranges::find(kYes, wanted) != kYes.end()) {
        alert["wants_controlled_delivery"] = true;
    } else if (!wanted.empty() && std::ranges::find(kNo, wanted) == kNo.end()) {
        note(C::WantsControlledDelivery, RowState::Wrong, "allowed: yes or no");
    }
}

void IdsFields::read_remarks(json::object& alert) {
    json::object evaluation;
    put_code(evaluation, "source", C::SourceGrade, "source-grades");
    put_code(evaluation, "information", C::InformationGrade, "information-grades");
    if (!evaluation.empty()) alert["evaluation"] = std::move(evaluation);
    put_code(alert, "tlp", C::Tlp, "tlp");
    const std::string source = cell(C::Source);
    const std::string written = cell(C::Note);
    std::string text = source.empty() ? "" : "Source: " + source;
    for (const char c : (text.empty() || written.empty() ? "" : "\n") + written) {
        if (c != '\r') text += c;
    }
    if (text.empty()) return;
    std::string language = code_of(C::NoteLanguage, "languages");
    // The profile is written in English; whose language a note of ours has, nobody but its author
    // knows.
    if (language.empty() && written.empty()) language = "en";
    if (language.empty() && cell(C::NoteLanguage).empty()) {
        return note(C::NoteLanguage, RowState::Choice, "the language of the note: en, ru, fa ..");
    }
    alert["text"] = json::object{{"language", language}, {"text", text}};
}

void IdsFields::read_around(json::object& alert) {
    put_text(alert, "case", C::Case);
    put_code(alert, "classification", C::Classification, "classifications");
    put_code(alert, "handling", C::Handling, "handling");
}

}  // namespace chapar::client
