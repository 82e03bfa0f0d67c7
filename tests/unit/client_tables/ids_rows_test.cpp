#include "client/cases/ids_rows.h"

#include <doctest/doctest.h>

#include "client/cases/message_json.h"
#include "schemas/base/time_text.h"

namespace chapar::testing {
namespace {

using namespace client;

const std::string kHeader =
    "Seizure Date,Time,Country,City,Substance,Quantity,Unit,Mode,Agency,Reference\n";
const std::string kRow = "2026-03-07,05:40,TJ,Nizhny Pyanj,Heroin,12.45,kg,Car,TJ-DCA,\n";

IdsOptions options() {
    IdsOptions out;
    out.zone = 300;
    out.to = {OfficeId::parse("CARICC-OPS").value()};
    out.now = parse_time("2026-11-22T00:00:00Z").value();
    return out;
}
IdsReading read(const std::string& text, const IdsOptions& given = options()) {
    return read_ids(text, given);
}
RowVerdict one(const std::string& text, const IdsOptions& given = options()) {
    const IdsReading reading = read(text, given);
    REQUIRE(reading.faults.empty());
    REQUIRE(reading.rows.size() == 1);
    return reading.rows.front();
}
const schemas::SeizureAlert& alert_of(const RowVerdict& verdict) {
    REQUIRE(verdict.message.has_value());
    return std::get<schemas::SeizureAlert>(verdict.message->draft.payload);
}
// "Quantity: "-3": allowed .." of the first note.
std::string note_of(const RowVerdict& verdict) {
    if (verdict.notes.empty()) return "";
    const RowNote& note = verdict.notes.front();
    return note.column + ": " + note.found + ": " + note.said;
}
// A row of `kHeader` with one cell replaced.
std::string row_with(std::size_t column, const std::string& cell) {
    std::vector<std::string> cells{"2026-03-07", "05:40", "TJ",  "Nizhny Pyanj", "Heroin",
                                   "12.45",      "kg",    "Car", "TJ-DCA",       ""};
    cells[column] = cell;
    std::string out;
    for (const std::string& each : cells) out += (out.empty() ? "\"" : ",\"") + each + "\"";
    return kHeader + out + "\n";
}

}  // namespace

TEST_CASE("a row becomes an alert with all that its cells say") {
    const RowVerdict verdict = one(kHeader + kRow);
    CHECK(verdict.state == RowState::Ready);
    CHECK(verdict.row == 2);
    CHECK(verdict.notes.empty());
    const schemas::SeizureAlert& alert = alert_of(verdict);
    CHECK(time_text(alert.time) == "2026-03-07T00:40:00Z");
    CHECK(alert.place.country == "TJ");
    CHECK(alert.place.description == "Nizhny Pyanj");
    CHECK(alert.goods.front().substance.name == "heroin");
    CHECK(alert.goods.front().substance.list == schemas::SubstanceList::Nd61);
    CHECK(alert.goods.front().quantity.thousandths == 12'450);
    CHECK(alert.goods.front().quantity.unit == schemas::Unit::Kgm);
    CHECK(alert.conveyance.mode == schemas::TransportMode::Road);
    CHECK(alert.agency == "TJ-DCA");
    CHECK(verdict.message->draft.options.to.front().text() == "CARICC-OPS");
}

TEST_CASE("the public profile's own words and two columns for one country are read") {
    const std::string text =
        "Seizure Date;Country/Territory of Seizure;ISO3;Subregion;Region;Drug/Substance;"
        "Quantity Seized;Measurement Unit;City;Administrative Region;Physical Seizure Location;"
        "Trafficking Mode of Transportation;Source;Reporting Channel\n"
        "2026-03-07;Tajikistan;TJK;Central Asia;Asia;Cocaine hydrochloride;24,6;kg;Khorog;"
        "TJ-GB;Road/ Street/highway;Truck/lorry/van;Country reply;IDS\n";
    IdsOptions given = options();
    given.day_only = true;
    given.agency = "TJ-DCA";
    const RowVerdict verdict = one(text, given);
    CHECK(note_of(verdict).empty());
    const schemas::SeizureAlert& alert = alert_of(verdict);
    CHECK(alert.day_only);
    CHECK(time_text(alert.time) == "2026-03-07T07:00:00Z");
    CHECK(alert.place_type == schemas::SeizurePlace::Road);
    CHECK(alert.place.description == "Khorog, TJ-GB");
    CHECK(alert.place.subdivision == "TJ-GB");
    CHECK(alert.goods.front().substance.form == schemas::SubstanceForm::Powder);
    CHECK(alert.goods.front().quantity.thousandths == 24'600);
    CHECK(alert.remarks.note.text == "Source: Country reply");
    CHECK(alert.remarks.note.language == "en");
}

// Fails if a reading is chosen where a cell has two and nothing else says which.
TEST_CASE("a cell with two readings is a choice that shows both") {
    CHECK(note_of(one(row_with(5, "12,450"))) ==
          "Quantity: 12,450: two readings: 12450 or 12.450; say --decimal point or comma");
    CHECK(note_of(one(row_with(0, "03/04/2026"))) ==
          "Seizure Date: 03/04/2026: two readings: 2026-04-03 or 2026-03-04; say --dates day-first "
          "or month-first");
    CHECK(note_of(one(row_with(7, "Train/Bus"))) ==
          "Mode: Train/Bus: which one? write rail or road");
    IdsOptions given = options();
    given.decimal = DecimalMark::Comma;
    CHECK(alert_of(one(row_with(5, "12,450"), given)).goods.front().quantity.thousandths == 12'450);
}

TEST_CASE("what is wrong is told with its column, what was found and what is allowed") {
    const RowVerdict verdict = one(row_with(6, "barrels"));
    CHECK(verdict.state == RowState::Wrong);
    CHECK(note_of(verdict).starts_with("Unit: barrels: not known; allowed: a code of units: KGM"));
    CHECK_FALSE(verdict.message.has_value());
    CHECK(one(row_with(2, "Atlantis")).state == RowState::Wrong);
    CHECK(one(row_with(0, "")).state == RowState::Wrong);
    CHECK(one(row_with(5, "")).state == RowState::Wrong);
    CHECK(note_of(one(row_with(5, "1E+05"))) ==
          "Quantity: 1E+05: a spreadsheet has rounded it: write all digits");
}

// Fails if the rules of the kind are not asked, or their pointer is not turned into the column.
TEST_CASE("the kind's own rules stand beside the cell that broke them") {
    const RowVerdict none = one(row_with(5, "0"));
    CHECK(none.state == RowState::Wrong);
    CHECK(none.notes.front().column == "Quantity");
    CHECK(none.notes.front().found == "0");
    const RowVerdict line = one(row_with(3, "two\nlines"));
    CHECK(line.state == RowState::Wrong);
    CHECK(line.notes.front().column == "City");
}

TEST_CASE("milligrams are read in grams and told, and nothing is rounded") {
    CHECK(one(row_with(5, "250 mg")).state == RowState::Choice);  // the column says kg
    std::string text = row_with(6, "mg");
    const auto at = text.find("12.45");
    text.replace(at, 5, "250");
    const RowVerdict verdict = one(text);
    CHECK(verdict.state == RowState::Read);
    CHECK(note_of(verdict) == "Quantity: 250: read as 0.250 GRM");
    CHECK(alert_of(verdict).goods.front().quantity.thousandths == 250);
    text.replace(at, 3, "0.5");
    CHECK(one(text).state == RowState::Choice);
}

TEST_CASE("a substance that is in no list is sent as it was written, and told") {
    const RowVerdict verdict = one(row_with(4, "Blue powder"));
    CHECK(verdict.state == RowState::Read);
    CHECK(alert_of(verdict).goods.front().substance.name == "Blue powder");
    CHECK(alert_of(verdict).goods.front().substance.list == schemas::SubstanceList::Other);
}

TEST_CASE("country and code that name two countries are a choice") {
    const std::string text =
        "Date,Time,Country,ISO3,Substance,Quantity,Unit,Mode,Agency\n"
        "2026-03-07,05:40,Tajikistan,UZB,heroin,1,kg,road,TJ-DCA\n";
    CHECK(note_of(one(text)) == "ISO3: UZB: another country than Country says: TJ or UZ?");
}

TEST_CASE("who seized, who is told and which hour are asked for where nothing says them") {
    IdsOptions given = options();
    given.to.clear();
    const RowVerdict verdict =
        one("Date,Country,Substance,Quantity,Unit\n2026-03-07,TJ,heroin,1,kg\n", given);
    CHECK(verdict.state == RowState::Choice);
    REQUIRE(verdict.notes.size() == 3);
    CHECK(verdict.notes[0].column == "Time");
    CHECK(verdict.notes[1].column == "Agency");
    CHECK(verdict.notes[2].column == "To");
}

// Fails if rows are joined by likeness, or joined though they differ.
TEST_CASE("rows of one reference make one alert if they differ in their goods only") {
    const std::string head = "2026-03-07,05:40,TJ,Khorog,";
    const std::string tail = ",Car,TJ-DCA,";
    const auto joined = read(kHeader + head + "heroin,1,kg" + tail + "14-1\n" + head +
                             "opium,2,kg" + tail + "14-1\n");
    REQUIRE(joined.rows.size() == 2);
    CHECK(alert_of(joined.rows[0]).goods.size() == 2);
    CHECK(joined.rows[1].joined_to == 2);
    CHECK_FALSE(joined.rows[1].message.has_value());

    const auto apart =
        read(kHeader + head + "heroin,1,kg" + tail + "\n" + head + "opium,2,kg" + tail + "\n");
    CHECK(apart.rows[0].message.has_value());
    CHECK(apart.rows[1].message.has_value());

    const auto differ = read(kHeader + head + "heroin,1,kg" + tail + "14-1\n" +
                             "2026-03-08,05:40,TJ,Khorog,opium,2,kg" + tail + "14-1\n");
    CHECK(differ.rows[0].state == RowState::Ready);
    CHECK(differ.rows[1].state == RowState::Choice);

    // What is wrong with the goods of the second row stands beside it, and holds back the first.
    const auto wrong = read(kHeader + head + "heroin,1,kg" + tail + "14-1\n" + head + "opium,0,kg" +
                            tail + "14-1\n");
    CHECK(wrong.rows[0].state == RowState::Choice);
    CHECK(wrong.rows[1].state == RowState::Wrong);
    CHECK(wrong.rows[1].notes.front().column == "Quantity");
}

// Fails if a row in another's alert stays ready when that alert is not sent: it is in the sum of
// what goes, and nobody gets it.
TEST_CASE("a row in the alert of another is undecided whenever that one is") {
    const std::string head = "2026-03-07,05:40,TJ,Khorog,";
    const std::string tail = ",Car,TJ-DCA,";
    const auto states = [&](const std::string& first, const std::string& second,
                            const std::string& third) {
        const auto reading = read(kHeader + head + first + tail + "14-1\n" + head + second + tail +
                                  "14-1\n" + head + third + tail + "14-1\n");
        std::vector<RowState> out;
        for (const RowVerdict& verdict : reading.rows) {
            CHECK(verdict.notes.empty() == (verdict.state == RowState::Ready));
            out.push_back(verdict.state);
        }
        return out;
    };
    using enum RowState;
    CHECK(states("heroin,1,kg", "opium,2,kg", "cocaine,3,kg") == std::vector{Ready, Ready, Ready});
    CHECK(states("heroin,0,kg", "opium,2,kg", "cocaine,3,kg") ==
          std::vector{Wrong, Choice, Choice});
    CHECK(states("heroin,1,kg", "opium,2,kg", "cocaine,0,kg") ==
          std::vector{Choice, Choice, Wrong});
    // What cannot be read at all, sooner than what is no amount.
    CHECK(states("heroin,1,kg", "opium,2,kg", "cocaine,3,barrel") ==
          std::vector{Choice, Choice, Wrong});
    CHECK(states("heroin,1,kg", "opium,2,barrel", "cocaine,3,kg") ==
          std::vector{Choice, Wrong, Choice});
}

// Fails if a row that says something is counted as one that says nothing, without a word.
TEST_CASE("a row with text in columns that are not sent only is passed over and told") {
    const std::string header = "Date,Time,Country,Substance,Quantity,Unit,Mode,Agency,Region\n";
    const auto reading = read(header + ",,,,,,,,Asia\n-,,,,,,,,\n ,,,,,,,,\n");
    REQUIRE(reading.rows.size() == 3);
    for (const RowVerdict& verdict : reading.rows) CHECK(verdict.state == RowState::Blank);
    for (const std::size_t told : {0U, 1U}) {
        REQUIRE(reading.rows[told].notes.size() == 1);
        CHECK(reading.rows[told].notes.front().said.starts_with("passed over"));
    }
    CHECK(reading.rows[2].notes.empty());
}

// Fails if two equal rows are sent twice without anyone's word.
TEST_CASE("two rows that say the same are a choice, unless each has its reference") {
    const auto twins = read(kHeader + kRow + kRow);
    CHECK(twins.rows[0].state == RowState::Ready);
    CHECK(twins.rows[1].state == RowState::Choice);
    CHECK(twins.rows[1].notes.front().said.starts_with("says the same as row 2"));
    const std::string base = kRow.substr(0, kRow.size() - 1);
    const auto named = read(kHeader + base + "1\n" + base + "2\n");
    CHECK(named.rows[0].state == RowState::Ready);
    CHECK(named.rows[1].state == RowState::Ready);
}

// Fails if the content depends on how a row is written.
TEST_CASE("a row says the same however it is written, and something else when a cell changes") {
    const std::string content = one(kHeader + kRow).content;
    std::string other = kHeader + kRow;
    for (char& c : other) c = c == ',' ? ';' : c;
    CHECK(one(other).content == content);
    CHECK(one(row_with(0, "07.03.2026")).content == content);
    CHECK(one(row_with(6, "кг")).content == content);
    IdsOptions given = options();
    given.to = {OfficeId::parse("KZ-ALA-BLO").value()};
    CHECK(one(kHeader + kRow, given).content == content);
    CHECK(one(row_with(5, "12.46")).content != content);
}

TEST_CASE("blank rows and rows of another width have a verdict of their own") {
    const auto reading = read(kHeader + ",,,,,,,,,\n1,2,3\n" + kRow);
    REQUIRE(reading.rows.size() == 3);
    CHECK(reading.rows[0].state == RowState::Blank);
    CHECK(reading.rows[1].state == RowState::Wrong);
    CHECK(reading.rows[1].notes.front().said.find("row 3") != std::string::npos);
    CHECK(reading.rows[2].state == RowState::Ready);
}

TEST_CASE("check digits that fail are told and sent as written") {
    const std::string text =
        "Date,Time,Country,Substance,Quantity,Unit,Mode,Agency,Container\n"
        "2026-03-07,05:40,TJ,heroin,1,kg,sea,TJ-DCA,CSQU3054384\n";
    const RowVerdict verdict = one(text);
    CHECK(verdict.state == RowState::Read);
    CHECK(verdict.notes.front().column == "Container");
    CHECK(alert_of(verdict).conveyance.container == "CSQU3054384");
}

TEST_CASE("all of our own columns are read") {
    const std::string text =
        "Date;Time;UTC Offset;Country;Subdivision;Substance;Quantity;Unit;Mode;Agency;Latitude;"
        "Longitude;Accuracy (m);CAS;Form;Gross/Net;Weighed/Estimated;Purity (%);Purity Method;"
        "Concealment;Detection;Plate;Plate Country;Departure Country;Transit Countries;"
        "Destination Country;Packages;Marks;Logo;Arrests;Wants Controlled Delivery;Source Grade;"
        "Information Grade;TLP;Note;Note Language;To;Case;Classification;Handling\n"
        "1404/12/16;5:40;+05:00;Таджикистан;TJ-KT;Героин;24,6 кг;;Автомобильный;TJ-DCA;37,19;"
        "68,61;500;561-27-3;brick;брутто;weighed;62,5;raman;Топливный бак;dog;01 A 777 BC;UZ;AF;"
        "TJ|UZ;RU;11;three crowns;scorpion;2;да;A;1;AMBER;\"найдено\r\nв баке\";ru;"
        "KZ-ALA-BLO CARICC-OPS;00112233445566778899aabbccddeeff;CONFIDENTIAL;H2\n";
    const RowVerdict verdict = one(text);
    REQUIRE(verdict.notes.size() == 1);  // the calendar
    CHECK(verdict.notes.front().said == "read as 2026-03-07T00:40:00Z");
    const schemas::SeizureAlert& alert = alert_of(verdict);
    CHECK(alert.place.coordinates->latitude_e7 == 371'900'000);
    CHECK(alert.goods.front().purity->per_mille == 625);
    CHECK(alert.goods.front().quantity.weighing == schemas::Weighing::Gross);
    CHECK(alert.concealment == schemas::Concealment::VehicleFuelTank);
    CHECK(alert.route.size() == 4);
    CHECK(alert.packaging->packages == 11);
    CHECK(alert.arrests == 2);
    CHECK(alert.wants_controlled_delivery);
    CHECK(alert.remarks.note.text == "найдено\nв баке");
    const EnvelopeOptions& around = verdict.message->draft.options;
    CHECK(around.to.size() == 2);
    CHECK(around.classification == schemas::Classification::Confidential);
    CHECK(around.handling == schemas::Handling::H2);
}

}  // namespace chapar::testing
