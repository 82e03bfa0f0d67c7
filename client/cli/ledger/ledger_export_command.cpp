#include "client/cli/ledger/ledger_export_command.h"

#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>

#include "client/cli/device/device_context.h"
#include "client/edge/admin_client.h"
#include "client/edge/broker_paths.h"
#include "client/edge/home_files.h"
#include "client/edge/mirror_home.h"
#include "client/edge/trust_card_file.h"
#include "crypto/checkpoint.h"
#include "schemas/base/limits.h"
#include "storage/ledger_export_write.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

constexpr std::size_t kPolicyBytes = 65'536;
constexpr std::uint64_t kNotesApart = 256;  // entries between two heads that are kept

struct ExportArguments {
    std::string out;
    std::string broker;
    std::string mirror;
    std::uint64_t from = 0;
    bool directory = false;
};

// Where entries come from: the device's session, the broker's socket, or an auditor's mirror.
struct Source {
    TrustCard card;
    std::string policy;
    std::function<Result<schemas::Ledger>(EntryIndex)> read;
    // The newest head that a quorum of witnesses signed, with their lines; empty if there is none.
    std::function<Result<std::string>()> witnessed;
};

// One line on the terminal that rewrites itself; nothing anywhere else.
class EntryProgress {
  public:
    explicit EntryProgress(Output::Form form)
        : shown_(form == Output::Form::Text && ::isatty(STDERR_FILENO) == 1) {}
    ~EntryProgress() {
        if (drawn_) std::fputs("\n", stderr);
    }
    EntryProgress(const EntryProgress&) = delete;
    EntryProgress& operator=(const EntryProgress&) = delete;

    void show(std::uint64_t done, std::uint64_t all) {
        if (!shown_) return;
        drawn_ = true;
        std::fprintf(stderr, "\rexporting  %3llu %%  %llu of %llu entries",
                     static_cast<unsigned long long>(all == 0 ? 100 : done * 100 / all),
                     static_cast<unsigned long long>(done), static_cast<unsigned long long>(all));
    }

  private:
    bool shown_;
    bool drawn_ = false;
};

Result<std::string> policy_in(const std::filesystem::path& file) {
    if (!file_exists(file)) return std::string();
    return to_string(CHAPAR_TRY(read_input_file(file, kPolicyBytes)));
}

Result<std::string> policy_of(const std::filesystem::path& home) {
    return policy_in(home / "witness.policy");
}

Result<std::string> policy_of_broker(const std::filesystem::path& folder) {
    const BrokerPaths paths = CHAPAR_TRY(BrokerPaths::read(folder));
    if (paths.witness_policy.empty()) return std::string();
    return policy_in(folder / paths.witness_policy);
}

Status keep_witnessed(const Source& source, storage::ExportWriter& writer) {
    const std::string note = CHAPAR_TRY(source.witnessed());
    if (note.empty()) return Done{};
    const auto head = CHAPAR_TRY(crypto::open_checkpoint(note, source.card.log()));
    return head.size.value == 0 ? Status(Done{}) : writer.keep_note(head.size.value, note);
}

// Reads until the signed head that came with the newest piece is reached.
Result<storage::WrittenExport> fetch(const Source& source, storage::ExportWriter& writer,
                                     EntryProgress& progress) {
    std::uint64_t kept = 0;
    for (;;) {
        const std::uint64_t next = writer.next();
        const schemas::Ledger part = CHAPAR_TRY(source.read(EntryIndex(next)));
        const std::string& note = part.head.checkpoint;
        const auto head = CHAPAR_TRY(crypto::open_checkpoint(note, source.card.log()));
        if (next + part.entries.size() > head.size.value) {
            return Error(Errc::LedgerDamaged, "entries beyond the signed head");
        }
        for (const schemas::StoredEntry& entry : part.entries) {
            CHAPAR_TRY(writer.add({entry.leaf, entry.body}));
        }
        if (kept == 0 || head.size.value >= kept + kNotesApart) {
            CHAPAR_TRY(writer.keep_note(head.size.value, note));
            kept = head.size.value;
        }
        progress.show(writer.next(), head.size.value);
        if (writer.next() == head.size.value) {
            CHAPAR_TRY(keep_witnessed(source, writer));
            return writer.finish(note, head.size.value, head.root);
        }
        if (part.entries.empty()) return Error(Errc::MalformedFrame, "LEDGER");
    }
}

