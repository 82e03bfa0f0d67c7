#include "client/cli/ledger/auditor_commands.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/ledger/auditor_context.h"
#include "client/cli/ledger/auditor_source.h"
#include "client/cli/ledger/auditor_words.h"
#include "client/core/mirror_search.h"
#include "client/edge/home_files.h"
#include "schemas/base/hex.h"
#include "schemas/base/time_text.h"
#include "schemas/kinds.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

constexpr std::size_t kPageMost = 1000;

struct Arguments {
    AuditorArguments auditor;
    SourceArguments source;
    std::string office, case_id, kind, from, to, out;
    bool refused = false, all = false;
    std::optional<std::uint64_t> after;
    std::size_t limit = 50;
    std::uint64_t index = 0;
};

// The passphrase is asked for once, and only if something is opened with it.
class OnePassphrase {
  public:
    explicit OnePassphrase(const Invocation& invocation) : invocation_(invocation) {}
    Result<const crypto::SecretBuffer*> get() {
        if (!read_) read_.emplace(CHAPAR_TRY(invocation_.passphrase(PassphraseUse::Open)));
        return &*read_;
    }

  private:
    const Invocation& invocation_;
    std::optional<crypto::SecretBuffer> read_;
};

Result<crypto::Secret32> audit_key(const Invocation& invocation, const AuditorArguments& arguments,
                                   OnePassphrase& passphrase) {
    const auto path = audit_key_path(invocation, arguments);
    if (!path) return Error(Errc::Usage, "name the audit key: --key KEYSTORE");
    if (!arguments.key_passphrase.empty()) return open_audit_key(*path, arguments, {});
    const crypto::SecretBuffer* own = CHAPAR_TRY(passphrase.get());
    return open_audit_key(*path, arguments, *own);
}

Result<std::unique_ptr<storage::Store>> mirror_of(const Invocation& invocation,
                                                  const Arguments& arguments) {
    const auto path = CHAPAR_TRY(mirror_path(invocation, arguments.auditor));
    return open_mirror(path);
}

Result<std::unique_ptr<AuditorView>> view_of(storage::Store& mirror, const Invocation& invocation,
                                             const Arguments& arguments,
                                             OnePassphrase& passphrase) {
    return AuditorView::open(mirror,
                             CHAPAR_TRY(audit_key(invocation, arguments.auditor, passphrase)));
}

// Exit 5 unless nothing is missing; the sentence comes first either way.
Status tell(const Invocation& invocation, const ViewReport& report) {
    const Said said = say(report);
    invocation.output.result(said.object, said.text);
    if (report.complete()) return Done{};
    return Error(Errc::LeafInvalid, report.missing.empty()
                                        ? "the view"
                                        : "entry " + std::to_string(report.missing[0].index.value));
}

Status sync(Invocation& invocation, const Arguments& arguments) {
    OnePassphrase passphrase(invocation);
    const auto path = CHAPAR_TRY(mirror_path(invocation, arguments.auditor));
    const auto source =
        CHAPAR_TRY(open_source(invocation, arguments.source, [&] { return passphrase.get(); }));
    const auto mirror = CHAPAR_TRY(open_mirror(path));
    const MirrorSync synced = CHAPAR_TRY(sync_mirror(*mirror, source->card(), source->pages()));
    invocation.output.result(json::object{{"mirror", path.string()},
                                          {"entries", synced.entries},
                                          {"size", synced.size},
                                          {"bodies", synced.bodies}},
                             std::to_string(synced.entries) + " new entries; all " +
                                 std::to_string(synced.size) +
                                 " lead to the head that the ledger signed");
    if (!audit_key_path(invocation, arguments.auditor)) return Done{};
    const auto view = CHAPAR_TRY(view_of(*mirror, invocation, arguments, passphrase));
    return tell(invocation, CHAPAR_TRY(view->report()));
}

Status view(Invocation& invocation, const Arguments& arguments) {
    OnePassphrase passphrase(invocation);
    const auto mirror = CHAPAR_TRY(mirror_of(invocation, arguments));
    const auto view = CHAPAR_TRY(view_of(*mirror, invocation, arguments, passphrase));
    if (!arguments.out.empty()) {
        const std::size_t keys =
            CHAPAR_TRY(view->write_view_file(arguments.out, invocation.random));
        invocation.output.result(json::object{{"view", arguments.out}, {"keys", keys}},
                                 arguments.out + ": " + std::to_string(keys) +
                                     " keys; whoever has this file reads what you may read");
    }
    return tell(invocation, CHAPAR_TRY(view->report()));
}

Result<TimeMs> time_of(const std::string& text, const char* option) {
    const auto time = parse_time(text);
    if (!time)
        return Error(Errc::Usage, std::string(option) + ": a time like 2026-11-20T05:40:00Z");
    return *time;
}

