#include "client/cli/keys/key_approve.h"

#include <CLI/CLI.hpp>

#include "client/cli/records/issued.h"
#include "client/cli/records/key_requests.h"
#include "client/cli/records/record_words.h"
#include "client/cli/records/sign_flow.h"
#include "client/edge/signer_home.h"
#include "schemas/base/time_text.h"

namespace chapar::client {
namespace {

struct ApproveArguments {
    std::string file;
    std::string country;
    std::vector<std::string> roles{"liaison"};
    std::uint64_t days = 366;
    std::string reason = "superseded";
    std::string since;
    bool yes = false;
    SignTarget target;
};

Result<Grant> grant_of(const ApproveArguments& given) {
    Grant out;
    out.new_office = given.country;
    out.roles = 0;
    for (const std::string& name : given.roles) {
        out.roles = static_cast<std::uint16_t>(out.roles | CHAPAR_TRY(role_bit(name)));
    }
    out.days = given.days;
    out.reason = CHAPAR_TRY(reason_named(given.reason));
    if (!given.since.empty()) {
        const auto since = parse_time(given.since);
        if (!since)
            return Error(Errc::FieldInvalid, "--since: a time such as 2026-11-20T05:40:00Z");
        out.since = *since;
    }
    return out;
}

// The first registrar makes records of a request; the next ones sign these.
Status grant(CeremonyFile& file, const HomePaths& paths, const ApproveArguments& given,
             TimeMs now) {
    const Authority home = CHAPAR_TRY(read_authority(paths));
    const crypto::DeviceRequest& request = file.request->request.request;
    if (!home.registrars || !home.roots) {
        return Error(Errc::NotFound, "this home's registrars' record; first: chapar key install");
    }
    if (home.roots->agency != request.agency) {
        return Error(Errc::SignerRefused, "the request is for " + request.agency.text());
    }
    const auto kept = CHAPAR_TRY(issued_records(paths.home));
    const Grant wanted = CHAPAR_TRY(grant_of(given));
    file.records = CHAPAR_TRY(grant_request(*file.request, wanted, kept, now));
    file.context = {*home.registrars};
    file.roots = home.roots;
    file.request.reset();
    return Done{};
}

Status approve(Invocation& invocation, const ApproveArguments& given) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    CeremonyFile file = CHAPAR_TRY(read_ceremony_file(given.file));
    if (file.request) CHAPAR_TRY(grant(file, paths, given, invocation.now()));
    if (file.records.empty()) {
        return Error(Errc::FieldInvalid, given.file + ": nothing to sign in it");
    }
    return sign_and_hand_on(invocation, paths, std::move(file), given.target,
                            given.yes ? Consent::Given : Consent::Ask);
}

}  // namespace

void add_key_approve_command(CLI::App& key, Invocation& invocation) {
    auto given = std::make_shared<ApproveArguments>();
    CLI::App* command = add_command(
        key, "approve",
        "read a request or a record in plain words, and sign it with this home's key",
        "chapar key approve npj.request --home ~/registrar-1 --new-office TJ --out npj.record\n"
        "  chapar key approve npj.record --home ~/registrar-2 --broker /srv/chapar --out "
        "npj.answer");
    command->add_option("file", given->file, "what another person wrote or signed")->required();
    command->add_option("--new-office", given->country,
                        "request: country; sign the office in as well");
    command
        ->add_option("--role", given->roles,
                     "of a new office, with commas: liaison, auditor, supervisor, prosecutor")
        ->delimiter(',');
    command->add_option("--days", given->days, "request: validity of the certificate (366)");
    command->add_option("--reason", given->reason,
                        "recovery: why the old certificate is revoked (superseded)");
    command->add_option("--since", given->since,
                        "recovery: time from which the old certificate's signatures are disputed");
    command->add_flag("--yes", given->yes, "the check words have been compared");
    add_sign_target(*command, given->target);
    invocation.on(command, [&invocation, given] { return approve(invocation, *given); });
}

}  // namespace chapar::client
