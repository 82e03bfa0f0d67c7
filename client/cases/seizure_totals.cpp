#include "client/cases/seizure_totals.h"

#include <array>
#include <boost/json.hpp>
#include <utility>

#include "client/cases/seizure_cells.h"
#include "schemas/base/civil_date.h"
#include "schemas/base/time_text.h"
#include "schemas/kinds/code_text.h"
#include "schemas/kinds/kind_json.h"
#include "schemas/written_date.h"

namespace chapar::client {
namespace {

namespace json = boost::json;
using schemas::date_text;

constexpr std::array<std::string_view, 6> kNames{"substance", "country", "week",
                                                 "month",     "year",    "mode"};

// The week of ISO 8601 belongs to the year in which its Thursday lies.
std::string week_text(std::int64_t day) {
    const std::int64_t weekday = ((day + 3) % 7 + 7) % 7;  // 0 = Monday; day 0 was a Thursday
    const std::int64_t thursday = day - weekday + 3;
    const std::int64_t year = civil_date(thursday).year;
    const std::int64_t week = (thursday - days_of({year, 1, 1})) / 7 + 1;
    std::string out = date_text({year, 1, 1}).substr(0, 4) + "-W";
    if (week < 10) out += '0';
    return out + std::to_string(week);
}

template <typename Said>
void agree(std::optional<Said>& all, const std::optional<Said>& one) {
    if (all != one) all.reset();
}

}  // namespace

std::optional<TotalBy> total_by_named(std::string_view name) {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (kNames.at(i) == name) return static_cast<TotalBy>(i);
    }
    return std::nullopt;
}

std::string_view text_of(TotalBy by) { return kNames.at(static_cast<std::size_t>(by)); }

std::string period_text(TotalBy by, TimeMs time, int offset_minutes) {
    const std::int64_t local = static_cast<std::int64_t>(time.value / kMinute.value) +
                               static_cast<std::int64_t>(offset_minutes);
    const std::int64_t day = local >= 0 ? local / 1440 : -1;
    if (by == TotalBy::Week) return week_text(day);
    const std::string date = date_text(civil_date(day));
    if (by == TotalBy::Month) return date.substr(0, 7);
    return by == TotalBy::Year ? date.substr(0, 4) : std::string();
}

TotalGroup SeizureTotals::group_of(const schemas::SeizureAlert& alert,
                                   const schemas::Goods& goods) const {
    TotalGroup group;
    group.unit = goods.quantity.unit;
    if (by_.contains(TotalBy::Country)) group.country = alert.place.country;
    if (by_.contains(TotalBy::Mode)) group.mode = alert.conveyance.mode;
    if (by_.contains(TotalBy::Substance)) {
        group.substance = goods.substance.name;
        group.list = goods.substance.list;
    }
    for (const TotalBy by : {TotalBy::Week, TotalBy::Month, TotalBy::Year}) {
        if (!by_.contains(by)) continue;
        group.period = period_text(by, alert.time, offset_minutes_);
        break;
    }
    return group;
}

Status SeizureTotals::add(const schemas::SeizureAlert& alert) {
    std::map<TotalGroup, TotalRow> changed;
    for (const schemas::Goods& goods : alert.goods) {
        const TotalGroup group = group_of(alert, goods);
        const auto known = rows_.find(group);
        const bool first_of_group = known == rows_.end() && !changed.contains(group);
        const auto [at, first_of_alert] =
            changed.try_emplace(group, known == rows_.end() ? TotalRow{} : known->second);
        TotalRow& row = at->second;
        if (first_of_alert) ++row.seizures;
        if (first_of_group) {
            row.weighing = goods.quantity.weighing;
            row.measure = goods.quantity.measure;
        }
        agree(row.weighing, goods.quantity.weighing);
        agree(row.measure, goods.quantity.measure);
        if (__builtin_add_overflow(row.thousandths, goods.quantity.thousandths, &row.thousandths)) {
            return Error(Errc::TooLarge, "sum of " + goods.substance.name);
        }
    }
    for (auto& [group, row] : changed) rows_.insert_or_assign(group, row);
    ++seizures_;
    return Done{};
}

namespace {

json::object report_row(const TotalGroup& group, const TotalRow& row, SmallCells small) {
    json::object out{
        {"substance", group.substance},
        {"list", schemas::code_text(group.list.value_or(schemas::SubstanceList::Other))}};
    if (group.mode) out["mode"] = schemas::text_of(*group.mode);
    if (small == SmallCells::Suppressed && row.seizures < kSmallCell) {
        out["suppressed"] = true;
        return out;
    }
    out["seizures"] = row.seizures;
    json::object total{{"value", decimal_text(static_cast<std::int64_t>(row.thousandths), 3)},
                       {"unit", schemas::text_of(group.unit)}};
    if (row.weighing) total["weight"] = schemas::text_of(*row.weighing);
    if (row.measure) total["measured"] = schemas::text_of(*row.measure);
    out["total"] = std::move(total);
    return out;
}

}  // namespace

Result<schemas::Payload> stat_report(const SeizureTotals& totals, const ReportWish& wish) {
    json::array rows;
    for (const auto& [group, row] : totals.rows()) {
        // More than a quantity can say; below it, no sum is negative as a signed number.
        if (row.thousandths > 999'999'999'999) return Error(Errc::TooLarge, group.substance);
        rows.push_back(report_row(group, row, wish.small));
    }
    json::object report{
        {"country", wish.country},
        {"period", {{"from", time_text(wish.from)}, {"until", time_text(wish.until)}}},
        {"rows", std::move(rows)}};
    if (!wish.source.empty()) report["source"] = wish.source;
    auto read = schemas::payload_of_json(
        schemas::Kind::StatReport, report, [](std::string_view) { return false; },
        schemas::UnlistedCodes::AsCarried);
    if (const auto* problem = std::get_if<schemas::KindProblem>(&read)) {
        return error_of(*problem);
    }
    return std::move(std::get<schemas::JsonPayload>(read).payload);
}

}  // namespace chapar::client
