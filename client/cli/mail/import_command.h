// `chapar send seizure --csv FILE`: a table of seizures to alerts, each row once.
//
// Owns: the options, the order (read all, show what becomes of every row, ask, then send), and that
// nothing is sent while a row is undecided unless the person says so. Does not know columns
// (cases/ids_rows.h), nor how rows are kept and handed over (import_run.h).
#pragma once

#include <string>
#include <vector>

#include "client/cli/terminal/invocation.h"

namespace chapar::client {

struct ImportArguments {
    std::string file;
    std::vector<std::string> to;
    std::string decimal, dates, zone, agency;
    std::vector<std::string> ignored;
    bool day_only = false;
    bool ready_only = false;
    bool yes = false;

    [[nodiscard]] bool asked() const { return !file.empty(); }
};
// On `send seizure`.
void add_import_options(CLI::App& command, ImportArguments& given);

enum class DryRun : std::uint8_t { No, Yes };
// REQUIRES: given.asked().
[[nodiscard]] Status import_table(Invocation& invocation, const ImportArguments& given,
                                  DryRun dry_run);

}  // namespace chapar::client
