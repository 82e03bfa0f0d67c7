#include "client/cli/keys/key_found.h"

#include <CLI/CLI.hpp>

#include "client/cli/records/key_requests.h"
#include "client/cli/records/record_words.h"
#include "client/cli/records/sign_flow.h"
#include "client/edge/signer_home.h"
#include "client/edge/trust_card_file.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

struct KeyArguments {
    std::string name, card, out;
};

Status say_key(Invocation& invocation, const KeyCard& key, const std::string& out) {
    const std::string words = words_of(key.key);
    invocation.output.result(
        json::object{
            {"key", role_text(key.role)}, {"name", key.name}, {"file", out}, {"check", words}},
        std::string(role_text(key.role)) + " key of " + shown(key.name) +
            " made\n    file:        " + out + "\n    check words: " + words);
    return Done{};
}

// The trust card stays in the home: it says which centre's records this key signs.
Status keep_card(const HomePaths& paths, const std::string& file) {
    if (file.empty()) return Done{};
    const TrustCard card = CHAPAR_TRY(read_trust_card(file));
    return write_file(paths.trust_card(), view(card.json()));
}

Status make_key(Invocation& invocation, const KeyArguments& given, KeyRole role) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Choose));
    const auto cost = CHAPAR_TRY(invocation.new_cost());
    const KeyCard key =
        role == KeyRole::Audit
            ? CHAPAR_TRY(create_audit_key(paths, given.name, {passphrase, cost}, invocation.random))
            : CHAPAR_TRY(create_signer_home(paths, role, given.name, {passphrase, cost},
                                            invocation.random));
    CHAPAR_TRY(keep_card(paths, given.card));
    const std::string file = std::string(role_text(role)) + ".key";
    const std::string out = given.out.empty() ? (paths.home / file).string() : given.out;
    CeremonyFile card;
    card.key = key;
    CHAPAR_TRY(write_ceremony_file(out, card));
    return say_key(invocation, key, out);
}

void add_key(CLI::App& parent, Invocation& invocation, KeyRole role, const std::string& description,
             const std::string& example) {
    auto given = std::make_shared<KeyArguments>();
    CLI::App* command = add_command(parent, std::string(role_text(role)), description, example);
    command->add_option("--name", given->name, "pseudonym of the person")->required();
    command->add_option("--card", given->card, "the centre's trust card, kept in the home");
    command->add_option("--out", given->out, "file to give away; else in the home");
    invocation.on(command,
                  [&invocation, given, role] { return make_key(invocation, *given, role); });
}

Result<std::vector<KeyCard>> read_cards(const std::vector<std::string>& files) {
    std::vector<KeyCard> out;
    for (const std::string& path : files) {
        const CeremonyFile file = CHAPAR_TRY(read_ceremony_file(path));
        if (!file.key) return Error(Errc::FieldInvalid, path + ": not the file of a key");
        out.push_back(*file.key);
    }
    return out;
}

// The record of this type in an earlier file of the ceremony.
Result<std::optional<crypto::SignedRecord>> replaced(const std::string& path,
                                                     crypto::RecordType type) {
    if (path.empty()) return std::optional<crypto::SignedRecord>();
    const CeremonyFile file = CHAPAR_TRY(read_ceremony_file(path));
    for (const auto* records : {&file.records, &file.context}) {
        for (const crypto::SignedRecord& record : *records) {
            if (record.type == type) return std::optional(record);
        }
    }
    return Error(Errc::FieldInvalid, path + ": does not hold the record that is replaced");
}

Status say_draft(Invocation& invocation, const CeremonyFile& file, const std::string& out,
                 const std::string& next) {
    const RecordWords words = CHAPAR_TRY(words_for(file.records.front()));
    json::object object = as_json(words);
    object["file"] = out;
    invocation.output.result(object, as_text(words) + "\nwritten to " + out + "; next: " + next);
    return Done{};
}

struct AgencyArguments {
    std::string agency, audit, replaces, out;
    std::vector<std::string> roots;
    std::uint8_t threshold = 2;
};

