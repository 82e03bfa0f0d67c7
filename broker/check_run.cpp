#include "broker/check_run.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "broker/core/ledger_open.h"
#include "broker/core/tables.h"
#include "broker/edge/files.h"
#include "broker/edge/ledger_key_file.h"
#include "broker/edge/node_keys.h"
#include "broker/in_child.h"
#include "crypto/process_memory.h"
#include "crypto/random.h"
#include "crypto/self_test.h"
#include "storage/lmdb/lmdb_store.h"

namespace chapar::broker {
namespace {

// Lines of a child: "begin N", then "end N LOOKED WRONG WHAT" (of nothing wrong: why not all was
// looked at); "stop CODE WHAT" before a failure.
constexpr const char* kBegin = "begin ";
constexpr const char* kEnd = "end ";
constexpr const char* kStop = "stop ";

std::string one_line(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return text;
}

// What the child opens, in its own memory.
struct Opened {
    Config config;
    std::string origin;
    std::unique_ptr<storage::LmdbStore> store;
    std::optional<LedgerKeyFile> keys;
    crypto::NoteVerifier log;
};

Result<Opened> open_all(const std::filesystem::path& directory, bool running,
                        crypto::Random& random) {
    CHAPAR_TRY(crypto::harden_process());
    CHAPAR_TRY(crypto::start());
    Config config = CHAPAR_TRY(read_config(directory / "chapard.toml"));
    const NodeKeys node = CHAPAR_TRY(NodeKeys::read(directory));
    auto store = CHAPAR_TRY(storage::LmdbStore::open_beside(directory / "store", store_tables()));
    std::optional<LedgerKeyFile> keys;
    if (!running) {
        keys = CHAPAR_TRY(
            LedgerKeyFile::open(directory / "ledger.keys", directory / config.ledger.kek, random));
    }
    return Opened{std::move(config), node.manifest.origin, std::move(store), std::move(keys),
                  node.log.verifier()};
}

Status check_from(const std::filesystem::path& directory, bool running, std::size_t from,
                  const Say& say) {
    crypto::SystemRandom random;
    const Opened opened = CHAPAR_TRY(open_all(directory, running, random));
    const auto txn = CHAPAR_TRY(opened.store->begin_read());
    CheckScene scene{directory,   opened.config, opened.origin,
                     opened.log,  *txn,          opened.keys ? &opened.keys->keys() : nullptr,
                     std::nullopt};
    const std::vector<CheckPart> parts = check_parts();
    bool tried = false;
    for (std::size_t at = from; at < parts.size(); ++at) {
        say(kBegin + std::to_string(at));
        // Only where tables alone do not do: opening a damaged ledger may be the end of this child.
        if (!tried && at >= store_tables().size()) {
            tried = true;
            auto frontier = open_ledger(*txn);
            if (frontier) scene.frontier = std::move(*frontier);
            if (!frontier && !is_damage(frontier.error().code)) return frontier.error();
            if (!frontier) scene.no_frontier = frontier.error().context;
        }
        PartVerdict verdict;
        CHAPAR_TRY(parts[at].check(scene, verdict));
        say(kEnd + std::to_string(at) + " " + std::to_string(verdict.looked_at) + " " +
            std::to_string(verdict.wrong) + " " +
            one_line(verdict.wrong > 0 ? verdict.first : verdict.passed_over));
    }
    return Done{};
}

int work_in_child(const std::filesystem::path& directory, bool running, std::size_t from,
                  const Say& say) {
    const Status done = check_from(directory, running, from, say);
    if (done) return 0;
    say(kStop + std::to_string(static_cast<int>(done.error().code)) + " " +
        one_line(done.error().context));
    return 1;
}

// Takes a number and the blank behind it from the front of `text`.
std::uint64_t take_number(std::string_view& text) {
    std::uint64_t number = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), number).ptr;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (!text.empty()) text.remove_prefix(1);
    return number;
}

// What one child has said.
struct Heard {
    std::optional<std::size_t> begun;  // and not ended
    std::optional<Error> stop;
};

Heard hear(const std::vector<std::string>& lines, std::vector<PartVerdict>& parts) {
    Heard out;
    for (const std::string& line : lines) {
        std::string_view rest = line;
        if (rest.starts_with(kBegin)) {
            rest.remove_prefix(std::strlen(kBegin));
            out.begun = std::min<std::size_t>(take_number(rest), parts.size() - 1);
        } else if (rest.starts_with(kEnd) && out.begun) {
            rest.remove_prefix(std::strlen(kEnd));
            (void)take_number(rest);
            PartVerdict& part = parts[*out.begun];
            part.looked_at = take_number(rest);
            part.wrong = take_number(rest);
            (part.wrong > 0 ? part.first : part.passed_over) = std::string(rest);
            out.begun.reset();
        } else if (rest.starts_with(kStop)) {
            rest.remove_prefix(std::strlen(kStop));
            const auto code = static_cast<Errc>(take_number(rest));
            out.stop = Error(code, std::string(rest));
        }
    }
    return out;
}

}  // namespace

bool CheckReport::right() const {
    return std::ranges::all_of(parts, [](const PartVerdict& part) { return part.wrong == 0; });
}

std::size_t CheckReport::passed_over() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        parts, [](const PartVerdict& part) { return !part.passed_over.empty(); }));
}

bool CheckReport::rebuildable() const {
    const auto all = check_parts();
    for (std::size_t at = 0; at < parts.size(); ++at) {
        if (parts[at].wrong > 0 && all[at].kind == PartKind::Kept) return false;
    }
    return true;
}

Result<CheckReport> check_directory(const std::filesystem::path& directory) {
    CheckReport report;
    for (CheckPart& part : check_parts()) report.parts.push_back({std::move(part.name)});
    auto lock = lock_file(directory / "lock");
    report.running = !lock && lock.error().code == Errc::StoreInUse;
    if (!lock && !report.running) return lock.error();
    // A child goes as far as it gets. Each round at least one part has its verdict.
    for (std::size_t from = 0; from < report.parts.size();) {
        const ChildEnd end = CHAPAR_TRY(run_in_child(
            [&](const Say& say) { return work_in_child(directory, report.running, from, say); }));
        const Heard heard = hear(end.lines, report.parts);
        // Within a part it is that part's: behind a page that is no page LMDB refuses the whole
        // transaction.
        if (heard.stop && !heard.begun && !is_damage(heard.stop->code)) return *heard.stop;
        if (end.signal == 0 && !heard.stop) break;
        const std::size_t at = heard.begun.value_or(from);
        const std::string what =
            heard.stop ? std::string(text_of(heard.stop->code).code) + " " + heard.stop->context
                       : "who looked at it was ended by signal " + std::to_string(end.signal);
        report.parts[at].find(what);
        from = at + 1;
    }
    return report;
}

}  // namespace chapar::broker
