#include "client/cli/broker/broker_backup.h"

#include <CLI/CLI.hpp>

#include "client/edge/backup_key.h"
#include "client/edge/backup_make.h"
#include "client/edge/backup_restore.h"
#include "client/edge/trust_card_file.h"
#include "schemas/base/hex.h"
#include "schemas/base/time_text.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

Result<std::optional<TrustCard>> read_card(const std::string& file) {
    if (file.empty()) return std::optional<TrustCard>();
    return std::optional(CHAPAR_TRY(read_trust_card(file)));
}

void add_key(CLI::App& broker, Invocation& invocation) {
    struct Arguments {
        std::string card, out;
    };
    auto given = std::make_shared<Arguments>();
    CLI::App* command = add_command(
        broker, "backup-key", "make the key that backups are sealed to; keep its home offline",
        "chapar broker backup-key --home /media/backup --card trust-card.json --out backup.key");
    command->add_option("--card", given->card, "the centre's trust card: no other's is restored");
    command->add_option("--out", given->out, "file for the operator")->required();
    invocation.on(command, [&invocation, given]() -> Status {
        const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
        CHAPAR_TRY(refuse_existing(given->out));
        const auto card = CHAPAR_TRY(read_card(given->card));
        const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Choose));
        const auto cost = CHAPAR_TRY(invocation.new_cost());
        const PublicKey key =
            CHAPAR_TRY(create_backup_home(paths, card, {passphrase, cost}, invocation.random));
        CHAPAR_TRY(write_backup_key(given->out, key));
        invocation.output.result(
            json::object{{"key", "backup"}, {"public", to_hex(key.view())}, {"file", given->out}},
            "backup key made\n  give the operator: " + given->out +
                "\n  keep offline:      " + paths.home.string() +
                "\n  who has it and its passphrase can run this centre's broker from a backup");
        return Done{};
    });
}

json::object described(const BackupHeader& header) {
    return json::object{{"backup", to_hex(header.id.view())},
                        {"origin", header.origin},
                        {"home", to_hex(header.home.view())},
                        {"made", time_text(header.made)},
                        {"size", header.size.value},
                        {"root", to_hex(header.root.view())},
                        {"note", header.note}};
}

std::string summary(const BackupHeader& header) {
    return header.origin + ", " + std::to_string(header.size.value) + " entries, " +
           time_text(header.made) + ", root " + to_hex(header.root.view());
}

struct BackupArguments {
    std::filesystem::path directory, store, keys;
    std::string holder;
};

Status back_up(Invocation& invocation, const BackupArguments& given) {
    const PublicKey holder = CHAPAR_TRY(read_backup_key(given.holder));
    const MadeBackup made = CHAPAR_TRY(make_backup(
        {given.directory, given.store, given.keys, holder}, invocation.now(), invocation.random));
    const std::string store_digest = to_hex(made.store_digest.view());
    const std::string keys_digest = to_hex(made.keys_digest.view());
    json::object told = described(made.header);
    told["store"] = given.store.string();
    told["store_sha256"] = store_digest;
    told["keys"] = given.keys.string();
    told["keys_sha256"] = keys_digest;
    told["left_out"] = json::array{"bodies/", "high-water", "kek/ledger.kek"};
    invocation.output.result(
        told, "backed up " + summary(made.header) +          //
                  "\n  store:    " + given.store.string() +  //
                  "\n            sha256 " + store_digest +   //
                  "\n  keys:     " + given.keys.string() +   //
                  "\n            sha256 " + keys_digest +    //
                  "\n  keep the two apart. Not in them: attachments (bodies/, copy the folder as it"
                  "\n  is if you want them), the high-water file, and the KEK that ledger.keys is"
                  "\n  sealed under: keep a copy of kek/ledger.kek with neither of them.");
    return Done{};
}

void add_backup(CLI::App& broker, Invocation& invocation) {
    auto given = std::make_shared<BackupArguments>();
    CLI::App* command = add_command(
        broker, "backup", "copy a broker, running or not, into two sealed files",
        "chapar broker backup --dir /srv/chapar --out a.store --keys-out a.keys --to backup.key");
    command->add_option("--dir", given->directory, "the broker's directory")->required();
    command->add_option("--out", given->store, "file for store and configuration")->required();
    command->add_option("--keys-out", given->keys, "file for the keys; keep it apart")->required();
    command->add_option("--to", given->holder, "public key of the holder (backup-key)")->required();
    invocation.on(command, [&invocation, given] { return back_up(invocation, *given); });
}

std::string next_steps(const RestorePlan& plan, const RestoredBackup& restored) {
    const std::string directory = plan.directory.string();
    std::string out =
        "\nWhat happens next"
        "\n  - This copy ends at entry " +
        std::to_string(restored.header.size.value) +
        ". Whatever was signed after it is missing here: chapard starts read-only on it and"
        "\n    signs nothing until a repair has reached every known head."
        "\n  - Put back what is missing from the newest export of any auditor:"
        "\n      chapard repair --dir " +
        directory +
        " --from EXPORT"
        "\n    Without any export two persons may override: chapar broker status shows how."
        "\n  - The broker that this was copied from must never run again: two copies would sign"
        "\n    two histories."
        "\n  - Attachments are not in a backup: copy the old bodies/ to " +
        directory + "/bodies if you have it.";
    if (!restored.kek_given) {
        out += "\n  - ledger.keys needs the KEK " + restored.kek_id + ": put it to " +
               restored.kek_path.string() + " (0600) before chapard starts.";
    }
    if (!restored.policy_path.empty()) {
        out += "\n  - The witness policy is " + directory + "/witness.policy: put it to " +
               restored.policy_path.string() + " before chapard starts, if it is not there.";
    }
    return out;
}

Status restore(Invocation& invocation, const RestorePlan& plan) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Open));
    const BackupHolder holder = CHAPAR_TRY(open_backup_home(paths, passphrase));
    const RestoredBackup restored = CHAPAR_TRY(restore_backup(plan, holder, invocation.random));
    json::object told = described(restored.header);
    told["restored"] = plan.directory.string();
    told["kek"] = restored.kek_id;
    told["kek_restored"] = restored.kek_given;
    told["kek_path"] = restored.kek_path.string();
    told["read_only_until"] = "chapard repair";
    invocation.output.result(told, "restored " + summary(restored.header) + "\n  to: " +
                                       plan.directory.string() + next_steps(plan, restored));
    return Done{};
}

void add_restore(CLI::App& broker, Invocation& invocation) {
    struct Arguments {
        RestorePlan plan;
        std::string kek;
    };
    auto given = std::make_shared<Arguments>();
    CLI::App* command = add_command(
        broker, "restore", "unpack a backup into a new directory, all of it verified first",
        "chapar broker restore a.store --keys a.keys --home /media/backup --dir /srv/chapar-2");
    command->add_option("file", given->plan.store_file, "the store's file")->required();
    command->add_option("--keys", given->plan.keys_file, "the keys' file")->required();
    command->add_option("--dir", given->plan.directory, "new directory; must not exist")
        ->required();
    command->add_option("--kek", given->kek, "the KEK file, kept apart from all backups");
    invocation.on(command, [&invocation, given]() -> Status {
        RestorePlan plan = given->plan;
        if (!given->kek.empty()) plan.kek = given->kek;
        return restore(invocation, plan);
    });
}

}  // namespace

void add_backup_commands(CLI::App& broker, Invocation& invocation) {
    add_key(broker, invocation);
    add_backup(broker, invocation);
    add_restore(broker, invocation);
}

}  // namespace chapar::client
