#include "client/cases/seizure_totals.h"

#include <doctest/doctest.h>

#include <limits>

#include "schemas/base/time_text.h"
#include "schemas/kinds/kind_json.h"
#include "tests/support/results.h"

namespace chapar::testing {
namespace {

using client::SeizureTotals;
using client::TotalBy;
using client::TotalGroup;

schemas::Goods goods(const std::string& name, std::uint64_t thousandths,
                     schemas::Unit unit = schemas::Unit::Kgm) {
    schemas::Goods out;
    out.substance.name = name;
    out.substance.list = schemas::SubstanceList::Nd61;
    out.quantity.thousandths = thousandths;
    out.quantity.unit = unit;
    return out;
}

schemas::SeizureAlert alert(const std::string& time, std::vector<schemas::Goods> list) {
    schemas::SeizureAlert out;
    out.place.country = "TJ";
    out.time = *parse_time(time);
    out.goods = std::move(list);
    return out;
}

std::string week(const std::string& time, int offset = 0) {
    return client::period_text(TotalBy::Week, *parse_time(time), offset);
}

client::TotalRow row(const SeizureTotals& totals, const std::string& substance,
                     schemas::Unit unit) {
    for (const auto& [group, sums] : totals.rows()) {
        if (group.substance == substance && group.unit == unit) return sums;
    }
    return {};
}

std::string json_of(const schemas::Payload& payload) {
    return boost::json::serialize(schemas::json_of_payload(payload));
}

client::ReportWish quarter(client::SmallCells small) {
    return {"TJ", *parse_time("2026-01-01T00:00:00Z"), *parse_time("2026-04-01T00:00:00Z"),
            "TJ-DCA", small};
}

}  // namespace

// Fails if the unit is left out of the group.
TEST_CASE("units are never added together, and a seizure counts once in each group") {
    SeizureTotals totals({TotalBy::Substance});
    REQUIRE(
        totals.add(alert("2026-03-07T05:40:00Z", {goods("heroin", 12'450), goods("heroin", 550),
                                                  goods("heroin", 7'000, schemas::Unit::Grm)})));
    REQUIRE(totals.add(alert("2026-03-08T05:40:00Z", {goods("heroin", 1)})));
    CHECK(totals.seizures() == 2);
    CHECK(totals.rows().size() == 2);
    CHECK(row(totals, "heroin", schemas::Unit::Kgm).thousandths == 13'001);
    CHECK(row(totals, "heroin", schemas::Unit::Kgm).seizures == 2);
    CHECK(row(totals, "heroin", schemas::Unit::Grm).thousandths == 7'000);
    CHECK(row(totals, "heroin", schemas::Unit::Grm).seizures == 1);
}

// Fails if add() writes the rows of an alert before all of them fit.
TEST_CASE("a sum that does not fit is refused, and the sums are as before") {
    SeizureTotals totals({TotalBy::Substance});
    const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    REQUIRE(totals.add(alert("2026-03-07T05:40:00Z", {goods("opium", most)})));
    const Status refused =
        totals.add(alert("2026-03-08T05:40:00Z", {goods("heroin", 5), goods("opium", 1)}));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::TooLarge);
    CHECK(totals.seizures() == 1);
    CHECK(totals.rows().size() == 1);
    CHECK(row(totals, "opium", schemas::Unit::Kgm).thousandths == most);
    CHECK(client::stat_report(totals, quarter(client::SmallCells::Shown)).error().code ==
          Errc::TooLarge);
}

TEST_CASE("how it was weighed stands in a sum only where all of it says the same") {
    SeizureTotals totals({TotalBy::Substance});
    auto gross = goods("heroin", 1000);
    gross.quantity.weighing = schemas::Weighing::Gross;
    gross.quantity.measure = schemas::Measure::Weighed;
    auto net = gross;
    net.quantity.weighing = schemas::Weighing::Net;
    REQUIRE(totals.add(alert("2026-03-07T05:40:00Z", {gross})));
    CHECK(row(totals, "heroin", schemas::Unit::Kgm).weighing == schemas::Weighing::Gross);
    REQUIRE(totals.add(alert("2026-03-07T05:40:00Z", {net})));
    CHECK(row(totals, "heroin", schemas::Unit::Kgm).weighing == std::nullopt);
    CHECK(row(totals, "heroin", schemas::Unit::Kgm).measure == schemas::Measure::Weighed);
    REQUIRE(totals.add(alert("2026-03-07T05:40:00Z", {gross})));
    CHECK(row(totals, "heroin", schemas::Unit::Kgm).weighing == std::nullopt);
}

// ISO 8601-1:2019, 4.2.2. Fails if the year of the day is taken for the year of its week.
TEST_CASE("a week is that of ISO 8601, by the local day") {
    CHECK(week("2026-11-22T12:00:00Z") == "2026-W47");
    CHECK(week("2026-01-01T00:00:00Z") == "2026-W01");
    CHECK(week("2027-01-01T00:00:00Z") == "2026-W53");
    CHECK(week("2024-12-30T00:00:00Z") == "2025-W01");
    CHECK(week("2023-01-01T00:00:00Z") == "2022-W52");
    CHECK(week("1970-01-01T00:00:00Z", -60) == "1970-W01");
    CHECK(week("2026-11-22T18:59:59Z", 300) == "2026-W47");
    CHECK(week("2026-11-22T19:00:00Z", 300) == "2026-W48");
    CHECK(client::period_text(TotalBy::Month, *parse_time("2026-11-30T20:00:00Z"), 300) ==
          "2026-12");
    CHECK(client::period_text(TotalBy::Year, *parse_time("2026-12-31T20:00:00Z"), 300) == "2027");
}

// Fails if report_row() looks at the total, or at 2 and not at 3.
TEST_CASE("a cell of one or two seizures is told to the own agency only") {
    SeizureTotals totals({TotalBy::Substance});
    for (int i = 0; i < 3; ++i) {
        REQUIRE(totals.add(alert("2026-03-07T05:40:00Z", {goods("heroin", 1000)})));
    }
    for (int i = 0; i < 2; ++i) {
        REQUIRE(totals.add(alert("2026-03-07T05:40:00Z", {goods("opium", 900'000)})));
    }
    const std::string outside =
        json_of(must(client::stat_report(totals, quarter(client::SmallCells::Suppressed))));
    CHECK(outside.find(R"("substance":"heroin","list":"ND61","seizures":3,"total":)"
                       R"({"value":"3.000","unit":"KGM"})") != std::string::npos);
    CHECK(outside.find(R"("substance":"opium","list":"ND61","suppressed":true})") !=
          std::string::npos);
    CHECK(outside.find("900") == std::string::npos);
    const std::string inside =
        json_of(must(client::stat_report(totals, quarter(client::SmallCells::Shown))));
    CHECK(inside.find(R"("seizures":2,"total":{"value":"1800.000")") != std::string::npos);
}

TEST_CASE("a report without a seizure, or of too many rows, is refused by its kind") {
    SeizureTotals totals({TotalBy::Substance});
    CHECK_FALSE(client::stat_report(totals, quarter(client::SmallCells::Shown)));
    for (int i = 0; i < 257; ++i) {
        REQUIRE(totals.add(alert("2026-03-07T05:40:00Z", {goods("s" + std::to_string(i), 1)})));
    }
    CHECK_FALSE(client::stat_report(totals, quarter(client::SmallCells::Shown)));
}

// Fails if a report is not read with the codes that its alerts have.
TEST_CASE("what is of a newer list than this program's is counted, and can be reported") {
    SeizureTotals totals({TotalBy::Substance});
    schemas::Goods goods_of_newer = goods("nitazene", 4'000);
    goods_of_newer.substance.list = static_cast<schemas::SubstanceList>(200);
    auto seized = alert("2026-03-07T05:40:00Z", {goods_of_newer});
    seized.place.country = "QZ";
    REQUIRE(totals.add(seized));
    client::ReportWish wish = quarter(client::SmallCells::Shown);
    wish.country = "QZ";
    const std::string report = json_of(must(client::stat_report(totals, wish)));
    CHECK(report.find("\"#201\"") != std::string::npos);
    CHECK(report.find("\"QZ\"") != std::string::npos);
}

}  // namespace chapar::testing
