#include "client/cli/cases/export_commands.h"

#include <CLI/CLI.hpp>
#include <filesystem>

#include "client/cases/seizure_export.h"
#include "client/cli/cases/seizure_options.h"
#include "client/cli/device/device_context.h"
#include "client/edge/home_files.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

struct ExportArguments {
    SeizureArguments seizures;
    std::filesystem::path out;
    std::string locale = "points";
    bool csv = false;
    bool geojson = false;
    bool lines = false;
};

Result<SeizureForm> form_of(const ExportArguments& given) {
    if (int(given.csv) + int(given.geojson) + int(given.lines) != 1) {
        return Error(Errc::Usage, "one of --csv, --geojson and --jsonl");
    }
    if (given.csv) return SeizureForm::Csv;
    return given.geojson ? SeizureForm::GeoJson : SeizureForm::JsonLines;
}

Result<CsvLocale> locale_of(const ExportArguments& given) {
    if (given.locale == "points") return CsvLocale::Points;
    if (given.locale == "commas" && given.csv) return CsvLocale::Commas;
    return Error(Errc::Usage, "--locale: points, or commas with --csv");
}

Status export_seizures(Invocation& invocation, const ExportArguments& given) {
    const SeizureForm form = CHAPAR_TRY(form_of(given));
    const CsvLocale locale = CHAPAR_TRY(locale_of(given));
    const SeizureWish wish = CHAPAR_TRY(seizure_wish(given.seizures, schemas::Handling::H1));
    CHAPAR_TRY(refuse_existing(given.out));
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    SeizureExport file(form, locale);
    std::uint64_t seizures = 0;
    SeizuresLeftOut left_out;
    {
        const auto txn = CHAPAR_TRY(context->store().begin_read());
        left_out = CHAPAR_TRY(
            each_seizure(*txn, context->device(), wish, [&](const SeizureRecord& record) -> Status {
                file.add(record);
                ++seizures;
                return Done{};
            }));
    }
    CHAPAR_TRY(refuse_existing(given.out));
    CHAPAR_TRY(write_file(given.out, view(file.finish())));
    tell_left_out(invocation, left_out);
    const std::string path = given.out.string();
    invocation.output.result(
        json::object{{"file", path},
                     {"seizures", seizures},
                     {"left_out_by_handling", left_out.handling},
                     {"left_out_in_doubt", left_out.doubtful},
                     {"left_out_recalled", left_out.recalled},
                     {"left_out_unreadable", left_out.unreadable},
                     {"left_out_repeated", left_out.sent_again},
                     {"corrections_not_applied", left_out.uncorrected}},
        std::to_string(seizures) + (seizures == 1 ? " seizure in " : " seizures in ") + path +
            ", which only you can read; it leaves what protects the inbox behind");
    return Done{};
}

}  // namespace

void add_export_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* parent = app.add_subcommand("export", "what this device knows, for other programs");
    parent->require_subcommand(1);
    auto given = std::make_shared<ExportArguments>();
    CLI::App* command = add_command(
        *parent, "seizures", "alerts received and sent, corrected, as a table, a map or lines",
        "chapar export seizures --csv --since 2026-01 --until 2026-03 --out q1.csv --home ~/skb");
    command->add_flag("--csv", given->csv,
                      "UNODC's individual drug seizure profile, and our columns");
    command->add_flag("--geojson", given->geojson,
                      "for maps; positions coarsened by handling code");
    command->add_flag("--jsonl", given->lines, "an alert a line, in the form of its kind");
    command->add_option("--out", given->out, "a file that is not there yet")->required();
    command->add_option("--locale", given->locale,
                        "of a table: points, or commas (then ; between columns)");
    command->add_option("--handling", given->seizures.handling,
                        "up to this code; H2 and H3 leave only when asked for");
    add_seizure_options(*command, given->seizures);
    invocation.on(command, [&invocation, given] { return export_seizures(invocation, *given); });
}

}  // namespace chapar::client
