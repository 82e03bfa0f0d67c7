// chapar-replay: the broker's own fold over an exported ledger. Composition root.
//
//     chapar-replay EXPORT.. [--key KEYSTORE] [--until TIME|ENTRY] [--without-rule AGENCY/RULE]
//                   [--scratch DIR] [--json] [--passphrase-fd N]
//
// EXPORT: one archive, or all its segments in order. KEYSTORE holds an X25519 secret under the name
// "audit", the centre auditor's or an agency's; its passphrase comes from the descriptor, or from
// the file (0600) that CHAPAR_PASSPHRASE_FILE names. Without one only what is public is re-taken.
// --until ends with who could read what after that entry, or at that time. Exit 0: every decision
// that can be taken again was, and is the recorded one; 5: not. What the export itself proves
// (signatures, completeness) is chapar-verify's to say.
//
// Entries are streamed; the state is in memory up to kInMemory entries, above in an LMDB store
// under
// --scratch (default: the system's folder for temporary files), which is removed at the end.
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/core_state.h"
#include "broker/core/tables.h"
#include "broker/replay_output.h"
#include "crypto/checkpoint.h"
#include "crypto/keystore.h"
#include "crypto/passphrase.h"
#include "crypto/process_memory.h"
#include "crypto/self_test.h"
#include "schemas/base/problem.h"
#include "storage/ledger_export_read.h"
#include "storage/lmdb/lmdb_store.h"
#include "storage/memory_store.h"

namespace chapar::broker {
namespace {

constexpr const char* kUsage =
    "chapar-replay EXPORT.. [--key KEYSTORE] [--until TIME|ENTRY] [--without-rule AGENCY/RULE] "
    "[--scratch DIR] [--json] [--passphrase-fd N]";
constexpr std::uint64_t kInMemory = 200'000;
constexpr std::size_t kScratchMap = std::size_t{64} << 30;

struct Arguments {
    std::vector<std::string> archives;
    std::string keystore;
    std::string scratch;
    ReplayOptions options;
    bool standing = false;
    std::optional<int> passphrase_fd;
    Form form = Form::Text;
};

Result<RuleName> parse_rule(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return Error(Errc::Usage, kUsage);
    auto agency = CHAPAR_TRY(AgencyId::parse(text.substr(0, slash)));
    return RuleName{std::move(agency), std::string(text.substr(slash + 1))};
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// 2026-11-20T05:40:00Z and nothing else.
std::optional<TimeMs> parse_time(const std::string& text) {
    int year = 0;
    unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
    int used = 0;
    const int fields = std::sscanf(text.c_str(), "%4d-%2u-%2uT%2u:%2u:%2uZ%n", &year, &month, &day,
                                   &hour, &minute, &second, &used);
    if (fields != 6 || static_cast<std::size_t>(used) != text.size()) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    if (!date.ok() || year < 1970 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    const auto seconds = static_cast<std::uint64_t>(days) * 86400 + hour * 3600ULL + minute * 60ULL;
    return TimeMs((seconds + second) * 1000 + 999);  // to its end
}

Status parse_until(const std::string& text, Arguments& out) {
    out.standing = true;
    if (const auto number = parse_number(text)) {
        out.options.until_size = *number + 1;
        return Done{};
    }
    out.options.until_time = parse_time(text);
    if (!out.options.until_time) return Error(Errc::Usage, kUsage);
    return Done{};
}

Status take_option(const std::string& word, const std::string& value, Arguments& out) {
    if (word == "--key") {
        out.keystore = value;
    } else if (word == "--until") {
        return parse_until(value, out);
    } else if (word == "--without-rule") {
        out.options.without = CHAPAR_TRY(parse_rule(value));
    } else if (word == "--scratch") {
        out.scratch = value;
    } else if (word == "--passphrase-fd") {
        const auto number = parse_number(value);
        if (!number || *number > 1023) return Error(Errc::Usage, kUsage);
        out.passphrase_fd = static_cast<int>(*number);
    } else {
        return Error(Errc::Usage, kUsage);
    }
    return Done{};
}

Result<Arguments> parse_arguments(int argc, char** argv) {
    Arguments out;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--json") {
            out.form = Form::Json;
        } else if (!word.starts_with("--")) {
            out.archives.push_back(word);
        } else if (i + 1 < argc) {
            CHAPAR_TRY(take_option(word, argv[++i], out));
        } else {
            return Error(Errc::Usage, kUsage);
        }
    }
    if (out.archives.empty()) return Error(Errc::Usage, kUsage);
    return out;
}

// Segments, one after the other, as one ledger.
class ExportedLedger final : public RecordedLedger {
  public:
    static Result<std::unique_ptr<ExportedLedger>> open(const std::vector<std::string>& paths) {
        auto out = std::unique_ptr<ExportedLedger>(new ExportedLedger());
        for (const std::string& path : paths) {
            out->segments_.push_back(CHAPAR_TRY(storage::ExportReader::open(path)));
            if (out->segments_.back().start() != out->size_) {
                return Error(Errc::ExportIncomplete, "entry " + std::to_string(out->size_));
            }
            out->size_ = out->segments_.back().end();
        }
        return out;
    }
    [[nodiscard]] std::uint64_t size() const override { return size_; }
    [[nodiscard]] Result<RecordedEntry> read(EntryIndex index) override {
        for (storage::ExportReader& segment : segments_) {
            if (index.value >= segment.end()) continue;
            auto entry = CHAPAR_TRY(segment.read(index.value));
            return RecordedEntry{std::move(entry.leaf), std::move(entry.body)};
        }
        return Error(Errc::ExportIncomplete, "entry " + std::to_string(index.value));
    }
    [[nodiscard]] const storage::ExportReader& newest() const { return segments_.back(); }

