// chapar-replay: the broker's own fold over an exported ledger. Composition root.
//
//     chapar-replay EXPORT --key KEYSTORE [--without-rule AGENCY/RULE] [--json]
//                   [--passphrase-fd N]
//
// KEYSTORE holds the centre auditor's X25519 secret under the name "audit"; its passphrase comes
// from the descriptor, or from the file (0600) that CHAPAR_PASSPHRASE_FILE names. Exit 0: every
// decision was taken again and is the recorded one; 5: not. What the export itself proves
// (signatures, completeness) is chapar-verify's to say.
#include <boost/json.hpp>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "broker/core/replay.h"
#include "broker/core/tables.h"
#include "crypto/checkpoint.h"
#include "crypto/keystore.h"
#include "crypto/passphrase.h"
#include "crypto/process_memory.h"
#include "crypto/self_test.h"
#include "schemas/base/hex.h"
#include "schemas/base/problem.h"
#include "storage/archive_file.h"
#include "storage/ledger_export.h"
#include "storage/memory_store.h"

namespace chapar::broker {
namespace {

constexpr const char* kUsage =
    "chapar-replay EXPORT --key KEYSTORE [--without-rule AGENCY/RULE] [--json] "
    "[--passphrase-fd N]";

enum class Form : std::uint8_t { Text, Json };

struct Arguments {
    std::string archive;
    std::string keystore;
    std::optional<RuleName> without;
    std::optional<int> passphrase_fd;
    Form form = Form::Text;
};

Result<RuleName> parse_rule(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return Error(Errc::Usage, kUsage);
    auto agency = CHAPAR_TRY(AgencyId::parse(text.substr(0, slash)));
    return RuleName{std::move(agency), std::string(text.substr(slash + 1))};
}

Result<int> parse_descriptor(const std::string& text) {
    char* end = nullptr;
    const long number = std::strtol(text.c_str(), &end, 10);
    if (text.empty() || *end != '\0' || number < 0 || number > 1023) {
        return Error(Errc::Usage, kUsage);
    }
    return static_cast<int>(number);
}

Result<Arguments> parse_arguments(int argc, char** argv) {
    Arguments out;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        const bool has_value = i + 1 < argc;
        if (word == "--json") {
            out.form = Form::Json;
        } else if (word == "--key" && has_value) {
            out.keystore = argv[++i];
        } else if (word == "--without-rule" && has_value) {
            out.without = CHAPAR_TRY(parse_rule(argv[++i]));
        } else if (word == "--passphrase-fd" && has_value) {
            out.passphrase_fd = CHAPAR_TRY(parse_descriptor(argv[++i]));
        } else if (!word.starts_with("--") && out.archive.empty()) {
            out.archive = word;
        } else {
            return Error(Errc::Usage, kUsage);
        }
    }
    if (out.archive.empty() || out.keystore.empty()) return Error(Errc::Usage, kUsage);
    return out;
}

Result<crypto::SecretBuffer> read_passphrase(const std::optional<int>& descriptor) {
    if (descriptor) return crypto::read_passphrase_line(*descriptor);
    const char* path = std::getenv("CHAPAR_PASSPHRASE_FILE");
    if (path == nullptr) return Error(Errc::Usage, kUsage);
    return crypto::read_passphrase_file(path);
}

// The signed head must be that of the entries beside it.
Status check_checkpoint(const storage::LedgerExport& ledger, ReplayReport& report) {
    const auto log = CHAPAR_TRY(crypto::NoteVerifier::parse(ledger.vkey));
    const auto head = CHAPAR_TRY(crypto::open_checkpoint(ledger.checkpoint, log));
    if (head.size.value != report.entries || head.root != report.recorded_root) {
        report.differences.push_back({EntryIndex(head.size.value), "checkpoint"});
    }
    return Done{};
}

Result<ReplayReport> replay_export(const Arguments& arguments) {
    CHAPAR_TRY(crypto::harden_process());
    CHAPAR_TRY(crypto::start());
    const auto members = CHAPAR_TRY(storage::read_archive(arguments.archive));
    const auto ledger = CHAPAR_TRY(storage::export_of(members));
    const auto passphrase = CHAPAR_TRY(read_passphrase(arguments.passphrase_fd));
    const auto keystore = CHAPAR_TRY(crypto::Keystore::open(arguments.keystore, passphrase));
    const auto auditor = CHAPAR_TRY(keystore.find32("audit"));
    std::vector<RecordedEntry> entries;
    for (const storage::ExportedEntry& entry : ledger.entries) {
        entries.push_back({entry.leaf, entry.body});
    }
    const auto keys = CHAPAR_TRY(open_recorded_keys(entries, auditor));
    storage::MemoryStore store(store_tables());
    crypto::SystemRandom nonces;
    auto report = CHAPAR_TRY(replay(store, entries, keys, nonces, arguments.without));
    CHAPAR_TRY(check_checkpoint(ledger, report));
    return report;
}

const char* word(Effect effect) { return effect == Effect::Permit ? "permit" : "deny"; }

void print_json(const ReplayReport& report) {
    boost::json::array differences;
    for (const Difference& one : report.differences) {
        differences.push_back({{"entry", one.entry.value}, {"what", one.what}});
    }
    boost::json::array changed;
    for (const ChangedDecision& one : report.changed) {
        changed.push_back({{"entry", one.entry.value},
                           {"envelope", to_hex(one.envelope.view())},
                           {"recorded", word(one.recorded)},
                           {"without", word(one.without)}});
    }
    const boost::json::object object{{"replayed", report.equal()},
                                     {"entries", report.entries},
                                     {"operations", report.operations},
                                     {"decisions", report.decisions},
                                     {"size", report.size.value},
                                     {"root", to_hex(report.root.view())},
                                     {"recorded_root", to_hex(report.recorded_root.view())},
                                     {"differences", differences},
                                     {"changed", changed}};
    std::printf("%s\n", boost::json::serialize(object).c_str());
}

void print_text(const ReplayReport& report, const std::optional<RuleName>& without) {
    std::printf("%llu entries, %llu operations, %llu decisions on envelopes taken again\n",
                static_cast<unsigned long long>(report.entries),
                static_cast<unsigned long long>(report.operations),
                static_cast<unsigned long long>(report.decisions));
    for (const Difference& one : report.differences) {
        std::printf("entry %llu differs: %s\n", static_cast<unsigned long long>(one.entry.value),
                    one.what.c_str());
    }
    if (without) {
        std::printf("without %s/%s %zu decisions would be others\n", without->agency.text().c_str(),
                    without->rule.c_str(), report.changed.size());
    }
    for (const ChangedDecision& one : report.changed) {
        std::printf("entry %llu: recorded %s, without the rule %s\n",
                    static_cast<unsigned long long>(one.entry.value), word(one.recorded),
                    word(one.without));
    }
    std::printf("root %s\n%s\n", to_hex(report.root.view()).c_str(),
                report.equal() ? "replayed: every decision is the recorded one"
                               : "NOT replayed: the record is not what these operations give");
}

int fail(const Error& error, Form form) {
    const std::string shown = form == Form::Json ? problem_json(error) : problem_text(error);
    std::fprintf(stderr, "%s\n", shown.c_str());
    return static_cast<int>(text_of(error.code).exit);
}

int run(int argc, char** argv) {
    const auto arguments = parse_arguments(argc, argv);
    if (!arguments) return fail(arguments.error(), Form::Text);
    const auto report = replay_export(*arguments);
    if (!report) return fail(report.error(), arguments->form);
    if (arguments->form == Form::Json) {
        print_json(*report);
    } else {
        print_text(*report, arguments->without);
    }
    return static_cast<int>(report->equal() ? ExitCode::Done : ExitCode::VerificationFailed);
}

}  // namespace
}  // namespace chapar::broker

int main(int argc, char** argv) {
    try {
        return chapar::broker::run(argc, argv);
    } catch (const std::exception& error) {
        return chapar::broker::fail(chapar::Error(chapar::Errc::Internal, error.what()),
                                    chapar::broker::Form::Text);
    }
}
