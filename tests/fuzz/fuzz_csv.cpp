// Tables: what a reader says of bytes that come one by one is what it says of all at once, and
// every row of a table of seizures has one verdict, with a reason wherever it is not sent.
#include <algorithm>

#include "client/cases/ids_rows.h"
#include "client/cases/written_number.h"
#include "schemas/base/time_text.h"
#include "tests/fuzz/fuzz_checks.h"
#include "tests/fuzz/fuzz_target.h"

using namespace chapar;
using namespace chapar::testing;

namespace {

struct Seen {
    std::vector<client::CsvRow> rows;
    std::optional<client::CsvProblem> end;
};

// Takes what there is; false when the end was reached.
bool take(client::CsvReader& reader, Seen& seen) {
    for (;;) {
        client::CsvNext next = reader.next();
        if (auto* row = std::get_if<client::CsvRow>(&next)) {
            seen.rows.push_back(std::move(*row));
            continue;
        }
        if (std::holds_alternative<client::CsvNeedsBytes>(next)) return true;
        if (const auto* problem = std::get_if<client::CsvProblem>(&next)) seen.end = *problem;
        return false;
    }
}

Seen read(std::string_view text, std::size_t step) {
    client::CsvReader reader;
    Seen seen;
    for (std::size_t at = 0; at < text.size(); at += step) {
        reader.give(text.substr(at, step));
        if (!take(reader, seen)) return seen;
    }
    reader.end();
    CHAPAR_ASSERT(!take(reader, seen));
    return seen;
}

bool same(const client::CsvRow& a, const client::CsvRow& b) {
    return a.row == b.row && a.line == b.line && a.cells == b.cells && a.problem == b.problem;
}

void check_reader(std::string_view text) {
    const Seen whole = read(text, std::max<std::size_t>(text.size(), 1));
    const Seen bytes = read(text, 1);
    CHAPAR_ASSERT(std::ranges::equal(whole.rows, bytes.rows, same) && whole.end == bytes.end);
}

void check_verdict(const client::RowVerdict& verdict) {
    using client::RowState;
    const bool has_message = verdict.message.has_value();
    CHAPAR_ASSERT(has_message == !verdict.content.empty());
    if (verdict.undecided() || verdict.state == RowState::Read)
        CHAPAR_ASSERT(!verdict.notes.empty());
    for (const client::RowNote& note : verdict.notes) {
        CHAPAR_ASSERT(!note.said.empty() || !note.column.empty());
    }
    if (verdict.state == RowState::Blank || verdict.state == RowState::Wrong) {
        CHAPAR_ASSERT(!has_message);
    }
    // What is ready is sent: in its own alert, or in that of another row.
    if (!verdict.undecided() && verdict.state != RowState::Blank) {
        CHAPAR_ASSERT(has_message != verdict.joined_to.has_value());
    }
}

void check_table(std::string_view text, unsigned how) {
    client::IdsOptions options;
    options.now = parse_time("2026-11-22T00:00:00Z").value();
    options.day_only = (how & 1U) != 0;
    if ((how & 2U) != 0) options.zone = 300;
    if ((how & 4U) != 0) options.decimal = client::DecimalMark::Comma;
    if ((how & 8U) != 0) options.dates = schemas::DateOrder::DayFirst;
    if ((how & 16U) != 0) options.agency = "TJ-DCA";
    if ((how & 32U) != 0) options.to = {OfficeId::parse("AF-SKB-BLO").value()};
    const client::IdsReading reading = client::read_ids(text, options);
    if (!reading.faults.empty()) {
        CHAPAR_ASSERT(reading.rows.empty());
        return;
    }
    const Seen seen = read(text, std::max<std::size_t>(text.size(), 1));
    CHAPAR_ASSERT(!seen.end && seen.rows.size() == reading.rows.size() + 1);
    for (const client::RowVerdict& verdict : reading.rows) check_verdict(verdict);
}

}  // namespace

std::vector<Bytes> chapar::testing::fuzz_seeds() {
    const std::string ours =
        "Seizure Date;Time;UTC Offset;Country;ISO3;City;Substance;Quantity;Unit;Mode;Agency;Purity "
        "(%);Purity Method;Latitude;Longitude;Transit Countries;Arrests;Note;Note "
        "Language;To;Reference\r\n";
    const std::string profile =
        "Seizure Date,Country/Territory of Seizure,ISO3,Subregion,Region,Drug/Substance,Quantity "
        "Seized,Measurement Unit,City,Administrative Region,Physical Seizure Location,Trafficking "
        "Mode of Transportation,Source,Reporting Channel\n";
    std::vector<Bytes> seeds;
    const auto add = [&seeds](unsigned how, const std::string& text) {
        seeds.push_back(for_decoder(how, view(text)));
    };
    add(0x30, "\xEF\xBB\xBF" + ours +
                  "1404/12/16;5:40;+05:00;Таджикистан;TJK;Хорог;Героин;24,6 кг;;Автомобильный;"
                  ";62,5;raman;37,19;68,61;TJ|UZ;2;\"найдено\r\nв баке\";ru;;14-1\r\n"
                  "1404/12/16;5:40;+05:00;Таджикистан;TJK;Хорог;Опий;250;mg;Автомобильный;"
                  ";62,5;raman;37,19;68,61;TJ|UZ;2;\"найдено\r\nв баке\";ru;;14-1\r\n");
    add(0x33,
        profile +
            "2026-03-07,Tajikistan,TJK,Central Asia,Asia,\"Cocaine hydrochloride (HCl, powder "
            "cocaine)\",24.6,kg,Khorog,TJ-GB,Road/ Street/highway,Truck/lorry/van,Country,IDS\n"
            "03/04/2026,Tajikistan,UZB,,,Poppy plants,\"12,450\",doses,,,Hotel,Train/Bus,,\n");
    add(0x3F, profile + "2026-03,Atlantis,,,,,1E+05,t,,,,,,\n,,,,,,,,,,,,,\n1,2\n");
    add(0x00, "Date,Date,Colour\n1,2,3\n");
    add(0x30,
        "تاریخ ضبط;ساعت;کشور;ماده;مقدار;واحد\n۱۴۰۴/۱۲/۱۶;۵:۴۰;افغانستان;هروئین;۱۲٫۵;کیلوگرم\n");
    add(0x20, "Message,City,Date\n1,'=cmd,2026-03-07T05:40:00Z\n\"open");
    return seeds;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text = text_of_input(data, size).substr(1);
    check_reader(text);
    check_table(text, data[0]);
    return 0;
}
