#include "client/cli/cases/codes_commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "client/cli/terminal/table.h"
#include "client/edge/codes_home.h"
#include "client/edge/signer_home.h"
#include "client/edge/trust_card_file.h"
#include "schemas/base/hex.h"
#include "schemas/base/time_text.h"
#include "schemas/kinds/code_set.h"

namespace chapar::client {
namespace {
namespace json = boost::json;
namespace fs = std::filesystem;

constexpr std::size_t kShownDigits = 16;  // of a hash, where a person reads it

std::string_view text_of(schemas::CodeGrowth growth) {
    return growth == schemas::CodeGrowth::Open ? "open" : "closed";
}

// Where the set in use comes from.
std::string origin_of(const Invocation& invocation) {
    const schemas::CodeSet& in_use = schemas::codes_in_use();
    if (&in_use == &schemas::CodeSet::built_in()) return "built in";
    return code_set_file(HomePaths{invocation.home}).string();
}

std::size_t verified_of(const schemas::CodeFile& list) {
    return static_cast<std::size_t>(
        std::ranges::count(list.rows, true, &schemas::CodeRow::verified));
}

void list_codes(Invocation& invocation) {
    const schemas::CodeSet& set = schemas::codes_in_use();
    const std::string origin = origin_of(invocation);
    invocation.output.result(
        json::object{{"set", set.dated()}, {"from", origin}, {"lists", set.files().size()}},
        "set of " + std::string(set.dated()) + ", " + origin + ", " +
            std::to_string(set.files().size()) + " lists");
    Table table(invocation.output, {{"list"},
                                    {"dated"},
                                    {"codes", 0, Side::Right},
                                    {"verified", 0, Side::Right},
                                    {"growth"},
                                    {"source", 60}});
    for (const schemas::CodeFile& list : set.files()) {
        const std::size_t verified = verified_of(list);
        table.add({json::object{{"list", list.name},
                                {"dated", list.dated},
                                {"codes", list.rows.size()},
                                {"verified", verified},
                                {"growth", text_of(list.growth)},
                                {"source", list.source},
                                {"note", list.note}},
                   {std::string(list.name), std::string(list.dated),
                    std::to_string(list.rows.size()), std::to_string(verified),
                    std::string(text_of(list.growth)), std::string(list.source)},
                   {}});
    }
    table.print();
}

json::object row_json(const schemas::CodeFile& list, const schemas::CodeRow& row,
                      std::string_view language) {
    json::object out;
    for (std::size_t i = 0; i < list.columns.size(); ++i) {
        if (!row.cells[i].empty()) out[list.columns[i]] = row.cells[i];
    }
    out["label"] = list.label(row, language);
    out["verified"] = row.verified;
    return out;
}

Status show_codes(Invocation& invocation, const std::string& name) {
    const schemas::CodeFile* const list = schemas::find_codes(name);
    if (list == nullptr) return Error(Errc::NotFound, "a list " + name + "; see: codes ls");
    const std::string_view language = schemas::tag_of(invocation.language);
    Table table(invocation.output, {{"code", 40}, {"label", 60}, {"until"}, {"mark"}},
                Heading::None);
    for (const schemas::CodeRow& row : list->rows) {
        table.add({row_json(*list, row, language),
                   {std::string(row.code), std::string(list->label(row, language)),
                    std::string(row.until), row.verified ? "" : "not verified"},
                   {}});
    }
    table.print();
    return Done{};
}

json::array changes_json(const std::vector<schemas::CodeChange>& changes) {
    json::array out;
    for (const schemas::CodeChange& change : changes) {
        out.push_back({{"list", change.list}, {"new", change.is_new}, {"more", change.rows_more}});
    }
    return out;
}

std::string changes_text(const std::vector<schemas::CodeChange>& changes) {
    std::string out;
    for (const schemas::CodeChange& change : changes) {
        out += "\n    " + change.list + (change.is_new ? " (new)" : "") + ": " +
               (change.rows_more > 0 ? std::to_string(change.rows_more) + " codes more"
                                     : "words or ends of codes");
    }
    return out;
}

Status update_codes(Invocation& invocation, const std::string& source) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const auto taken =
        CHAPAR_TRY(take_codes(paths, source, schemas::codes_in_use(), invocation.now()));
    const std::string dated(taken.codes.set.dated());
    const std::string manifest = to_hex(taken.codes.manifest.view());
    const bool installed = taken.taken == CodesTaken::Installed;
    invocation.output.result(json::object{{"set", dated},
                                          {"manifest", manifest},
                                          {"installed", installed},
                                          {"changes", changes_json(taken.changes)}},
                             (installed ? "in use: the set of " : "held already: the set of ") +
                                 dated + ", " + manifest.substr(0, kShownDigits) + ".." +
                                 changes_text(taken.changes));
    return Done{};
}

Status show_log(Invocation& invocation) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    for (const CodesLogLine& line : CHAPAR_TRY(codes_log(paths))) {
        invocation.output.result(json::object{{"time", line.time},
                                              {"set", line.dated},
                                              {"manifest", line.manifest},
                                              {"signed_by", line.key},
                                              {"file", line.source}},
                                 line.time + "  set of " + line.dated + "  " +
                                     line.manifest.substr(0, kShownDigits) + "..  signed by " +
                                     line.key.substr(0, kShownDigits) + "..  " + line.source);
    }
    return Done{};
}

