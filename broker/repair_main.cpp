#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "broker/core/core_state.h"
#include "broker/edge/restore_mark.h"
#include "broker/program.h"
#include "broker/repair.h"
#include "broker/repair_keys.h"
#include "broker/succession_files.h"
#include "crypto/keystore.h"
#include "crypto/passphrase.h"

namespace chapar::broker {
namespace {

constexpr const char* kUsage =
    "chapard repair --dir DIR [--from EXPORT].. [--receipts FILE].. [--note FILE].. "
    "[--audit-key KEYSTORE [--passphrase-fd N]] [--view FILE] [--leave-untried]";

struct Arguments {
    std::filesystem::path directory;
    std::vector<std::string> exports;
    std::vector<std::string> receipts;
    std::vector<std::string> notes;
    std::string view;
    std::string audit;
    std::optional<int> passphrase_fd;
    LeaveUntried untried = LeaveUntried::No;
};

Status take_pair(Arguments& out, std::string_view word, std::string_view value) {
    if (word == "--dir") {
        out.directory = value;
    } else if (word == "--from") {
        out.exports.emplace_back(value);
    } else if (word == "--receipts") {
        out.receipts.emplace_back(value);
    } else if (word == "--note") {
        out.notes.emplace_back(value);
    } else if (word == "--view" && out.view.empty()) {
        out.view = value;
    } else if (word == "--audit-key" && out.audit.empty()) {
        out.audit = value;
    } else if (word == "--passphrase-fd") {
        int number = -1;
        const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
        if (read.ec != std::errc() || read.ptr != value.data() + value.size() || number < 0) {
            return Error(Errc::Usage, kUsage);
        }
        out.passphrase_fd = number;
    } else {
        return Error(Errc::Usage, kUsage);
    }
    return Done{};
}

Result<Arguments> parse_arguments(int argc, char** argv) {
    Arguments out;
    for (int i = 2; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--leave-untried") {
            out.untried = LeaveUntried::Yes;
            continue;
        }
        if (i + 1 == argc) return Error(Errc::Usage, kUsage);
        CHAPAR_TRY(take_pair(out, word, argv[++i]));
    }
    if (out.directory.empty() || (out.exports.empty() && out.receipts.empty())) {
        return Error(Errc::Usage, kUsage);
    }
    return out;
}

Result<std::optional<crypto::Secret32>> read_audit_key(const Arguments& arguments) {
    if (arguments.audit.empty()) return std::optional<crypto::Secret32>();
    const auto read = [&]() -> Result<crypto::SecretBuffer> {
        if (arguments.passphrase_fd) return crypto::read_passphrase_line(*arguments.passphrase_fd);
        const char* path = std::getenv("CHAPAR_PASSPHRASE_FILE");
        if (path == nullptr) return Error(Errc::Usage, "--passphrase-fd");
        return crypto::read_passphrase_file(path);
    };
    const auto passphrase = CHAPAR_TRY(read());
    const auto keystore = CHAPAR_TRY(crypto::Keystore::open(arguments.audit, passphrase));
    return std::optional(CHAPAR_TRY(keystore.find32("audit")));
}

struct Repaired {
    RepairReport report;
    std::vector<KnownNote> notes;
    std::vector<Contributions::File> files;
    bool high_water_missing = false;
};

Result<Repaired> repair(const Arguments& arguments) {
    crypto::SystemRandom random;
    CHAPAR_TRY(refuse_closed(arguments.directory));
    BrokerDirectory opened = CHAPAR_TRY(BrokerDirectory::open(arguments.directory, random));
    {
        const auto txn = CHAPAR_TRY(opened.store->begin_read());
        CHAPAR_TRY(check_tables_form(*txn, arguments.directory.string()));
    }
    auto audit = CHAPAR_TRY(read_audit_key(arguments));
    Contributions given(opened.node);
    for (const std::string& file : arguments.receipts) CHAPAR_TRY(given.add(file));
    const auto source = CHAPAR_TRY(RepairSource::open(arguments.exports, &given));
    KnownNotes known = CHAPAR_TRY(collect_notes(opened.path, opened.config, opened.node,
                                                arguments.notes, source->checkpoints()));
    std::ranges::move(given.notes(), std::back_inserter(known.notes));
    std::ranges::stable_sort(known.notes, {}, [](const KnownNote& one) { return one.head.size; });
    if (known.notes.empty()) return Error(Errc::NoteInvalid, "no note says how far to repair");
    std::vector<NewLedgerKey> view;
    if (!arguments.view.empty()) {
        view = CHAPAR_TRY(read_view_keys(arguments.view, opened.node.manifest.origin));
    }
    auto report = CHAPAR_TRY(repair_ledger(
        {opened.node,
         *opened.store,
         *source,
         given,
         known.notes,
         {opened.ledger_keys, std::move(view), arguments.view, std::move(audit), arguments.untried},
         random}));
    return Repaired{std::move(report), std::move(known.notes), given.files(),
                    known.high_water_missing};
}

std::string number(std::uint64_t n) { return std::to_string(n); }

std::string text_of(const Contributions::File& file) {
    std::string out = file.path + ": " + number(file.entries) + " entries prove themselves";
    if (file.ignored > 0) {
        out += ", " + number(file.ignored) +
               " things do not and were left out, the first: " + file.why;
    }
    return out + "\n";
}

void tell(const Repaired& repaired) {
    const RepairReport& report = repaired.report;
    std::string text;
    for (const Contributions::File& file : repaired.files) text += text_of(file);
    text += "entries before: " + number(report.before.value) +
            "\nentries now:    " + number(report.after.value) +
            "\noperations:     " + number(report.operations) + " folded again\n";
    if (report.payloads > 0) {
        text += number(report.payloads) + " envelopes came back with their ciphertext.\n";
    }
    if (report.envelopes > 0) {
        text += number(report.envelopes) +
                " envelopes came back without their ciphertext, which nobody handed over: what of "
                "them\nstill waits is withheld at the next start, and their senders seal it "
                "again.\n";
    }
    if (!report.untried.empty()) {
        text += number(report.untried.size()) +
                " keys were left out: what needs them is refused until their month is over.\n";
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

// Entry by entry, what is missing and who could still have it.
Error missing(const RepairReport& report) {
    const RepairSource::Gap& gap = report.gap;
    const std::string at = "entry " + number(gap.at.value) + ": ";
    return Error(Errc::RolledBack,
                 at + (gap.why.empty() ? "no source goes further" : gap.why) + "; entries from " +
                     number(report.after.value) + " on, up to " +
                     number(report.asked.head.size.value) + " of " + report.asked.from +
                     ", are missing: take a newer export, or what more devices hold (chapar "
                     "ledger contribute); else a new origin (chapard succession)");
}

// A restored copy signs on only if somebody was asked who could know more than the backup.
Status end_restore(const std::filesystem::path& directory, const Repaired& repaired) {
    const auto mark = CHAPAR_TRY(read_restore_mark(directory));
    if (!mark) return Done{};
    const TreeSize backup = mark->backup.value_or(repaired.report.before);
    const bool shown = std::ranges::any_of(repaired.notes, [&](const KnownNote& note) {
        const bool asked = note.kind == NoteFrom::Operator || note.kind == NoteFrom::Contribution;
        return note.head.size > backup || (asked && note.head.size == backup);
    });
    if (shown) return remove_restore_mark(directory);
    return Error(Errc::RolledBack,
                 "everything given here is older than the backup (" + number(backup.value) +
                     " entries), so nothing shows that the ledger did not go on: take the newest "
                     "heads of devices (chapar ledger head, --note), or have two persons override");
}

}  // namespace

int repair_main(int argc, char** argv) {
    const auto arguments = parse_arguments(argc, argv);
    if (!arguments) return exit_with(arguments.error());
    const auto repaired = repair(*arguments);
    if (!repaired) return exit_with(repaired.error());
    tell(*repaired);
    if (!repaired->report.complete()) return exit_with(missing(repaired->report));
    const Status ended = end_restore(arguments->directory, *repaired);
    return ended ? 0 : exit_with(ended.error());
}

}  // namespace chapar::broker
