#include "client/cli/ledger_commands.h"

#include "client/cli/device_context.h"
#include "client/cli/programs.h"
#include "crypto/tree.h"
#include "storage/archive_file.h"
#include "storage/ledger_export.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

struct Fetched {
    storage::LedgerExport ledger;
    crypto::Checkpoint head;
};

// All entries up to one head. A ledger that grows meanwhile is cut at the last head seen.
Result<Fetched> fetch(DeviceContext& context) {
    const TrustCard& card = context.home().card();
    Fetched out{{card.record().encode(), card.log().vkey(), {}, {}}, {}};
    for (bool done = false; !done;) {
        schemas::Ledger part =
            CHAPAR_TRY(context.session().read_ledger(EntryIndex(out.ledger.entries.size())));
        for (schemas::StoredEntry& entry : part.entries) {
            out.ledger.entries.push_back({std::move(entry.leaf), std::move(entry.body)});
        }
        if (part.entries.empty() && !part.done) return Error(Errc::MalformedFrame, "LEDGER");
        done = part.done;
        out.ledger.checkpoint = part.head.checkpoint;
    }
    const auto opened = CHAPAR_TRY(crypto::open_checkpoint(out.ledger.checkpoint, card.log()));
    out.head = opened;
    return out;
}

// What was handed out must be the tree whose head was signed.
Status check_root(const Fetched& fetched) {
    std::vector<Hash> hashes;
    for (const storage::ExportedEntry& entry : fetched.ledger.entries) {
        hashes.push_back(crypto::leaf_hash(entry.leaf));
    }
    if (hashes.size() != fetched.head.size.value ||
        crypto::tree_root(hashes) != fetched.head.root) {
        return Error(Errc::LedgerDamaged, "the entries do not lead to the signed head");
    }
    return Done{};
}

Status export_ledger(Invocation& invocation, const std::string& file) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    CHAPAR_TRY(context->connect());
    const Fetched fetched = CHAPAR_TRY(fetch(*context));
    CHAPAR_TRY(check_root(fetched));
    CHAPAR_TRY(storage::write_archive(file, storage::members_of(fetched.ledger)));
    const std::size_t entries = fetched.ledger.entries.size();
    invocation.output.result(json::object{{"export", file}, {"entries", entries}},
                             file + ": " + std::to_string(entries) + " entries, root checked");
    return Done{};
}

void add_export(CLI::App& ledger, Invocation& invocation) {
    auto file = std::make_shared<std::string>();
    CLI::App* command =
        add_command(ledger, "export", "write the whole ledger to a file (auditor's device)",
                    "chapar ledger export --out 2026-11.chapar --home ~/auditor");
    command->add_option("--out", *file, "file to write")->required();
    invocation.on(command, [&invocation, file] { return export_ledger(invocation, *file); });
}

struct JudgeArguments {
    std::string file, trust, key;
    std::vector<std::string> without;
};

// Takes this process's place, so that output and exit code are the program's own.
Status become(const Invocation& invocation, const std::string& program,
              std::vector<std::string> arguments) {
    if (invocation.output.form() == Output::Form::Json) arguments.push_back("--json");
    if (invocation.passphrase_fd && program == "chapar-replay") {
        arguments.push_back("--passphrase-fd");
        arguments.push_back(std::to_string(*invocation.passphrase_fd));
    }
    return replace_process(CHAPAR_TRY(program_beside(program)), arguments);
}

void add_verify(CLI::App& ledger, Invocation& invocation) {
    auto given = std::make_shared<JudgeArguments>();
    CLI::App* command = add_command(ledger, "verify", "prove an export (runs chapar-verify)",
                                    "chapar ledger verify 2026-11.chapar --trust caricc.json");
    command->add_option("export", given->file, "the export")->required();
    command->add_option("--trust", given->trust, "the centre's trust card")->required();
    invocation.on(command, [&invocation, given] {
        return become(invocation, "chapar-verify", {given->file, "--trust", given->trust});
    });
}

void add_replay(CLI::App& ledger, Invocation& invocation) {
    auto given = std::make_shared<JudgeArguments>();
    CLI::App* command =
        add_command(ledger, "replay", "take every decision again (runs chapar-replay)",
                    "chapar ledger replay 2026-11.chapar --key /media/root/audit.keystore");
    command->add_option("export", given->file, "the export")->required();
    command->add_option("--key", given->key, "keystore of the centre auditor")->required();
    command->add_option("--without-rule", given->without,
                        "AGENCY/RULE: report what would be decided without it");
    invocation.on(command, [&invocation, given] {
        std::vector<std::string> arguments{given->file, "--key", given->key};
        for (const std::string& rule : given->without) {
            arguments.insert(arguments.end(), {"--without-rule", rule});
        }
        return become(invocation, "chapar-replay", std::move(arguments));
    });
}

}  // namespace

void add_ledger_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* ledger = app.add_subcommand("ledger", "the audit ledger");
    ledger->require_subcommand(1);
    add_export(*ledger, invocation);
    add_verify(*ledger, invocation);
    add_replay(*ledger, invocation);
}

}  // namespace chapar::client
