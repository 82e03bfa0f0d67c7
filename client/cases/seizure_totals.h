// Sums over seizures: how many, and how much of each substance in each unit.
//
// Owns: the groups, exact sums, ISO 8601 weeks, and the report of kind 200 that is made of them.
// Units are never added together, grams not into kilograms either: each is a row. A seizure counts
// once in a group, however many goods of it fall there; one that falls into several groups counts
// in each, so counts of groups do not add up to a count of seizures. Does not know which seizures
// (seizure_records.h), screens, or who is told. Pure.
//
// Errors: TooLarge where a sum does not fit, or a report has too many rows.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "schemas/base/result.h"
#include "schemas/base/time.h"
#include "schemas/content.h"

namespace chapar::client {

enum class TotalBy : std::uint8_t { Substance, Country, Week, Month, Year, Mode };
// "substance", "country", ..
[[nodiscard]] std::optional<TotalBy> total_by_named(std::string_view name);
[[nodiscard]] std::string_view text_of(TotalBy by);

// Of the local day at an offset: "2026-W47" (ISO 8601; the week's year), "2026-11", "2026".
[[nodiscard]] std::string period_text(TotalBy by, TimeMs time, int offset_minutes);

// What is not summed by is empty.
struct TotalGroup {
    std::string period;
    std::string country;
    std::string substance;
    std::optional<schemas::SubstanceList> list;  // with the substance
    std::optional<schemas::TransportMode> mode;
    schemas::Unit unit = schemas::Unit::Kgm;
    auto operator<=>(const TotalGroup&) const = default;
};
struct TotalRow {
    std::uint64_t seizures = 0;
    std::uint64_t thousandths = 0;
    // Where all of the group say the same.
    std::optional<schemas::Weighing> weighing;
    std::optional<schemas::Measure> measure;
    bool operator==(const TotalRow&) const = default;
};

class SeizureTotals {
  public:
    explicit SeizureTotals(std::set<TotalBy> by, int offset_minutes = 0)
        : by_(std::move(by)), offset_minutes_(offset_minutes) {}

    // TooLarge: the sums are as before it.
    [[nodiscard]] Status add(const schemas::SeizureAlert& alert);
    [[nodiscard]] const std::map<TotalGroup, TotalRow>& rows() const { return rows_; }
    [[nodiscard]] std::uint64_t seizures() const { return seizures_; }

  private:
    [[nodiscard]] TotalGroup group_of(const schemas::SeizureAlert& alert,
                                      const schemas::Goods& goods) const;

    std::set<TotalBy> by_;
    int offset_minutes_;
    std::map<TotalGroup, TotalRow> rows_;
    std::uint64_t seizures_ = 0;
};

// Cells of 1 or 2 say neither number nor total where someone outside the agency reads them.
enum class SmallCells : std::uint8_t { Shown, Suppressed };
constexpr std::uint64_t kSmallCell = 3;  // from so many on a cell is shown

struct ReportWish {
    std::string country;  // ISO 3166-1 alpha-2
    TimeMs from;
    TimeMs until;
    std::string source;
    SmallCells small = SmallCells::Suppressed;
};
// REQUIRES: totals by substance, or by substance and mode. No row sums up others, so that a
// suppressed cell cannot be had by subtraction.
[[nodiscard]] Result<schemas::Payload> stat_report(const SeizureTotals& totals,
                                                   const ReportWish& wish);

}  // namespace chapar::client