struct SignArguments {
    std::string folder;
    std::string out;
};

// Tomorrow by the clock here: a set of a far day would keep out all that come before it.
Status check_date(const schemas::CodeSet& set, TimeMs now) {
    const std::string latest = time_text(now + kDay).substr(0, 10);
    if (set.dated() <= latest) return Done{};
    return Error(Errc::FieldInvalid, "the set is dated " + std::string(set.dated()));
}

// A home that has a trust card signs with the key that the card names, or not at all.
Status check_key(const HomePaths& paths, const SigningPublicKey& key) {
    if (!file_exists(paths.trust_card())) return Done{};
    const TrustCard card = CHAPAR_TRY(read_trust_card(paths.trust_card()));
    if (card.manifest().centre_root == key) return Done{};
    return Error(Errc::SignerRefused, "the centre root signs code lists");
}

Status sign_set(Invocation& invocation, const SignArguments& given) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const fs::path folder = given.folder;
    schemas::CodeSet set = CHAPAR_TRY(read_code_folder(folder));
    const schemas::CodeSet& held = schemas::codes_in_use();
    CHAPAR_TRY(check_follows(held, set));
    CHAPAR_TRY(check_date(set, invocation.now()));
    const auto changes = changes_between(held, set);
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Open));
    crypto::SigningKey key = CHAPAR_TRY(open_root_key(paths, passphrase));
    const SigningPublicKey signer = key.public_key();
    CHAPAR_TRY(check_key(paths, signer));
    const SignedCodes codes = CHAPAR_TRY(sign_codes(std::move(set), std::move(key)));
    CHAPAR_TRY(write_file(folder / kCodesManifest, view(codes.note)));
    std::string text = "signed: the set of " + std::string(codes.set.dated()) + " by " +
                       to_hex(signer.view()) + changes_text(changes) +
                       "\n    file: " + (folder / kCodesManifest).string();
    json::object out{{"set", codes.set.dated()},
                     {"manifest", to_hex(codes.manifest.view())},
                     {"signed_by", to_hex(signer.view())},
                     {"changes", changes_json(changes)}};
    if (!given.out.empty()) {
        CHAPAR_TRY(write_file(given.out, write_code_archive(files_of(codes))));
        out["file"] = given.out;
        text += "\n    file: " + given.out;
    }
    invocation.output.result(out, text);
    return Done{};
}

void add_update(CLI::App& codes, Invocation& invocation) {
    auto source = std::make_shared<std::string>();
    CLI::App* update = add_command(codes, "update", "take a newer set that the centre signed",
                                   "chapar codes update codes-2027-01-01.tar --home ~/desk");
    update->add_option("from", *source, "tar archive or folder of MANIFEST and the lists")
        ->required();
    invocation.on(update, [&invocation, source] { return update_codes(invocation, *source); });
    CLI::App* log = add_command(codes, "log", "which sets were taken, and when",
                                "chapar codes log --home ~/desk");
    invocation.on(log, [&invocation] { return show_log(invocation); });
}

void add_sign(CLI::App& codes, Invocation& invocation) {
    auto given = std::make_shared<SignArguments>();
    CLI::App* sign =
        add_command(codes, "sign", "sign a set of lists with the centre root",
                    "chapar codes sign lists/ --out codes-2027-01-01.tar --home ~/root");
    sign->add_option("folder", given->folder, "folder of the lists; MANIFEST is written there")
        ->required();
    sign->add_option("--out", given->out, "archive for the offices");
    invocation.on(sign, [&invocation, given] { return sign_set(invocation, *given); });
}

}  // namespace

void add_codes_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* codes = app.add_subcommand("codes", "the code lists in use, and newer ones");
    codes->require_subcommand(1);
    CLI::App* list =
        add_command(*codes, "ls", "every list, with its date and source", "chapar codes ls");
    invocation.on(list, [&invocation]() -> Status {
        list_codes(invocation);
        return Done{};
    });
    auto name = std::make_shared<std::string>();
    CLI::App* one = add_command(*codes, "show", "the codes of one list, with words of --lang",
                                "chapar codes show concealment --lang ru");
    one->add_option("list", *name, "its name")->required();
    invocation.on(one, [&invocation, name] { return show_codes(invocation, *name); });
    add_update(*codes, invocation);
    add_sign(*codes, invocation);
}

struct HomeCodes::Held {
    SignedCodes codes;
    schemas::CodesInUse in_use;
    explicit Held(SignedCodes taken) : codes(std::move(taken)), in_use(codes.set) {}
};

HomeCodes::HomeCodes(const Invocation& invocation) {
    if (invocation.home.empty()) return;
    auto held = held_codes(HomePaths{invocation.home});
    if (held && !*held) return;
    const schemas::CodeSet& built_in = schemas::CodeSet::built_in();
    // A newer program brings newer lists: then the home's own are of the past.
    if (held && (*held)->set.dated() < built_in.dated()) return;
    const Status fits = held ? check_follows(built_in, (*held)->set) : Status(held.error());
    if (!fits) {
        invocation.output.warning(
            "the code lists of this home are not used: " + fits.error().context +
            "; those of the program are. See: chapar codes update");
        return;
    }
    held_ = std::make_unique<Held>(std::move(**held));
}

HomeCodes::~HomeCodes() = default;

}  // namespace chapar::client
