#include "client/cli/ledger/client_ledger_commands.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "client/cli/mail/item_view.h"
#include "client/core/awaited_proofs.h"
#include "client/core/fork.h"
#include "client/core/heads.h"
#include "client/core/ledger_alarms.h"
#include "client/core/trust_card.h"
#include "client/edge/home_files.h"
#include "client/edge/policy_home.h"
#include "client/edge/store_home.h"
#include "client/edge/trust_card_file.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

// What these commands need of a home; no passphrase.
struct ClosedHome {
    HomePaths paths;
    TrustCard card;
    std::unique_ptr<storage::Store> store;
};

Result<ClosedHome> open_closed(Invocation& invocation) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    auto card = CHAPAR_TRY(read_trust_card(paths.trust_card()));
    auto store = CHAPAR_TRY(open_store(paths.store()));
    return ClosedHome{paths, std::move(card), std::move(store)};
}

Status show_policy(Invocation& invocation, const std::optional<crypto::WitnessPolicy>& policy) {
    if (!policy) {
        invocation.output.result(
            json::object{{"policy", nullptr}},
            "no witness policy: logged is the last stage that a receipt can reach here");
        return Done{};
    }
    json::array names;
    std::string text;
    for (const crypto::PolicyWitness& witness : policy->witnesses()) {
        names.push_back(json::string(witness.name));
        text += "\n  " + witness.name + "  " + witness.key.vkey();
    }
    invocation.output.result(
        json::object{{"witnesses", std::move(names)}, {"asks_none", policy->asks_none()}},
        std::to_string(policy->witnesses().size()) + " witnesses" + text);
    if (policy->asks_none()) {
        invocation.output.warning(
            "this policy asks for no witness: logged is the last stage that a receipt can reach");
    }
    return Done{};
}

Status policy(Invocation& invocation, const std::string& file) {
    const ClosedHome home = CHAPAR_TRY(open_closed(invocation));
    if (file.empty()) {
        return show_policy(invocation, CHAPAR_TRY(held_policy(home.paths, home.card)));
    }
    const Bytes text = CHAPAR_TRY(read_input_file(file, crypto::WitnessPolicy::kPolicyBytes));
    const auto kept = CHAPAR_TRY(keep_policy(home.paths, home.card, to_string(text)));
    // What is logged already can still be witnessed: asked for at the next connection.
    auto txn = CHAPAR_TRY(home.store->begin_write());
    CHAPAR_TRY(await_all_receipts(*txn));
    CHAPAR_TRY(std::move(*txn).commit());
    return show_policy(invocation, kept);
}

enum class Confirm { No, Yes };

Status alarms(Invocation& invocation, Confirm confirm) {
    const ClosedHome home = CHAPAR_TRY(open_closed(invocation));
    auto txn = CHAPAR_TRY(home.store->begin_write());
    for (const LedgerAlarm& alarm : CHAPAR_TRY(ledger_alarms(*txn))) {
        invocation.output.result(json::object{{"alarm", text_of(alarm.kind)},
                                              {"since", utc(alarm.raised)},
                                              {"stops_sending", stops_sending(alarm.kind)},
                                              {"sentence", alarm.sentence}},
                                 utc(alarm.raised) + "  " + std::string(text_of(alarm.kind)) +
                                     "\n    " + alarm.sentence);
    }
    if (confirm == Confirm::No) return Done{};
    CHAPAR_TRY(confirm_ledger_alarms(*txn));
    return std::move(*txn).commit();
}

Status fork(Invocation& invocation, const std::string& out, const std::string& with) {
    const ClosedHome home = CHAPAR_TRY(open_closed(invocation));
    auto txn = CHAPAR_TRY(home.store->begin_write());
    if (!with.empty()) {
        // Of a colleague whose device sees another history; not committed.
        const Bytes note = CHAPAR_TRY(read_input_file(with, crypto::kNoteBytes));
        CHAPAR_TRY(crypto::open_checkpoint(to_string(note), home.card.log()));
        CHAPAR_TRY(keep_as_evidence(*txn, to_string(note)));
    }
    const auto evidence = CHAPAR_TRY(fork_evidence(*txn, home.card.log()));
    CHAPAR_TRY(refuse_existing(out));
    CHAPAR_TRY(write_file(out, view(evidence.text())));
    const bool proven = evidence.verdict() == crypto::ForkEvidence::Verdict::Proven;
    invocation.output.result(
        json::object{{"evidence", out},
                     {"proven", proven},
                     {"first_size", evidence.first().size.value},
                     {"second_size", evidence.second().size.value}},
        out +
            (proven ? ": the log signed two histories of one size. Anyone can check it: "
                    : ": two signed heads of different sizes, no proof by themselves. To read: ") +
            "chapar-verify fork " + out + " --vkey " + home.card.log().vkey());
    return Done{};
}

Status head(Invocation& invocation) {
    const ClosedHome home = CHAPAR_TRY(open_closed(invocation));
    const auto txn = CHAPAR_TRY(home.store->begin_read());
    const auto held = CHAPAR_TRY(newest_head(*txn, home.card.log()));
    if (!held) return Error(Errc::NotFound, "a head: this device was never connected");
    invocation.output.result(json::object{{"size", held->checkpoint.size.value},
                                          {"root", to_hex(held->checkpoint.root.view())},
                                          {"note", held->note}},
                             held->note);
    return Done{};
}

void add_policy(CLI::App& ledger, Invocation& invocation) {
    auto file = std::make_shared<std::string>();
    CLI::App* command =
        add_command(ledger, "policy", "the witnesses that this device demands under its receipts",
                    "chapar ledger policy caricc.policy --home ~/npj");
    command->add_option("file", *file,
                        "a C2SP tlog-policy for this ledger; shows the kept one if "
                        "left out");
    invocation.on(command, [&invocation, file] { return policy(invocation, *file); });
}

void add_fork(CLI::App& ledger, Invocation& invocation) {
    auto out = std::make_shared<std::string>();
    auto with = std::make_shared<std::string>();
    CLI::App* command = add_command(ledger, "fork", "write the evidence of two histories to a file",
                                    "chapar ledger fork --out fork.txt --home ~/npj");
    command->add_option("--out", *out, "file to write")->required();
    command->add_option("--with", *with, "a note that another device holds (its ledger head)");
    invocation.on(command, [&invocation, out, with] { return fork(invocation, *out, *with); });
}

}  // namespace

void add_client_ledger_commands(CLI::App& ledger, Invocation& invocation) {
    add_policy(ledger, invocation);
    auto confirm = std::make_shared<bool>(false);
    CLI::App* list = add_command(ledger, "alarms", "what this device found wrong with the ledger",
                                 "chapar ledger alarms --confirm --home ~/npj");
    list->add_flag("--confirm", *confirm,
                   "they were looked into: not told again, and this device may send again");
    invocation.on(list, [&invocation, confirm] {
        return alarms(invocation, *confirm ? Confirm::Yes : Confirm::No);
    });
    add_fork(ledger, invocation);
    CLI::App* newest =
        add_command(ledger, "head", "the newest signed head this device has verified",
                    "chapar ledger head --home ~/npj");
    invocation.on(newest, [&invocation] { return head(invocation); });
}

}  // namespace chapar::client