Status draft(Invocation& invocation, const AgencyArguments& given) {
    AgencyPlan plan{CHAPAR_TRY(AgencyId::parse(given.agency)), CHAPAR_TRY(read_cards(given.roots)),
                    given.threshold, CHAPAR_TRY(read_cards({given.audit})).front(),
                    CHAPAR_TRY(replaced(given.replaces, crypto::RecordType::Agency))};
    const CeremonyFile file = CHAPAR_TRY(draft_agency(plan, invocation.now()));
    CHAPAR_TRY(write_ceremony_file(given.out, file));
    if (plan.roots.size() == 1) {
        invocation.output.warning(
            "one root key, 1 of 1: who loses or steals it decides alone, and "
            "every other agency is shown so");
    }
    return say_draft(invocation, file, given.out,
                     plan.replaces ? "key approve by the old roots, then by the centre root"
                                   : "key approve by the centre root");
}

void add_agency(CLI::App& parent, Invocation& invocation) {
    auto given = std::make_shared<AgencyArguments>();
    CLI::App* command = add_command(
        parent, "agency", "write an agency's record: its root keys, to be signed by the centre",
        "chapar key agency --agency TJ-DCA --roots a.key,b.key,c.key --threshold 2 \\\n"
        "      --audit-key audit.key --out tj-dca.agency");
    command->add_option("--agency", given->agency, "such as TJ-DCA")->required();
    command->add_option("--roots", given->roots, "files of key root, one a person")
        ->required()
        ->delimiter(',');
    command->add_option("--threshold", given->threshold, "how many roots sign together (2)");
    command->add_option("--audit-key", given->audit, "file of key audit")->required();
    command->add_option("--replaces", given->replaces, "file with the agency's record before");
    command->add_option("--out", given->out, "file for the signers")->required();
    invocation.on(command, [&invocation, given] { return draft(invocation, *given); });
}

struct RegistrarsArguments {
    std::string roots, replaces, out;
    std::vector<std::string> keys;
    std::uint8_t threshold = 2;
};

Status draft(Invocation& invocation, const RegistrarsArguments& given) {
    const CeremonyFile agency = CHAPAR_TRY(read_ceremony_file(given.roots));
    if (!agency.roots) return Error(Errc::FieldInvalid, given.roots + ": does not hold the roots");
    const RegistrarsPlan plan{*agency.roots, CHAPAR_TRY(read_cards(given.keys)), given.threshold,
                              CHAPAR_TRY(replaced(given.replaces, crypto::RecordType::Registrars))};
    const CeremonyFile file = CHAPAR_TRY(draft_registrars(plan, invocation.now()));
    CHAPAR_TRY(write_ceremony_file(given.out, file));
    return say_draft(invocation, file, given.out,
                     "key approve by " + std::to_string(plan.roots.threshold) + " roots");
}

void add_registrars(CLI::App& parent, Invocation& invocation) {
    auto given = std::make_shared<RegistrarsArguments>();
    CLI::App* command = add_command(
        parent, "registrars",
        "write the record of an agency's registrars, to be signed by its roots",
        "chapar key registrars --roots tj-dca.agency --keys d.key,e.key --out tj-dca.registrars");
    command->add_option("--roots", given->roots, "file with the agency's roots")->required();
    command->add_option("--keys", given->keys, "files of key registrar, one a person")
        ->required()
        ->delimiter(',');
    command->add_option("--threshold", given->threshold, "how many sign together (2)");
    command->add_option("--replaces", given->replaces, "file with the registrars' record before");
    command->add_option("--out", given->out, "file for the signers")->required();
    invocation.on(command, [&invocation, given] { return draft(invocation, *given); });
}

}  // namespace

void add_key_found_commands(CLI::App& key, Invocation& invocation) {
    add_key(key, invocation, KeyRole::Root, "make a root key: one person, one home, kept offline",
            "chapar key root --home /media/root-a --name falcon --card caricc.json --out a.key");
    add_key(key, invocation, KeyRole::Registrar, "make a registrar's key",
            "chapar key registrar --home ~/registrar --name heron --card caricc.json --out d.key");
    add_key(key, invocation, KeyRole::Audit, "make an agency's audit key: it opens ledger entries",
            "chapar key audit --home /media/audit --name owl --out audit.key");
    add_agency(key, invocation);
    add_registrars(key, invocation);
}

}  // namespace chapar::client