Result<MirrorQuery> query_of(const Arguments& arguments) {
    MirrorQuery query;
    if (!arguments.office.empty()) query.office = CHAPAR_TRY(OfficeId::parse(arguments.office));
    if (!arguments.case_id.empty()) {
        const auto bytes = from_hex(arguments.case_id);
        query.case_id = bytes ? CaseId::from(*bytes) : std::nullopt;
        if (!query.case_id) return Error(Errc::Usage, "--case: 32 hexadecimal digits");
    }
    if (!arguments.kind.empty()) {
        const auto* kind = schemas::find_kind(arguments.kind);
        if (kind == nullptr) return Error(Errc::Usage, "--kind: no kind " + arguments.kind);
        query.kind = static_cast<std::uint16_t>(kind->kind);
    }
    if (!arguments.from.empty()) query.from = CHAPAR_TRY(time_of(arguments.from, "--from"));
    if (!arguments.to.empty()) query.to = CHAPAR_TRY(time_of(arguments.to, "--to"));
    query.refused = arguments.refused;
    if (arguments.after) query.after = EntryIndex(*arguments.after);
    query.limit = arguments.limit;
    return query;
}

Status search(Invocation& invocation, const Arguments& arguments) {
    const MirrorQuery query = CHAPAR_TRY(query_of(arguments));
    const auto mirror = CHAPAR_TRY(mirror_of(invocation, arguments));
    const auto txn = CHAPAR_TRY(mirror->begin_read());
    if (CHAPAR_TRY(viewed_by(*txn)).empty()) {
        return Error(Errc::NotFound, "a viewed mirror: chapar ledger view --key KEYSTORE");
    }
    const MirrorPage page = CHAPAR_TRY(search_mirror(*txn, query));
    const bool text = invocation.output.form() == Output::Form::Text;
    Table table(invocation.output, search_columns());
    for (const EntrySummary& entry : page.entries) table.add(row_of(entry));
    table.print();
    if (text && page.entries.empty()) invocation.output.result({}, "nothing found");
    if (page.after) {
        invocation.output.result(json::object{{"more", true}, {"after", page.after->value}},
                                 "more: --after " + std::to_string(page.after->value));
    }
    return Done{};
}

Status show(Invocation& invocation, const Arguments& arguments) {
    OnePassphrase passphrase(invocation);
    const auto mirror = CHAPAR_TRY(mirror_of(invocation, arguments));
    const auto view = CHAPAR_TRY(view_of(*mirror, invocation, arguments, passphrase));
    const EntryIndex index(arguments.index);
    const OpenedEntry entry = CHAPAR_TRY(view->show(index));
    const auto txn = CHAPAR_TRY(mirror->begin_read());
    const auto summary = CHAPAR_TRY(mirror_entry(*txn, index));
    const Said said = say(entry, summary ? &*summary : nullptr);
    invocation.output.result(said.object, said.text);
    return Done{};
}

Status prove(Invocation& invocation, const Arguments& arguments) {
    const auto mirror = CHAPAR_TRY(mirror_of(invocation, arguments));
    const auto txn = CHAPAR_TRY(mirror->begin_read());
    const TrustCard card = CHAPAR_TRY(mirror_card(*txn));
    const auto proof = CHAPAR_TRY(mirror_proof(*txn, EntryIndex(arguments.index)));
    crypto::Checkpoint head;
    if (proof.extra.empty()) {
        head = CHAPAR_TRY(crypto::open_checkpoint(proof.checkpoint, card.log()));
    } else {
        head = CHAPAR_TRY(crypto::check_tlog_proof(proof, proof.extra, card.log()));
    }
    if (!arguments.out.empty()) {
        CHAPAR_TRY(write_file(arguments.out, chapar::view(proof.text())));
    }
    invocation.output.result(json::object{{"entry", arguments.index},
                                          {"size", head.size.value},
                                          {"root", to_hex(head.root.view())},
                                          {"leaf", to_hex(proof.extra)},
                                          {"file", arguments.out}},
                             arguments.out.empty()
                                 ? proof.text()
                                 : arguments.out + ": entry " + std::to_string(arguments.index) +
                                       " is in the signed head of " +
                                       std::to_string(head.size.value) + " entries");
    return Done{};
}

