#include "client/cases/ids_fields.h"

#include <algorithm>
#include <charconv>

#include "client/cases/ids_time.h"
#include "schemas/base/assert.h"
#include "schemas/base/shown.h"
#include "schemas/base/time_text.h"

namespace chapar::client {
namespace {

namespace json = boost::json;
using C = IdsColumn;

const schemas::CodeFile& list_named(std::string_view name) {
    const schemas::CodeFile* const list = schemas::find_codes(name);
    CHAPAR_ASSERT(list != nullptr);  // every list that is named here is built in
    return *list;
}

std::string one_of(const WordMeaning& meaning) {
    std::string out = "which one? write";
    for (std::size_t i = 0; i < meaning.choices.size(); ++i) {
        out += (i == 0 ? " " : " or ") + std::string(meaning.choices[i]);
    }
    return out;
}

std::string allowed_of(const schemas::CodeFile& list) {
    return "not known; allowed: " + list.allowed() + ", or its words in English or Russian";
}

std::string_view sentence_of(NumberFault fault) {
    switch (fault) {
        case NumberFault::Empty:
            return "no number";
        case NumberFault::Exponent:
            return "a spreadsheet has rounded it: write all digits";
        case NumberFault::Form:
            return "not a number";
        case NumberFault::TooLong:
            return "more digits than a number may have";
    }
    return "not a number";
}

std::string said_of(const When& when, const IdsOptions& options) {
    switch (when.fault) {
        case WhenFault::DateOrder:
            return "two readings: " +
                   schemas::date_text(
                       {when.date.date.year, when.date.date.month, when.date.date.day}) +
                   " or " +
                   schemas::date_text({when.date.month_first->year, when.date.month_first->month,
                                       when.date.month_first->day}) +
                   "; say --dates day-first or month-first";
        case WhenFault::NotWhole:
            return "the day is missing: a month or a year is not sent";
        case WhenFault::Clock:
            return "not a time of day; allowed: 05:40";
        case WhenFault::TwoClocks:
            return "a time stands in the date's cell, another in its own: remove one";
        case WhenFault::Offset:
            return "not an offset; allowed: +05:00 or Z";
        case WhenFault::NoHour:
            return "no time of day: fill in the column Time, or say --day-only";
        case WhenFault::NoZone:
            return "of which zone? fill in the column UTC Offset, or say --zone +05:00";
        case WhenFault::OutOfBounds:
            return "allowed: from 1990-01-01 to now, " + time_text(options.now);
        case WhenFault::Date:
        case WhenFault::None:
            break;
    }
    if (when.date.fault == schemas::DateFault::TwoYears) return "write the year with four digits";
    if (when.date.fault == schemas::DateFault::Day) return "there is no such day";
    if (when.date.fault == schemas::DateFault::Year) return "the year is of no calendar read here";
    return "not a date; allowed: 2026-03-07, 07.03.2026, 1404/12/16";
}

C column_of(WhenFault fault) {
    if (fault == WhenFault::Clock || fault == WhenFault::TwoClocks || fault == WhenFault::NoHour) {
        return C::Time;
    }
    return fault == WhenFault::Offset || fault == WhenFault::NoZone ? C::UtcOffset : C::SeizureDate;
}

}  // namespace

const WordMeaning& IdsMeanings::of(const schemas::CodeFile& list, const std::string& word) {
    const auto found = known_.find(std::pair(list.name, word));
    if (found != known_.end()) return found->second;
    return known_.emplace(std::pair(list.name, word), meaning_of(list, word)).first->second;
}

void IdsFields::note(IdsColumn column, RowState state, std::string said) {
    constexpr std::size_t kShown = 200;
    std::string found = cell(column);
    if (found.size() > kShown) found = found.substr(0, kShown) + "..";
    verdict_.notes.push_back({table_.header(column), shown(found), std::move(said)});
    verdict_.state = std::max(verdict_.state, state);
}

void IdsFields::put_text(json::object& to, std::string_view name, IdsColumn column) const {
    const std::string text = cell(column);
    if (!text.empty()) to[name] = text;
}

std::string IdsFields::code_of(IdsColumn column, std::string_view list) {
    const std::string word = cell(column);
    if (word.empty()) return {};
    const schemas::CodeFile& codes = list_named(list);
    const WordMeaning& meaning = meanings_.of(codes, word);
    if (!meaning.code.empty()) return std::string(meaning.code);
    note(column, meaning.choices.empty() ? RowState::Wrong : RowState::Choice,
         meaning.choices.empty() ? allowed_of(codes) : one_of(meaning));
    return {};
}

void IdsFields::put_code(json::object& to, std::string_view name, IdsColumn column,
                         std::string_view list) {
    const std::string code = code_of(column, list);
    if (!code.empty()) to[name] = code;
}

std::string IdsFields::number_of(IdsColumn column, std::string_view written) {
    const WrittenNumber read = read_number(written, table_.decimal);
    if (read.fault) {
        note(column, RowState::Wrong, std::string(sentence_of(*read.fault)));
        return {};
    }
    if (read.with_comma) {
        note(column, RowState::Choice,
             "two readings: " + read.value->text() + " or " + read.with_comma->text() +
                 "; say --decimal point or comma");
        return {};
    }
    return read.value->text();
}

void IdsFields::put_count(json::object& to, std::string_view name, IdsColumn column) {
    const std::string written = cell(column);
    if (written.empty()) return;
    const std::string text = number_of(column, written);
    if (text.empty()) return;
    std::uint32_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || end != text.data() + text.size()) {
        return note(column, RowState::Wrong, "allowed: a whole number");
    }
    to[name] = count;
}

