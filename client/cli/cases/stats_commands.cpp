#include "client/cli/cases/stats_commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

#include "client/cases/message_json.h"
#include "client/cases/seizure_totals.h"
#include "client/cli/cases/seizure_options.h"
#include "client/cli/device/device_context.h"
#include "client/cli/mail/send_dispatch.h"
#include "client/cli/mail/send_preview.h"
#include "client/cli/terminal/table.h"
#include "client/core/directory_store.h"
#include "schemas/kinds/code_text.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

struct StatsArguments {
    SeizureArguments seizures;
    std::vector<std::string> by{"substance"};
};

Result<std::set<TotalBy>> dimensions_of(const std::vector<std::string>& names) {
    std::set<TotalBy> by;
    for (const std::string& name : names) {
        const auto one = total_by_named(name);
        if (!one) {
            return Error(Errc::Usage, name + ": substance, country, week, month, year or mode");
        }
        by.insert(*one);
    }
    if (by.contains(TotalBy::Week) + by.contains(TotalBy::Month) + by.contains(TotalBy::Year) > 1) {
        return Error(Errc::Usage, "one of week, month and year");
    }
    return by;
}

// `country`: only of seizures there; empty: all.
Result<SeizuresLeftOut> sum_up(DeviceContext& context, const SeizureWish& wish,
                               std::string_view country, SeizureTotals& totals) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    return each_seizure(*txn, context.device(), wish, [&](const SeizureRecord& record) -> Status {
        if (!country.empty() && record.alert.place.country != country) return Done{};
        return totals.add(record.alert);
    });
}

// A sum of 64 bits of thousandths.
std::string sum_text(std::uint64_t thousandths) {
    const std::string rest = std::to_string(1000 + thousandths % 1000).substr(1);
    return std::to_string(thousandths / 1000) + "." + rest;
}

json::object object_of(const TotalGroup& group, const TotalRow& row) {
    json::object out;
    if (!group.period.empty()) out["period"] = group.period;
    if (!group.country.empty()) out["country"] = group.country;
    if (!group.substance.empty()) out["substance"] = group.substance;
    if (group.list) out["list"] = schemas::code_text(*group.list);
    if (group.mode) out["mode"] = schemas::text_of(*group.mode);
    out["seizures"] = row.seizures;
    out["total"] =
        json::object{{"value", sum_text(row.thousandths)}, {"unit", schemas::text_of(group.unit)}};
    if (row.weighing) out["weight"] = schemas::text_of(*row.weighing);
    if (row.measure) out["measured"] = schemas::text_of(*row.measure);
    return out;
}

// Only the columns that are summed by.
std::vector<TextColumn> columns_of(const std::set<TotalBy>& by) {
    std::vector<TextColumn> columns;
    for (const TotalBy one : {TotalBy::Week, TotalBy::Month, TotalBy::Year, TotalBy::Country,
                              TotalBy::Substance, TotalBy::Mode}) {
        if (by.contains(one)) columns.push_back({std::string(text_of(one))});
    }
    columns.push_back({"seizures", 0, Side::Right});
    columns.push_back({"total", 0, Side::Right});
    columns.push_back({"unit"});
    return columns;
}

std::vector<std::string> cells_of(const std::set<TotalBy>& by, const TotalGroup& group,
                                  const TotalRow& row) {
    std::vector<std::string> cells;
    for (const TotalBy one : {TotalBy::Week, TotalBy::Month, TotalBy::Year}) {
        if (by.contains(one)) cells.push_back(group.period);
    }
    if (by.contains(TotalBy::Country)) cells.push_back(group.country);
    if (by.contains(TotalBy::Substance)) cells.push_back(group.substance);
    if (by.contains(TotalBy::Mode)) {
        cells.emplace_back(group.mode ? schemas::text_of(*group.mode) : std::string_view());
    }
    cells.push_back(std::to_string(row.seizures));
    cells.push_back(sum_text(row.thousandths));
    cells.emplace_back(schemas::text_of(group.unit));
    return cells;
}

void show_totals(const Invocation& invocation, const std::set<TotalBy>& by,
                 const SeizureTotals& totals) {
    Table table(invocation.output, columns_of(by));
    for (const auto& [group, row] : totals.rows()) {
        table.add({object_of(group, row), cells_of(by, group, row), {}});
    }
    table.print();
}

// Statistics of one's own screen take in what may not leave.
Status seizures(Invocation& invocation, const StatsArguments& given) {
    const auto by = CHAPAR_TRY(dimensions_of(given.by));
    const SeizureWish wish = CHAPAR_TRY(seizure_wish(given.seizures, schemas::Handling::H3));
    const int zone = CHAPAR_TRY(zone_of(given.seizures.zone));
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    SeizureTotals totals(by, zone);
    const SeizuresLeftOut left_out = CHAPAR_TRY(sum_up(*context, wish, {}, totals));
    show_totals(invocation, by, totals);
    tell_left_out(invocation, left_out);
    const std::string count = std::to_string(totals.seizures());
    invocation.output.result(json::object{{"counted", totals.seizures()}},
                             count + (totals.seizures() == 1 ? " seizure" : " seizures"));
    return Done{};
}

struct ReportArguments {
    SeizureArguments seizures;
    std::string country;
    std::string period;
    std::vector<std::string> to;
    std::string source;
    bool by_mode = false;
    bool dry_run = false;
};