// With the audit key the entries are counted too; without it the buckets are known by their keys.
Status due(Invocation& invocation, const Arguments& arguments) {
    OnePassphrase passphrase(invocation);
    const auto mirror = CHAPAR_TRY(mirror_of(invocation, arguments));
    if (audit_key_path(invocation, arguments.auditor)) {
        (void)CHAPAR_TRY(view_of(*mirror, invocation, arguments, passphrase));
    } else {
        CHAPAR_TRY(judge_all(*mirror));
    }
    BucketQuery query;
    query.choice = arguments.all ? BucketChoice::All : BucketChoice::Due;
    query.now = arguments.to.empty() ? invocation.now() : CHAPAR_TRY(time_of(arguments.to, "--at"));
    if (arguments.after) query.after = EntryIndex(*arguments.after);
    query.limit = arguments.limit;
    const auto txn = CHAPAR_TRY(mirror->begin_read());
    const BucketPage page = CHAPAR_TRY(list_buckets(*txn, query));
    const bool text = invocation.output.form() == Output::Form::Text;
    Table table(invocation.output, bucket_columns());
    for (const BucketRow& row : page.rows) table.add(row_of(row, query.now));
    table.print();
    if (text && page.rows.empty()) invocation.output.result({}, "no bucket is due");
    if (page.after) {
        invocation.output.result(json::object{{"more", true}, {"after", page.after->value}},
                                 "more: --after " + std::to_string(page.after->value));
    }
    return Done{};
}

using Body = Status (*)(Invocation&, const Arguments&);

// All share where the mirror is.
std::pair<CLI::App*, std::shared_ptr<Arguments>> add(CLI::App& ledger, Invocation& invocation,
                                                     const char* name, const char* description,
                                                     const char* example, Body body) {
    auto given = std::make_shared<Arguments>();
    CLI::App* command = add_command(ledger, name, description, example);
    command->add_option("--mirror", given->auditor.mirror, "the mirror (default HOME/ledger)");
    invocation.on(command, [&invocation, given, body] { return body(invocation, *given); });
    return {command, given};
}

void add_key(CLI::App& command, Arguments& given) {
    command.add_option("--key", given.auditor.key,
                       "keystore of the audit key (default HOME/audit.keystore)");
    command.add_option("--key-passphrase", given.auditor.key_passphrase,
                       "file with the passphrase of --key, if it is another one");
}

void add_sync(CLI::App& ledger, Invocation& invocation) {
    const auto [command, given] =
        add(ledger, invocation, "sync", "bring the auditor's mirror up to the newest signed head",
            "chapar ledger sync --home ~/auditor --key /media/key/audit.keystore", sync);
    add_key(*command, *given);
    command->add_option("--broker", given->source.broker, "the broker's directory: by its socket");
    command->add_option("--export", given->source.exports, "from export files, in order")
        ->delimiter(',');
    command->add_option("--card", given->source.card, "trust card (with --export)");
}

void add_search(CLI::App& ledger, Invocation& invocation) {
    const auto [command, given] = add(
        ledger, invocation, "search", "find entries in the mirror, page by page",
        "chapar ledger search --office TJ-NPJ-BLO --refused --from 2026-11-01T00:00:00Z", search);
    command->add_option("--office", given->office, "entries that this office has a part in");
    command->add_option("--case", given->case_id, "entries of this case");
    command->add_option("--kind", given->kind, "entries about envelopes of this kind");
    command->add_option("--from", given->from, "not before this time");
    command->add_option("--to", given->to, "before this time");
    command->add_flag("--refused", given->refused, "refusals only");
    command->add_option("--after", given->after, "above this entry: the next page");
    command->add_option("--limit", given->limit, "entries a page")
        ->check(CLI::Range(std::size_t{1}, kPageMost));
}

void add_due(CLI::App& ledger, Invocation& invocation) {
    const auto [command, given] =
        add(ledger, invocation, "due", "the mirror's buckets that nobody may keep any longer",
            "chapar ledger due --all --home ~/auditor --key /media/key/audit.keystore", due);
    add_key(*command, *given);
    command->add_flag("--all", given->all, "also those that are not due, or were shredded");
    command->add_option("--at", given->to, "as of this time (default now)");
    command->add_option("--after", given->after, "opened above this entry: the next page");
    command->add_option("--limit", given->limit, "buckets a page")
        ->check(CLI::Range(std::size_t{1}, kPageMost));
}

}  // namespace

void add_auditor_commands(CLI::App& ledger, Invocation& invocation) {
    add_sync(ledger, invocation);
    {
        const auto [command, given] = add(
            ledger, invocation, "view", "is everything of this agency here? (with its audit key)",
            "chapar ledger view --home ~/auditor --key /media/key/audit.keystore", view);
        add_key(*command, *given);
        command->add_option("--out", given->out, "write the keys of this view for chapar-verify");
    }
    add_search(ledger, invocation);
    add_due(ledger, invocation);
    {
        const auto [command, given] =
            add(ledger, invocation, "show", "one entry, opened with the audit key",
                "chapar ledger show 212 --home ~/auditor --key /media/key/audit.keystore", show);
        add_key(*command, *given);
        command->add_option("index", given->index, "the entry")->required();
    }
    const auto [command, given] =
        add(ledger, invocation, "prove", "a C2SP tlog-proof of one entry, from the mirror",
            "chapar ledger prove 212 --out 212.tlog-proof --home ~/auditor", prove);
    command->add_option("index", given->index, "the entry")->required();
    command->add_option("--out", given->out, "file to write (else it is printed)");
}

}  // namespace chapar::client
