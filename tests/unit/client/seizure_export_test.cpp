#include "client/cases/seizure_export.h"

#include <doctest/doctest.h>

#include <boost/json.hpp>

#include "client/cases/coarse_position.h"
#include "client/cases/csv.h"
#include "client/cases/ids_rows.h"
#include "client/cases/seizure_cells.h"
#include "schemas/base/time_text.h"
#include "tests/support/results.h"

namespace chapar::testing {
namespace {

namespace json = boost::json;
using client::IdsColumn;
using client::SeizureForm;
using schemas::Handling;

client::SeizureRecord record() {
    client::SeizureRecord out{{},
                              client::MessageWay::Received,
                              4,
                              {},
                              must(OfficeId::parse("TJ-NPJ-BLO")),
                              must(AgencyId::parse("TJ-DCA")),
                              {},
                              {},
                              "verified"};
    out.header.handling = Handling::H1;
    schemas::SeizureAlert& alert = out.alert;
    alert.place.country = "TJ";
    alert.place.description = "=cmd|' /C calc'!A0";
    alert.place.coordinates = schemas::Coordinates{371'912'345, 686'112'345, 50};
    alert.time = *parse_time("2026-11-20T05:40:10Z");
    alert.goods.resize(2);
    alert.goods[0].substance = {schemas::SubstanceList::Nd61, "heroin", "561-27-3", "", "", {}};
    alert.goods[0].quantity.thousandths = 12'450;
    alert.goods[1].substance = {schemas::SubstanceList::T1, "acetic anhydride", "", "", "", {}};
    alert.goods[1].quantity = {7, schemas::Unit::Ltr, {}, {}};
    alert.conveyance.mode = schemas::TransportMode::Road;
    alert.agency = "TJ-DCA";
    for (const char* country : {"AF", "TJ", "UZ", "RU"}) {
        alert.route.emplace_back();
        alert.route.back().country = country;
    }
    alert.persons.resize(1);
    alert.persons[0].names.push_back({"Иванов", schemas::Script::Cyrl, ""});
    alert.remarks.note = {"first line\nsecond; \"line\"", "en"};
    return out;
}

std::string exported(SeizureForm form, const client::SeizureRecord& record,
                     client::CsvLocale locale = client::CsvLocale::Points) {
    client::SeizureExport out(form, locale);
    out.add(record);
    return out.finish();
}

std::vector<client::CsvRow> rows_of(const std::string& csv) {
    client::CsvReader reader;
    reader.give(csv);
    reader.end();
    std::vector<client::CsvRow> rows;
    for (;;) {
        const auto next = reader.next();
        if (const auto* row = std::get_if<client::CsvRow>(&next)) {
            CHECK_FALSE(row->problem);
            rows.push_back(*row);
            continue;
        }
        CHECK(std::holds_alternative<client::CsvEnd>(next));
        return rows;
    }
}

std::string cell(const client::CsvRow& row, IdsColumn column) {
    return row.cells.at(static_cast<std::size_t>(column));
}

std::string text(const client::SeizureRecord& record, IdsColumn column, std::size_t goods = 0) {
    return client::seizure_row(record, goods).at(static_cast<std::size_t>(column)).text;
}

}  // namespace

TEST_CASE(
    "a table has UNODC's columns first, a row for each of the goods, and reads back as it was") {
    const auto rows = rows_of(exported(SeizureForm::Csv, record()));
    REQUIRE(rows.size() == 3);
    CHECK(rows[0].cells.front() == "Seizure Date");
    CHECK(rows[0].cells.at(client::kIdsProfileColumns) == "Time");
    CHECK(cell(rows[1], IdsColumn::Substance) == "heroin");
    CHECK(cell(rows[2], IdsColumn::Substance) == "acetic anhydride");
    CHECK(cell(rows[1], IdsColumn::Reference) == cell(rows[2], IdsColumn::Reference));
    CHECK(cell(rows[1], IdsColumn::Country) == "Tajikistan");
    CHECK(cell(rows[1], IdsColumn::Iso3) == "TJK");
    CHECK(cell(rows[1], IdsColumn::SeizureDate) == "2026-11-20");
    CHECK(cell(rows[1], IdsColumn::Time) == "05:40:10");
    CHECK(cell(rows[1], IdsColumn::TransitCountries) == "TJ|UZ");
    CHECK(cell(rows[1], IdsColumn::Note) == record().alert.remarks.note.text);
    CHECK(cell(rows[1], IdsColumn::Precursor) == "no");
    CHECK(cell(rows[2], IdsColumn::Precursor) == "yes");
}

// Fails if texts are written unguarded.
TEST_CASE("no cell of an export begins a formula, and a reader of ours gets the text back") {
    for (const auto locale : {client::CsvLocale::Points, client::CsvLocale::Commas}) {
        const auto rows = rows_of(exported(SeizureForm::Csv, record(), locale));
        for (const client::CsvRow& row : rows) {
            for (const std::string& one : row.cells) {
                CHECK_FALSE(
                    (!one.empty() && std::string("=+@\t\r").find(one[0]) != std::string::npos));
            }
        }
        CHECK(client::unguarded(cell(rows[1], IdsColumn::City)) == "=cmd|' /C calc'!A0");
    }
}

// Fails if kilograms replace what was reported, or are made of litres.
TEST_CASE(
    "kilograms stand beside the reported quantity and its unit, exactly, and only of masses") {
    auto one = record();
    CHECK(text(one, IdsColumn::Quantity) == "12.450");
    CHECK(text(one, IdsColumn::Unit) == "KGM");
    CHECK(text(one, IdsColumn::Kilograms) == "12.450");
    CHECK(text(one, IdsColumn::Quantity, 1) == "0.007");
    CHECK(text(one, IdsColumn::Unit, 1) == "LTR");
    CHECK(text(one, IdsColumn::Kilograms, 1).empty());
    one.alert.goods[1].quantity = {999'999'999'999, schemas::Unit::Grm, {}, {}};
    CHECK(text(one, IdsColumn::Quantity, 1) == "999999999.999");
    CHECK(text(one, IdsColumn::Kilograms, 1) == "999999.999999");
}

TEST_CASE("a day without an hour keeps the day, and the offset at which its noon was") {
    auto one = record();
    one.alert.day_only = true;
    one.alert.time = *parse_time("2026-11-20T07:00:00Z");
    CHECK(text(one, IdsColumn::SeizureDate) == "2026-11-20");
    CHECK(text(one, IdsColumn::Time).empty());
    CHECK(text(one, IdsColumn::UtcOffset) == "+05:00");
    one.alert.time = *parse_time("2026-11-20T18:30:00Z");
    CHECK(text(one, IdsColumn::UtcOffset) == "-06:30");
}

// All that has a column. Fails if one of them is written where, or as, the reader does not look
// for it.
TEST_CASE("a table that was exported is read back to the same alerts, in either locale") {
    auto one = record();
    one.header.handling = Handling::H0;
    one.header.case_id.bytes.back() = std::byte{1};
    schemas::SeizureAlert& alert = one.alert;
    alert.persons.clear();
    alert.place.subdivision = "TJ-KT";
    alert.place.office = "TJ-NPJ-BLO";
    alert.place_type = schemas::SeizurePlace::Road;
    alert.goods[0].substance.form = schemas::SubstanceForm::Brick;
    alert.goods[0].quantity.weighing = schemas::Weighing::Gross;
    alert.goods[0].quantity.measure = schemas::Measure::Weighed;
    alert.goods[0].purity = schemas::Purity{625, schemas::PurityMethod::Raman};
    alert.conveyance.plate = "01 A 777 BC";
    alert.conveyance.plate_country = "UZ";
    alert.conveyance.container = "CSQU3054383";
    alert.concealment = schemas::Concealment::VehicleTyre;
    alert.packaging = schemas::Packaging{11, "three crowns", "-a logo"};
    alert.detection = schemas::Detection::Dog;
    alert.arrests = 2;
    alert.wants_controlled_delivery = true;
    alert.remarks.evaluation = {schemas::SourceGrade::A, schemas::InformationGrade::One};
    alert.remarks.tlp = schemas::Tlp::Amber;
    schemas::SeizureAlert day = alert;
    day.day_only = true;
    day.time = *parse_time("2026-11-20T07:00:00Z");

    client::IdsOptions options;
    options.to = {must(OfficeId::parse("CARICC-OPS"))};
    options.now = *parse_time("2026-11-22T00:00:00Z");
    options.day_only = true;
    for (const auto locale : {client::CsvLocale::Points, client::CsvLocale::Commas}) {
        for (const schemas::SeizureAlert& written : {alert, day}) {
            one.alert = written;
            const auto read = read_ids(exported(SeizureForm::Csv, one, locale), options);
            CHECK(read.faults.empty());
            REQUIRE(read.rows.size() == 2);
            for (const client::RowNote& note : read.rows[0].notes) {
                MESSAGE(note.column << ": " << note.found << ": " << note.said);
            }
            REQUIRE(read.rows[0].message.has_value());
            CHECK(read.rows[1].joined_to == read.rows[0].row);
            const auto& back = std::get<schemas::SeizureAlert>(read.rows[0].message->draft.payload);
            CHECK(back == written);
            CHECK(read.rows[0].message->draft.options.handling == Handling::H0);
        }
    }
}

// Fails if a cell's corner stands for its centre, or a coarse position keeps its accuracy.
TEST_CASE("a position is as coarse as its handling code says, and never finer by repetition") {
    const schemas::Coordinates measured{371'912'345, -686'112'345, 50};
    CHECK(client::coarse(measured, Handling::H0) == measured);
    CHECK(client::coarse(measured, Handling::H1) ==
          schemas::Coordinates{371'500'000, -686'500'000, 8'000});
    CHECK(client::coarse(measured, Handling::H2) ==
          schemas::Coordinates{375'000'000, -685'000'000, 80'000});
    CHECK_FALSE(client::coarse(measured, Handling::H3));
    CHECK(client::coarse({0, 0, 90'000}, Handling::H1) ==
          schemas::Coordinates{500'000, 500'000, 90'000});
    CHECK(client::coarse({900'000'000, 1'800'000'000, 0}, Handling::H1) ==
          schemas::Coordinates{899'500'000, 1'799'500'000, 8'000});
    CHECK(client::coarse({-900'000'000, -1'800'000'000, 0}, Handling::H2) ==
          schemas::Coordinates{-895'000'000, -1'795'000'000, 80'000});
}

TEST_CASE("GeoJSON has a feature for each of the goods, numbers as numbers, and no persons") {
    auto one = record();
    const json::object all = json::parse(exported(SeizureForm::GeoJson, one)).as_object();
    CHECK(all.at("type") == "FeatureCollection");
    CHECK_FALSE(all.contains("crs"));
    const json::array& features = all.at("features").as_array();
    REQUIRE(features.size() == 2);
    const json::object& first = features[0].as_object();
    CHECK(first.at("geometry").at("coordinates").as_array()[0].as_double() == 68.65);
    CHECK(first.at("geometry").at("coordinates").as_array()[1].as_double() == 37.15);
    CHECK(first.at("properties").at("quantity_seized").as_double() == 12.45);
    CHECK(first.at("properties").at("drug_substance") == "heroin");
    CHECK(first.at("properties").at("accuracy_m").as_int64() == 8000);
    CHECK(features[1].at("id").as_string() != first.at("id").as_string());
    CHECK(exported(SeizureForm::GeoJson, one).find("Иванов") == std::string::npos);

    one.header.handling = Handling::H3;
    const auto hidden = json::parse(exported(SeizureForm::GeoJson, one));
    CHECK(hidden.at("features").as_array()[0].at("geometry").is_null());
    CHECK(exported(SeizureForm::GeoJson, one).find("37.19") == std::string::npos);

    one.header.handling = Handling::H0;
    one.alert.route[0].coordinates = schemas::Coordinates{360'000'000, 680'000'000, 0};
    CHECK(json::parse(exported(SeizureForm::GeoJson, one)).at("features").as_array().size() == 2);
    one.alert.route[2].coordinates = schemas::Coordinates{380'000'000, 690'000'000, 0};
    const auto routed = json::parse(exported(SeizureForm::GeoJson, one)).at("features").as_array();
    REQUIRE(routed.size() == 3);
    CHECK(routed[2].at("geometry").at("type") == "LineString");
    CHECK(routed[2].at("geometry").at("coordinates").as_array().size() == 2);
}

TEST_CASE("JSON lines have the alert in the form of its kind, coarsened, without persons") {
    const json::object line = json::parse(exported(SeizureForm::JsonLines, record())).as_object();
    CHECK(line.at("payload").at("goods").as_array().size() == 2);
    CHECK(line.at("payload").at("place").at("accuracy_m").as_int64() == 8000);
    CHECK_FALSE(line.at("payload").as_object().contains("persons"));
    CHECK(line.at("persons_left_out").as_int64() == 1);
    CHECK(line.at("kilograms").as_array()[0] == "12.450");
    CHECK(line.at("kilograms").as_array()[1].is_null());
}

TEST_CASE("nothing to export is a file of its form") {
    client::SeizureExport csv(SeizureForm::Csv, client::CsvLocale::Points);
    CHECK(rows_of(csv.finish()).size() == 1);
    client::SeizureExport map(SeizureForm::GeoJson, client::CsvLocale::Points);
    CHECK(json::parse(map.finish()).at("features").as_array().empty());
    client::SeizureExport lines(SeizureForm::JsonLines, client::CsvLocale::Points);
    CHECK(lines.finish().empty());
}

}  // namespace chapar::testing