  private:
    ExportedLedger() = default;
    std::vector<storage::ExportReader> segments_;
    std::uint64_t size_ = 0;
};

// The state of the fold; on disk where the ledger is large.
class Scratch {
  public:
    static Result<std::unique_ptr<Scratch>> make(std::uint64_t entries, const std::string& parent) {
        auto out = std::unique_ptr<Scratch>(new Scratch());
        if (entries <= kInMemory) {
            out->store_ = std::make_unique<storage::MemoryStore>(store_tables());
            return out;
        }
        const std::filesystem::path folder =
            parent.empty() ? std::filesystem::temp_directory_path() : std::filesystem::path(parent);
        std::string pattern = (folder / "chapar-replay-XXXXXX").string();
        if (mkdtemp(pattern.data()) == nullptr) return Error(Errc::FileFailed, pattern);
        out->folder_ = pattern;
        out->store_ = CHAPAR_TRY(storage::LmdbStore::open(out->folder_ / "store", store_tables(),
                                                          {.map_size = kScratchMap}));
        return out;
    }
    ~Scratch() {
        store_.reset();
        std::error_code ignored;
        if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    [[nodiscard]] storage::Store& store() { return *store_; }

  private:
    Scratch() = default;
    std::filesystem::path folder_;
    std::unique_ptr<storage::Store> store_;
};

Result<crypto::SecretBuffer> read_passphrase(const std::optional<int>& descriptor) {
    if (descriptor) return crypto::read_passphrase_line(*descriptor);
    const char* path = std::getenv("CHAPAR_PASSPHRASE_FILE");
    if (path == nullptr) return Error(Errc::Usage, kUsage);
    return crypto::read_passphrase_file(path);
}

Result<RecordedKeys> open_keys(const Arguments& arguments, RecordedLedger& ledger) {
    if (arguments.keystore.empty()) return survey_without_key(ledger);
    const auto passphrase = CHAPAR_TRY(read_passphrase(arguments.passphrase_fd));
    const auto keystore = CHAPAR_TRY(crypto::Keystore::open(arguments.keystore, passphrase));
    const auto auditor = CHAPAR_TRY(keystore.find32("audit"));
    return open_recorded_keys(ledger, auditor);
}

// The signed head must be that of the entries beside it.
Status check_checkpoint(const ExportedLedger& ledger, ReplayReport& report) {
    if (report.entries < ledger.size()) return Done{};
    const auto log = CHAPAR_TRY(crypto::NoteVerifier::parse(ledger.newest().vkey()));
    const auto head = CHAPAR_TRY(crypto::open_checkpoint(ledger.newest().checkpoint(), log));
    if (head.size.value == report.entries && head.root == report.recorded_root) return Done{};
    report.differences.push_back({EntryIndex(head.size.value), "head", "checkpoint",
                                  "the head of " + std::to_string(report.entries) + " entries",
                                  "one of " + std::to_string(head.size.value)});
    ++report.differences_total;
    return Done{};
}

Status print_standing(storage::Store& store, const Arguments& arguments) {
    const auto txn = CHAPAR_TRY(store.begin_read());
    TimeMs at = CHAPAR_TRY(read_time(*txn));
    if (arguments.options.until_time) at = *arguments.options.until_time;
    return tell_standing(*txn, at, standing_printer(arguments.form));
}

Result<bool> replay_export(const Arguments& arguments) {
    CHAPAR_TRY(crypto::harden_process());
    CHAPAR_TRY(crypto::start());
    const auto ledger = CHAPAR_TRY(ExportedLedger::open(arguments.archives));
    const auto keys = CHAPAR_TRY(open_keys(arguments, *ledger));
    const auto scratch = CHAPAR_TRY(Scratch::make(ledger->size(), arguments.scratch));
    crypto::SystemRandom nonces;
    auto report = CHAPAR_TRY(replay(scratch->store(), *ledger, keys, nonces, arguments.options));
    CHAPAR_TRY(check_checkpoint(*ledger, report));
    print_report(report, keys, arguments.options, arguments.form);
    if (arguments.standing) CHAPAR_TRY(print_standing(scratch->store(), arguments));
    return report.equal();
}

int fail(const Error& error, Form form) {
    const std::string shown = form == Form::Json ? problem_json(error) : problem_text(error);
    std::fprintf(stderr, "%s\n", shown.c_str());
    return static_cast<int>(text_of(error.code).exit);
}

int run(int argc, char** argv) {
    const auto arguments = parse_arguments(argc, argv);
    if (!arguments) return fail(arguments.error(), Form::Text);
    const auto equal = replay_export(*arguments);
    if (!equal) return fail(equal.error(), arguments->form);
    return static_cast<int>(*equal ? ExitCode::Done : ExitCode::VerificationFailed);
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
