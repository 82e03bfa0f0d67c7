#include "client/cli/keys/key_peers.h"

#include <CLI/CLI.hpp>

#include "client/cli/records/issued.h"
#include "client/cli/records/key_requests.h"
#include "client/cli/records/record_words.h"
#include "client/cli/records/sign_flow.h"
#include "client/edge/signer_home.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

struct PeersArguments {
    std::vector<std::string> add, remove;
    std::string give;
    std::optional<std::uint32_t> version;
    bool yes = false;
    SignTarget target;
};

Result<AgencyRoots> own_roots(const HomePaths& paths) {
    const Authority home = CHAPAR_TRY(read_authority(paths));
    if (!home.roots) return Error(Errc::NotFound, "this home's agency; first: chapar key install");
    return *home.roots;
}

json::object row_of(const AgencyRoots& roots) {
    return {{"agency", roots.agency.text()},
            {"threshold", threshold_text(roots)},
            {"check", words_of(roots)}};
}

std::string text_of_row(const AgencyRoots& roots) {
    return roots.agency.text() + "  " + roots_text(roots) +
           (roots.roots.size() == 1 ? "  (1 of 1: one key decides alone)" : "");
}

Status list(Invocation& invocation, const HomePaths& paths) {
    const AgencyRoots own = CHAPAR_TRY(own_roots(paths));
    const auto kept = CHAPAR_TRY(issued_records(paths.home));
    for (const AgencyRoots& peer : CHAPAR_TRY(newest_peers(own.agency, kept)).peers) {
        invocation.output.result(row_of(peer), text_of_row(peer));
    }
    return Done{};
}

// What this agency hands to another, by courier or in person.
Status give(Invocation& invocation, const HomePaths& paths, const std::string& out) {
    CeremonyFile file;
    file.roots = CHAPAR_TRY(own_roots(paths));
    CHAPAR_TRY(write_ceremony_file(out, file));
    json::object object = row_of(*file.roots);
    object["file"] = out;
    invocation.output.result(object, text_of_row(*file.roots) + "\nwritten to " + out +
                                         "; read the words to the other agency's registrars");
    return Done{};
}

Result<PeersChange> change_of(const PeersArguments& given, const AgencyId& own) {
    PeersChange out;
    for (const std::string& path : given.add) {
        const CeremonyFile file = CHAPAR_TRY(read_ceremony_file(path));
        if (!file.roots) return Error(Errc::FieldInvalid, path + ": does not hold roots");
        if (file.roots->agency == own) {
            return Error(Errc::FieldInvalid, path + ": these are this agency's own roots");
        }
        out.add.push_back(*file.roots);
    }
    for (const std::string& name : given.remove) {
        out.remove.push_back(CHAPAR_TRY(AgencyId::parse(name)));
    }
    return out;
}

// Roots that replace others are the one change that an attacker would like to see confirmed.
void warn_of_changes(const Invocation& invocation, const crypto::PeersRecord& before,
                     const PeersChange& change) {
    for (const AgencyRoots& added : change.add) {
        const AgencyRoots* old = before.find(added.agency);
        if (old == nullptr || *old == added) continue;
        invocation.output.warning(added.agency.text() + " had other roots until now (" +
                                  roots_text(*old) +
                                  "): go on only if its officers told you so in person");
    }
}

Status change(Invocation& invocation, const HomePaths& paths, const PeersArguments& given) {
    const AgencyRoots own = CHAPAR_TRY(own_roots(paths));
    const auto kept = CHAPAR_TRY(issued_records(paths.home));
    const PeersChange wanted = CHAPAR_TRY(change_of(given, own.agency));
    warn_of_changes(invocation, CHAPAR_TRY(newest_peers(own.agency, kept)), wanted);
    CeremonyFile file;
    file.records.push_back(CHAPAR_TRY(draft_peers(own.agency, wanted, given.version, kept)));
    return sign_and_hand_on(invocation, paths, std::move(file), given.target,
                            given.yes ? Consent::Given : Consent::Ask);
}

Status peers(Invocation& invocation, const PeersArguments& given) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const bool changes = !given.add.empty() || !given.remove.empty();
    const SignTarget& target = given.target;
    const bool placed = !target.out.empty() || !target.broker.empty() || !target.device.empty();
    if (!given.give.empty()) return give(invocation, paths, given.give);
    if (!changes && !placed) return list(invocation, paths);
    if (!changes || !placed) {
        return Error(Errc::Usage, "--add or --remove, with --out FILE for the second registrar");
    }
    return change(invocation, paths, given);
}

}  // namespace

void add_key_peers_command(CLI::App& key, Invocation& invocation) {
    auto given = std::make_shared<PeersArguments>();
    CLI::App* command = add_command(
        key, "peers",
        "the agencies that this agency trusts: list, give away one's own, add, remove",
        "chapar key peers --home ~/registrar-1 --give tj-dca.roots\n"
        "  chapar key peers --home ~/registrar-1 --add af-cnp.roots --out tj-dca.peers");
    command->add_option("--give", given->give, "file with this agency's roots, for another agency");
    command->add_option("--add", given->add, "file with the roots of another agency");
    command->add_option("--remove", given->remove, "an agency that is no longer trusted");
    command->add_option("--as-version", given->version,
                        "this version, after a draft that came to nothing");
    command->add_flag("--yes", given->yes, "the check words have been compared");
    add_sign_options(*command, given->target);
    invocation.on(command, [&invocation, given] { return peers(invocation, *given); });
}

}  // namespace chapar::client