void IdsFields::read_when(json::object& alert) {
    const std::string date = cell(C::SeizureDate);
    const std::string clock = cell(C::Time);
    const std::string offset = cell(C::UtcOffset);
    if (date.empty()) return note(C::SeizureDate, RowState::Wrong, "the day of the seizure");
    const When when = client::read_when(
        {date, clock, offset},
        {{table_.dates, schemas::YearsOf::Either}, options_.zone, options_.day_only, options_.now});
    if (when.fault != WhenFault::None) {
        const bool choice = when.fault == WhenFault::DateOrder || when.fault == WhenFault::NoHour ||
                            when.fault == WhenFault::NoZone || when.fault == WhenFault::NotWhole ||
                            when.fault == WhenFault::TwoClocks;
        return note(column_of(when.fault), choice ? RowState::Choice : RowState::Wrong,
                    said_of(when, options_));
    }
    alert["time"] = time_text(when.time);
    if (when.day_only) alert["day_only"] = true;
    if (when.other_calendar) {
        note(C::SeizureDate, RowState::Read, "read as " + time_text(when.time));
    }
}

std::string IdsFields::country_of(IdsColumn column, const std::string& word) {
    const schemas::CodeFile& countries = list_named("countries");
    if (word.size() == 3) {
        std::string wanted = folded(word);
        for (char& c : wanted) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        for (const schemas::CodeRow& row : countries.rows) {
            if (countries.cell(row, "alpha3") == wanted) return std::string(row.code);
        }
    }
    const WordMeaning& meaning = meanings_.of(countries, word);
    if (meaning.code.empty()) {
        note(column, RowState::Wrong,
             "not known; allowed: a country by its code of two or three letters, or by its name in "
             "English or Russian");
    }
    return std::string(meaning.code);
}

void IdsFields::read_country(json::object& place) {
    const std::string name = cell(C::Country);
    const std::string code = cell(C::Iso3);
    const std::string by_name = name.empty() ? "" : country_of(C::Country, name);
    const std::string by_code = code.empty() ? "" : country_of(C::Iso3, code);
    if (!by_name.empty() && !by_code.empty() && by_name != by_code) {
        return note(C::Iso3, RowState::Choice,
                    "another country than " + table_.header(C::Country) + " says: " + by_name +
                        " or " + by_code + "?");
    }
    const std::string country = by_name.empty() ? by_code : by_name;
    if (!country.empty()) place["country"] = country;
    if (name.empty() && code.empty()) {
        note(C::Country, RowState::Wrong, "where it was seized: the country");
    }
}

void IdsFields::read_coordinate(json::object& place, std::string_view name, IdsColumn column) {
    const std::string written = cell(column);
    if (written.empty()) return;
    const std::string text = number_of(column, written);
    if (text.empty()) return;
    double degrees = 0;
    std::from_chars(text.data(), text.data() + text.size(), degrees);
    place[name] = degrees;
}

void IdsFields::read_place(json::object& alert) {
    json::object place;
    read_country(place);
    const std::string region = cell(C::AdministrativeRegion);
    const std::string city = cell(C::City);
    std::string name = city;
    if (!region.empty() && region != city) name += (name.empty() ? "" : ", ") + region;
    if (!name.empty()) place["name"] = name;
    put_text(place, "subdivision", C::Subdivision);
    if (!place.contains("subdivision") && place.contains("country") && !region.empty()) {
        const WordMeaning& meaning = meanings_.of(list_named("subdivisions"), region);
        if (meaning.code.starts_with(std::string(place.at("country").as_string()) + "-")) {
            place["subdivision"] = meaning.code;
        }
    }
    put_text(place, "locode", C::Locode);
    put_text(place, "office", C::Office);
    read_coordinate(place, "latitude", C::Latitude);
    read_coordinate(place, "longitude", C::Longitude);
    put_count(place, "accuracy_m", C::Accuracy);
    alert["place"] = std::move(place);
    put_code(alert, "place_type", C::Location, "seizure-places");
}

json::object IdsFields::read() {
    json::object alert;
    read_place(alert);
    read_when(alert);
    json::object goods;
    read_substance(goods);
    read_quantity(goods);
    read_purity(goods);
    alert["goods"] = json::array{std::move(goods)};
    read_conveyance(alert);
    read_route(alert);
    read_others(alert);
    read_remarks(alert);
    read_around(alert);
    return alert;
}

}  // namespace chapar::client
