#include "client/cli/mail/import_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <set>

#include "client/cases/ids_rows.h"
#include "client/cases/ids_time.h"
#include "client/cli/mail/import_run.h"
#include "client/cli/mail/import_view.h"
#include "client/cli/records/sign_flow.h"
#include "client/edge/home_files.h"

namespace chapar::client {
namespace {

namespace json = boost::json;
using schemas::Stage;

Result<IdsOptions> options_of(const Invocation& invocation, const ImportArguments& given) {
    IdsOptions options;
    options.now = invocation.now();
    if (given.decimal == "point") options.decimal = DecimalMark::Point;
    if (given.decimal == "comma") options.decimal = DecimalMark::Comma;
    if (!given.decimal.empty() && options.decimal == DecimalMark::Unknown) {
        return Error(Errc::Usage, "--decimal: point or comma");
    }
    if (given.dates == "day-first") options.dates = schemas::DateOrder::DayFirst;
    if (given.dates == "month-first") options.dates = schemas::DateOrder::MonthFirst;
    if (!given.dates.empty() && options.dates == schemas::DateOrder::Unknown) {
        return Error(Errc::Usage, "--dates: day-first or month-first");
    }
    if (!given.zone.empty()) {
        options.zone = read_offset(given.zone);
        if (!options.zone) return Error(Errc::Usage, "--zone: an offset such as +05:00, or Z");
    }
    options.day_only = given.day_only;
    options.agency = given.agency;
    options.ignored = given.ignored;
    for (const std::string& office : given.to) {
        options.to.push_back(CHAPAR_TRY(OfficeId::parse(office)));
    }
    return options;
}

Result<IdsReading> read_table(Invocation& invocation, const ImportArguments& given) {
    const IdsOptions options = CHAPAR_TRY(options_of(invocation, given));
    const Bytes bytes = CHAPAR_TRY(read_input_file(given.file, kIdsFileBytes));
    const std::string text = to_string(bytes);
    IdsReading reading = read_ids(text, options);
    for (const std::string& told : reading.told) invocation.output.warning(told);
    if (reading.faults.empty()) return reading;
    // All but the last as lines: a file is corrected once.
    for (std::size_t i = 0; i + 1 < reading.faults.size(); ++i) {
        invocation.output.warning(reading.faults[i]);
    }
    return Error(Errc::FieldInvalid, given.file + ": " + reading.faults.back());
}

std::vector<ImportLine> lines_of(const IdsReading& reading) {
    std::vector<ImportLine> lines;
    for (const RowVerdict& verdict : reading.rows) lines.push_back({&verdict, {}});
    return lines;
}

// What was sent before: of rows that have an alert; those whose goods stand in it follow it.
Status look_up(DeviceContext& context, std::vector<ImportLine>& lines) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    std::map<std::uint64_t, ImportState> heads;
    for (ImportLine& line : lines) {
        const RowVerdict& verdict = *line.verdict;
        if (verdict.message) {
            line.found = CHAPAR_TRY(find_import(*txn, context.device().vault,
                                                {verdict.content, verdict.reference, verdict.row},
                                                context.now()));
            heads[verdict.row] = line.found.state;
        }
        if (!verdict.joined_to) continue;
        const auto head = heads.find(*verdict.joined_to);
        if (head != heads.end()) line.found.state = head->second;
    }
    return Done{};
}

// Rows of this file that an earlier run kept and did not hand over.
std::vector<OutboxNumber> left_behind(const std::vector<ImportLine>& lines) {
    std::vector<OutboxNumber> numbers;
    for (const ImportLine& line : lines) {
        if (!line.found.before) continue;
        const OutboxItem& item = line.found.before->item;
        if (item.stage == Stage::Drafted || item.stage == Stage::OnThisComputer) {
            numbers.push_back(item.number);
        }
    }
    return numbers;
}

// A kept row goes where it was kept for: other words in --to would not reach it.
Status check_recipients(DeviceContext& context, const std::vector<ImportLine>& lines) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    for (const ImportLine& line : lines) {
        if (!line.found.before || !line.verdict->message) continue;
        const OutboxItem& item = line.found.before->item;
        if (item.stage != Stage::Drafted && item.stage != Stage::OnThisComputer) continue;
        const auto draft = stored_draft(*txn, context.device(), item.number);
        if (!draft) continue;  // whose text is gone goes to nobody
        std::set<std::string> kept;
        for (const OfficeId& office : draft->to) kept.insert(office.text());
        std::set<std::string> asked;
        for (const OfficeId& office : line.verdict->message->draft.options.to) {
            asked.insert(office.text());
        }
        if (kept == asked) continue;
        std::string names;
        for (const std::string& name : kept) names += (names.empty() ? "" : ", ") + name;
        return Error(Errc::FieldInvalid,
                     "row " + std::to_string(line.verdict->row) + " was kept for " + names +
                         " and is not sent yet: `chapar outbox drop " +
                         std::to_string(item.number.value) + "`, or give the file with that --to");
    }
    return Done{};
}