Status run_export(Invocation& invocation, const Source& source, const ExportArguments& given) {
    auto writer = CHAPAR_TRY(storage::ExportWriter::open(
        {given.out, given.directory ? storage::ExportForm::Directory : storage::ExportForm::Archive,
         given.from, source.card.record().encode(), source.card.log().vkey(), source.policy}));
    storage::WrittenExport written;
    {
        EntryProgress progress(invocation.output.form());
        written = CHAPAR_TRY(fetch(source, writer, progress));
    }
    json::array files;
    std::string text;
    for (const std::string& file : written.files) {
        files.emplace_back(file);
        text += file + "\n";
    }
    text += std::to_string(written.entries) + " entries, root checked";
    const json::object result{{"export", written.files.front()},
                              {"files", files},
                              {"entries", written.entries},
                              {"size", written.size}};
    invocation.output.result(result, text);
    return Done{};
}

Status from_broker(Invocation& invocation, const ExportArguments& given) {
    const std::filesystem::path folder = given.broker;
    auto client = CHAPAR_TRY(AdminClient::connect(folder / "admin.sock"));
    Source source{
        CHAPAR_TRY(read_trust_card(folder / "trust-card.json")),
        CHAPAR_TRY(policy_of_broker(folder)),
        [&](EntryIndex from) -> Result<schemas::Ledger> {
            schemas::Frame answer = CHAPAR_TRY(client.ask(schemas::LedgerAsk{from}));
            auto* part = std::get_if<schemas::Ledger>(&answer);
            if (part == nullptr) return Error(Errc::MalformedFrame, "LEDGER");
            return std::move(*part);
        },
        [&]() -> Result<std::string> {
            // A broker that only reads may refuse this, and is still exported.
            const auto answer =
                client.ask(schemas::ProofsAsk{{EntryIndex(0)}, schemas::Witnessing::WitnessedHead});
            const auto* proofs = answer ? std::get_if<schemas::Proofs>(&*answer) : nullptr;
            return proofs == nullptr ? std::string() : proofs->head.checkpoint;
        }};
    return run_export(invocation, source, given);
}

Status from_device(Invocation& invocation, const ExportArguments& given) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    CHAPAR_TRY(context->connect());
    const std::filesystem::path home = CHAPAR_TRY(invocation.require_home());
    const Source source{context->home().card(), CHAPAR_TRY(policy_of(home)),
                        [&](EntryIndex from) { return context->session().read_ledger(from); },
                        [&] { return context->session().witnessed_note(); }};
    return run_export(invocation, source, given);
}

// What the mirror has proven and no more: for a broker that has lost it, too.
Status from_mirror(Invocation& invocation, const ExportArguments& given) {
    const std::filesystem::path folder = given.mirror;
    if (!file_exists(folder)) return Error(Errc::NotFound, folder.string());
    const auto mirror = CHAPAR_TRY(open_mirror(folder));
    const auto txn = CHAPAR_TRY(mirror->begin_read());
    const MirrorState state = CHAPAR_TRY(mirror_state(*txn));
    if (state.proven.size == 0) {
        return Error(Errc::NotFound, folder.string() + ": nothing in it is proven yet");
    }
    const Source source{CHAPAR_TRY(mirror_card(*txn)), std::string(),
                        [&](EntryIndex from) -> Result<schemas::Ledger> {
                            schemas::Ledger page;
                            page.head.checkpoint = state.note;
                            const std::uint64_t end =
                                std::min(state.proven.size, from.value + limits::kPageEntries);
                            for (std::uint64_t i = from.value; i < end; ++i) {
                                const auto leaf = CHAPAR_TRY(mirror_leaf(*txn, EntryIndex(i)));
                                const auto body = CHAPAR_TRY(mirror_body(*txn, EntryIndex(i)));
                                page.entries.push_back({to_bytes(leaf), to_bytes(body)});
                            }
                            return page;
                        },
                        [] { return Result<std::string>(std::string()); }};
    return run_export(invocation, source, given);
}

}  // namespace

void add_export_command(CLI::App& ledger, Invocation& invocation) {
    auto given = std::make_shared<ExportArguments>();
    CLI::App* command = add_command(
        ledger, "export",
        "write the ledger to files of 65,536 entries each, or to a directory; goes on after a cut",
        "chapar ledger export --out 2026-11.chapar --home ~/auditor");
    command->add_option("--out", given->out, "file (segments get a number), or directory")
        ->required();
    command->add_option("--from", given->from,
                        "first entry, a multiple of 65,536: the segments before are held already");
    command->add_flag("--directory", given->directory,
                      "a directory that any web server can serve (tlog-tiles)");
    auto* broker =
        command->add_option("--broker", given->broker,
                            "directory of a running broker on this machine, instead of --home");
    command
        ->add_option(
            "--mirror", given->mirror,
            "an auditor's mirror (HOME/ledger), as far as it is proven: no broker is asked")
        ->excludes(broker);
    invocation.on(command, [&invocation, given] {
        if (!given->mirror.empty()) return from_mirror(invocation, *given);
        return given->broker.empty() ? from_device(invocation, *given)
                                     : from_broker(invocation, *given);
    });
}

}  // namespace chapar::client
