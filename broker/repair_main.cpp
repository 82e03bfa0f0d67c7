#include <cstdio>
#include <string_view>

#include "broker/edge/restore_mark.h"
#include "broker/program.h"
#include "broker/repair.h"
#include "broker/repair_keys.h"
#include "broker/succession_files.h"

namespace chapar::broker {
namespace {

constexpr const char* kUsage =
    "chapard repair --dir DIR --from EXPORT [--from SEGMENT].. [--note FILE].. [--view FILE]";

struct Arguments {
    std::filesystem::path directory;
    std::vector<std::string> exports;
    std::vector<std::string> notes;
    std::string view;
};

Result<Arguments> parse_arguments(int argc, char** argv) {
    Arguments out;
    for (int i = 2; i + 1 < argc; i += 2) {
        const std::string_view word = argv[i];
        const char* value = argv[i + 1];
        if (word == "--dir") {
            out.directory = value;
        } else if (word == "--from") {
            out.exports.emplace_back(value);
        } else if (word == "--note") {
            out.notes.emplace_back(value);
        } else if (word == "--view" && out.view.empty()) {
            out.view = value;
        } else {
            return Error(Errc::Usage, kUsage);
        }
    }
    if (argc % 2 != 0 || out.directory.empty() || out.exports.empty()) {
        return Error(Errc::Usage, kUsage);
    }
    return out;
}

struct Repaired {
    RepairReport report;
    bool high_water_missing = false;
};

Result<Repaired> repair(const Arguments& arguments) {
    crypto::SystemRandom random;
    CHAPAR_TRY(refuse_closed(arguments.directory));
    BrokerDirectory opened = CHAPAR_TRY(BrokerDirectory::open(arguments.directory, random));
    const auto source = CHAPAR_TRY(ExportSource::open(arguments.exports));
    const KnownNotes known = CHAPAR_TRY(collect_notes(opened.path, opened.config, opened.node,
                                                      arguments.notes, source->checkpoints()));
    std::vector<NewLedgerKey> more;
    if (!arguments.view.empty()) {
        more = CHAPAR_TRY(read_view_keys(arguments.view, opened.node.manifest.origin));
    }
    auto report = CHAPAR_TRY(repair_ledger({opened.node, opened.ledger_keys, *opened.store, *source,
                                            known.notes, std::move(more), arguments.view, random}));
    return Repaired{std::move(report), known.high_water_missing};
}

void tell(const Repaired& repaired) {
    const RepairReport& report = repaired.report;
    const auto number = [](std::uint64_t n) { return std::to_string(n); };
    std::string text = "entries before: " + number(report.before.value) +
                       "\nentries now:    " + number(report.after.value) +
                       "\noperations:     " + number(report.operations) + " folded again\n";
    if (report.envelopes > 0) {
        text += number(report.envelopes) +
                " envelopes came back without their ciphertext, which no export has: what of them\n"
                "still waits is withheld at the next start, and their senders seal it again.\n";
    }
    if (!report.untried.empty()) {
        text +=
            number(report.untried.size()) +
            " keys of the view were not taken: no missing entry shows whether they are right.\n";
    }
    if (report.complete()) {
        text +=
            "This ledger reaches every known note; the largest is of " + report.asked.from + ".\n";
    }
    if (report.complete() && repaired.high_water_missing) {
        text +=
            "There is no high-water file, so nobody can tell whether a newer note was given out.\n"
            "Put the file back, or have two persons override (chapar ledger override).\n";
    }
    std::fwrite(text.data(), 1, text.size(), stdout);
}

}  // namespace

int repair_main(int argc, char** argv) {
    const auto arguments = parse_arguments(argc, argv);
    if (!arguments) return exit_with(arguments.error());
    const auto repaired = repair(*arguments);
    if (!repaired) return exit_with(repaired.error());
    tell(*repaired);
    const RepairReport& report = repaired->report;
    if (report.complete()) {
        const Status cleared = remove_restore_mark(arguments->directory);
        return cleared ? 0 : exit_with(cleared.error());
    }
    return exit_with(
        Error(Errc::RolledBack, "entries from " + std::to_string(report.after.value) +
                                    " on, up to " + std::to_string(report.asked.head.size.value) +
                                    " of " + report.asked.from + ", are not in this export"));
}

}  // namespace chapar::broker