Status show_outcome(Invocation& invocation, const ImportOutcome& outcome, const ImportSums& sums) {
    invocation.output.result(object_of(outcome, sums), sentence(outcome, sums));
    return end_of(outcome);
}

Status send_rows(Invocation& invocation, DeviceContext& context,
                 const std::vector<ImportLine>& lines, const ImportSums& sums) {
    const auto form = progress_form(
        invocation.output.form() == Output::Form::Json ? JsonWanted::Yes : JsonWanted::No);
    RowProgress progress(
        form, [&context] { return context.now(); },
        [](std::string_view text) {
            std::fwrite(text.data(), 1, text.size(), stderr);
            std::fflush(stderr);
        });
    const ImportParts parts{invocation, context, progress};
    std::vector<OutboxNumber> numbers = left_behind(lines);
    const auto kept = CHAPAR_TRY(keep_rows(parts, lines));
    numbers.insert(numbers.end(), kept.begin(), kept.end());
    if (numbers.empty()) return show_outcome(invocation, {}, sums);
    if (const Status connected = context.connect(); !connected) {
        if (!is_cut(connected.error().code)) return connected;
        return show_outcome(invocation, {0, numbers.size(), {}, 0, connected.error()}, sums);
    }
    const ImportOutcome outcome = CHAPAR_TRY(hand_over_rows(parts, numbers));
    // What became of earlier ones; nothing of these rows depends on it.
    const auto report = context.exchange();
    if (!report && !is_cut(report.error().code)) return report.error();
    return show_outcome(invocation, outcome, sums);
}

std::string question_of(const ImportArguments& given, const std::vector<ImportLine>& lines) {
    std::size_t alerts = left_behind(lines).size();
    for (const ImportLine& line : lines) alerts += line.to_send() ? 1 : 0;
    std::string out = "Send " + std::to_string(alerts) + (alerts == 1 ? " alert" : " alerts");
    if (!given.to.empty()) out += " to";
    for (std::size_t i = 0; i < given.to.size(); ++i) out += (i == 0 ? " " : ", ") + given.to[i];
    return out + "?";
}

}  // namespace

void add_import_options(CLI::App& command, ImportArguments& given) {
    command.add_option("--csv", given.file,
                       "a table of seizures; client/cases/tables.md has the columns");
    command.add_option("--to", given.to, "offices, with commas; a column To goes before it")
        ->delimiter(',')
        ->allow_extra_args(false);
    command.add_option("--decimal", given.decimal,
                       "point or comma, where the table does not prove it");
    command.add_option("--dates", given.dates, "day-first or month-first, likewise");
    command.add_option("--zone", given.zone, "offset of times without one: +05:00");
    command.add_flag("--day-only", given.day_only, "rows without a time mean the day");
    command.add_option("--agency", given.agency, "who seized, where no column says it");
    command
        .add_option("--ignore", given.ignored, "a column that is passed over; may be given again")
        ->allow_extra_args(false);
    command.add_flag("--ready-only", given.ready_only, "send what is ready, leave the rest");
    command.add_flag("--yes", given.yes, "send without asking");
}

Status import_table(Invocation& invocation, const ImportArguments& given, DryRun dry_run) {
    const IdsReading reading = CHAPAR_TRY(read_table(invocation, given));
    std::vector<ImportLine> lines = lines_of(reading);
    std::unique_ptr<DeviceContext> context;
    // Without a home, a dry run says what the table is, not what of it was sent before.
    if (dry_run == DryRun::No || !invocation.home.empty()) {
        context = CHAPAR_TRY(DeviceContext::open(invocation));
        CHAPAR_TRY(look_up(*context, lines));
    }
    const ImportSums sums = sums_of(lines);
    show_lines(invocation.output, lines);
    const bool stops = !sums.undecided.empty() && !given.ready_only;
    if (dry_run == DryRun::Yes || stops) {
        json::object object = object_of(sums);
        object["sent"] = 0;
        invocation.output.result(object, sentence(sums) + ". Nothing was sent.");
        if (sums.undecided.empty()) return Done{};
        return Error(Errc::FieldInvalid,
                     "undecided rows: " + std::to_string(sums.undecided.size()) +
                         "; correct them and give the file again, or send the "
                         "others with --ready-only");
    }
    invocation.output.result(object_of(sums), sentence(sums) + ".");
    CHAPAR_TRY(check_recipients(*context, lines));
    bool any = !left_behind(lines).empty();
    for (const ImportLine& line : lines) any = any || line.to_send();
    if (any && !given.yes) CHAPAR_TRY(confirm(question_of(given, lines)));
    return send_rows(invocation, *context, lines, sums);
}

}  // namespace chapar::client