// "2026", "2026-11", or two of them: "2026-01/2026-03".
Result<WrittenPeriod> report_period(const ReportArguments& given, int zone) {
    const auto slash = given.period.find('/');
    const WrittenPeriod first = CHAPAR_TRY(period_of(given.period.substr(0, slash), zone));
    if (slash == std::string::npos) return first;
    const WrittenPeriod last = CHAPAR_TRY(period_of(given.period.substr(slash + 1), zone));
    if (last.until <= first.from) return Error(Errc::Usage, "--period ends before it begins");
    return WrittenPeriod{first.from, last.until};
}

Result<std::vector<OfficeId>> offices_of(const std::vector<std::string>& names) {
    std::vector<OfficeId> offices;
    for (const std::string& name : names) offices.push_back(CHAPAR_TRY(OfficeId::parse(name)));
    return offices;
}

// The community is the own agency: no other has a record that says who is of it. A report for
// nobody yet may go to anyone.
Result<SmallCells> small_cells(DeviceContext& context, const std::vector<OfficeId>& to) {
    if (to.empty()) return SmallCells::Suppressed;
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    const DirectoryView directory(*txn);
    for (const OfficeId& office : to) {
        const auto known = CHAPAR_TRY(directory.office(office, directory_store::kNow));
        const bool inside = known && known->record.agency == context.device().agency;
        if (!inside) return SmallCells::Suppressed;
    }
    return SmallCells::Shown;
}

Result<Draft> report_draft(Invocation& invocation, DeviceContext& context,
                           const ReportArguments& given) {
    const int zone = CHAPAR_TRY(zone_of(given.seizures.zone));
    const WrittenPeriod period = CHAPAR_TRY(report_period(given, zone));
    SeizureWish wish = CHAPAR_TRY(seizure_wish(given.seizures, schemas::Handling::H1));
    wish.since = period.from;
    wish.until = period.until;
    std::set<TotalBy> by{TotalBy::Substance};
    if (given.by_mode) by.insert(TotalBy::Mode);
    SeizureTotals totals(by, zone);
    const SeizuresLeftOut left_out = CHAPAR_TRY(sum_up(context, wish, given.country, totals));
    tell_left_out(invocation, left_out);
    if (totals.rows().empty()) {
        return Error(Errc::NotFound, "a seizure in " + given.country + " in that time");
    }

    Draft draft;
    draft.options.to = CHAPAR_TRY(offices_of(given.to));
    const SmallCells small = CHAPAR_TRY(small_cells(context, draft.options.to));
    const std::string source = given.source.empty() ? context.device().agency.text() : given.source;
    draft.payload =
        CHAPAR_TRY(stat_report(totals, {given.country, period.from, period.until, source, small}));
    draft.options.purpose = schemas::Purpose::Statistics;
    if (small == SmallCells::Suppressed) {
        const auto hidden = std::ranges::count_if(
            totals.rows(), [](const auto& row) { return row.second.seizures < kSmallCell; });
        if (hidden > 0) {
            invocation.output.warning(std::to_string(hidden) +
                                      " cells of one or two seizures are suppressed: it leaves "
                                      "the agency");
        }
    }
    return draft;
}

Status report(Invocation& invocation, const ReportArguments& given) {
    if (given.to.empty() && !given.dry_run) return Error(Errc::Usage, "--to, or --dry-run");
    auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const Draft draft = CHAPAR_TRY(report_draft(invocation, *context, given));
    if (given.dry_run) {
        // The preview opens the home itself.
        context.reset();
        if (!given.to.empty()) return show_dry_run(invocation, {draft});
        const std::string payload = render_payload(draft.payload);
        invocation.output.result(json::parse(payload).as_object(), payload);
        return Done{};
    }
    const auto numbers = CHAPAR_TRY(context->keep_drafts({&draft, 1}));
    return dispatch(invocation, *context, numbers);
}

void add_report(CLI::App& stats, Invocation& invocation) {
    auto given = std::make_shared<ReportArguments>();
    CLI::App* command = add_command(
        stats, "report", "sums of one country and period, as a message of kind stat-report",
        "chapar stats report --country TJ --period 2026-01/2026-03 --to CARICC-OPS --home ~/npj");
    command->add_option("--country", given->country, "where it was seized: TJ")->required();
    command->add_option("--period", given->period, "2026, 2026-11, or 2026-01/2026-03")->required();
    command->add_option("--to", given->to, "offices, with commas")->delimiter(',');
    command->add_option("--source", given->source, "who counted; the own agency if left out");
    command->add_flag("--by-mode", given->by_mode, "a row for each mode of transport");
    command->add_flag("--dry-run", given->dry_run, "show it, send nothing");
    command->add_option("--handling", given->seizures.handling,
                        "count alerts up to this code; H1 if left out");
    command->add_option("--zone", given->seizures.zone,
                        "where days begin, like +05:00; UTC if left out");
    command->add_flag("--received", given->seizures.received, "only what came");
    command->add_flag("--sent", given->seizures.sent, "only what was sent");
    invocation.on(command, [&invocation, given] { return report(invocation, *given); });
}

}  // namespace

void add_stats_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* stats = app.add_subcommand("stats", "sums of the seizures this device knows of");
    stats->require_subcommand(1);
    auto given = std::make_shared<StatsArguments>();
    CLI::App* command =
        add_command(*stats, "seizures", "how many, and how much in each unit",
                    "chapar stats seizures --by substance,country,week --zone +05:00 --home ~/skb");
    command
        ->add_option("--by", given->by, "substance, country, week, month, year, mode, with commas")
        ->delimiter(',');
    add_seizure_options(*command, given->seizures);
    invocation.on(command, [&invocation, given] { return seizures(invocation, *given); });
    add_report(*stats, invocation);
}

}  // namespace chapar::client
