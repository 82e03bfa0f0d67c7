#include <cstdio>
#include <string_view>

#include "broker/core/tables.h"
#include "broker/edge/files.h"
#include "broker/repair.h"
#include "broker/repair_keys.h"
#include "crypto/process_memory.h"
#include "crypto/self_test.h"
#include "schemas/base/problem.h"
#include "storage/lmdb/lmdb_store.h"

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
    CHAPAR_TRY(crypto::harden_process());
    CHAPAR_TRY(crypto::start());
    const std::filesystem::path& directory = arguments.directory;
    const Config config = CHAPAR_TRY(read_config(directory / "chapard.toml"));
    const FileDescriptor lock = CHAPAR_TRY(lock_file(directory / "lock"));
    const NodeKeys node = CHAPAR_TRY(NodeKeys::read(directory));
    crypto::SystemRandom random;
    LedgerKeyFile ledger_keys = CHAPAR_TRY(
        LedgerKeyFile::open(directory / "ledger.keys", directory / config.ledger.kek, random));
    const auto source = CHAPAR_TRY(ExportSource::open(arguments.exports));
    const KnownNotes known =
        CHAPAR_TRY(collect_notes(directory, config, node, arguments.notes, source->checkpoints()));
    std::vector<NewLedgerKey> more;
    if (!arguments.view.empty()) {
        more = CHAPAR_TRY(read_view_keys(arguments.view, node.manifest.origin));
    }
    const auto tables = store_tables();
    const auto store = CHAPAR_TRY(
        storage::LmdbStore::open(directory / "store", tables, {.map_size = config.map_size}));
    auto report = CHAPAR_TRY(
        repair_ledger({node, ledger_keys, *store, *source, known.notes, std::move(more), random}));
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

int fail(const Error& error) {
    const std::string line = problem_json(error) + "\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
    return static_cast<int>(text_of(error.code).exit);
}

}  // namespace

int repair_main(int argc, char** argv) {
    const auto arguments = parse_arguments(argc, argv);
    if (!arguments) return fail(arguments.error());
    const auto repaired = repair(*arguments);
    if (!repaired) return fail(repaired.error());
    tell(*repaired);
    const RepairReport& report = repaired->report;
    if (report.complete()) return 0;
    return fail(Error(Errc::RolledBack, "entries from " + std::to_string(report.after.value) +
                                            " on, up to " +
                                            std::to_string(report.asked.head.size.value) + " of " +
                                            report.asked.from + ", are not in this export"));
}

}  // namespace chapar::broker
