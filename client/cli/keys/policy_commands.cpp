#include "client/cli/keys/policy_commands.h"

#include <CLI/CLI.hpp>

#include "client/cli/device/device_context.h"
#include "client/cli/records/issued.h"
#include "client/cli/records/key_requests.h"
#include "client/cli/records/policy_file.h"
#include "client/cli/records/policy_words.h"
#include "client/cli/records/record_words.h"
#include "client/cli/records/sign_flow.h"
#include "schemas/base/limits.h"
#include "schemas/kinds.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

struct PushArguments {
    std::string file;
    std::optional<std::uint32_t> version;
    SignTarget target;
};

Status push(Invocation& invocation, const PushArguments& given) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const Bytes text = CHAPAR_TRY(read_input_file(given.file, limits::kRecordBytes));
    PolicyFile policy = CHAPAR_TRY(parse_policy(to_string(text)));
    const auto kept = CHAPAR_TRY(issued_records(paths.home));
    auto record = draft_policy(policy.agency, std::move(policy.rules), given.version, kept);
    if (!record) {
        const Errc code = record.error().code;
        return Error(code == Errc::FieldInvalid ? Errc::ConfigInvalid : code,
                     record.error().context);
    }
    CeremonyFile file;
    file.records.push_back(*std::move(record));
    return sign_and_hand_on(invocation, paths, std::move(file), given.target, Consent::Given);
}

struct ExplainArguments {
    std::string from, kind = "seizure-alert", classification = "RESTRICTED";
    std::vector<std::string> to;
};

Result<schemas::ExplainAsk> question(const ExplainArguments& given, const OfficeId& own) {
    const OfficeId from = given.from.empty() ? own : CHAPAR_TRY(OfficeId::parse(given.from));
    schemas::ExplainAsk ask{from, {}, {}, {}};
    for (const std::string& name : given.to) ask.to.push_back(CHAPAR_TRY(OfficeId::parse(name)));
    const schemas::KindInfo* kind = schemas::find_kind(given.kind);
    if (!kind) return Error(Errc::FieldInvalid, "--kind");
    ask.kind = kind->kind;
    const auto classification = schemas::code_of<schemas::Classification>(given.classification);
    if (!classification) return Error(Errc::FieldInvalid, "--class");
    ask.classification = *classification;
    return ask;
}

Status explain(Invocation& invocation, const ExplainArguments& given) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const schemas::ExplainAsk ask = CHAPAR_TRY(question(given, context->device().office));
    CHAPAR_TRY(context->connect());
    const schemas::Explained answer = CHAPAR_TRY(context->session().explain(ask));
    const auto word = [](schemas::PolicyEffect effect) {
        return effect == schemas::PolicyEffect::Permit ? "permit" : "deny";
    };
    json::array lines;
    std::string text = answer.effect == schemas::PolicyEffect::Permit ? "PERMITTED" : "REFUSED";
    for (const schemas::ExplainLine& line : answer.lines) {
        const std::string direction =
            line.direction == schemas::PolicyDirection::Export ? "export" : "import";
        const std::string condition = condition_text(line.approvals, line.role, line.size_max);
        json::object shown_line{{"direction", direction},
                                {"agency", line.agency.text()},
                                {"office", line.office.text()},
                                {"effect", word(line.effect)},
                                {"rule", line.rule}};
        if (line.approvals > 0) {
            shown_line["approvals"] = line.approvals;
            shown_line["approver_role"] = role_names(line.role);
        }
        if (line.size_max > 0) shown_line["size_max"] = line.size_max;
        lines.push_back(std::move(shown_line));
        text += "\n  " + direction + " policy of " + line.agency.text() + ", to " +
                line.office.text() + ": " + word(line.effect) +
                (line.rule.empty() ? " (no rule permits it)" : " (rule " + line.rule + ")") +
                (condition.empty() ? "" : ", which asks for " + condition);
    }
    invocation.output.result(json::object{{"effect", word(answer.effect)}, {"lines", lines}}, text);
    if (answer.effect == schemas::PolicyEffect::Deny) return Error(Errc::PolicyRefused);
    return Done{};
}

}  // namespace

void add_policy_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* policy = app.add_subcommand("policy", "who may say what to whom");
    policy->require_subcommand(1);

    auto pushed = std::make_shared<PushArguments>();
    CLI::App* command = add_command(*policy, "push",
                                    "sign an agency's policy; a second registrar approves the file",
                                    "chapar policy push tj-dca.toml --home ~/registrar-1 "
                                    "--out tj-dca.policy");
    command->add_option("file", pushed->file, "policy in TOML")->required();
    command->add_option("--as-version", pushed->version,
                        "this version, after a draft that came to nothing");
    add_sign_target(*command, pushed->target);
    invocation.on(command, [&invocation, pushed] { return push(invocation, *pushed); });

    auto asked = std::make_shared<ExplainArguments>();
    command = add_command(*policy, "explain", "what would be decided, and by which rule",
                          "chapar policy explain --to AF-SKB-BLO --home ~/npj");
    command->add_option("--from", asked->from, "sending office; this device's own by default");
    command->add_option("--to", asked->to, "receiving offices")->required();
    command->add_option("--kind", asked->kind, "such as seizure-alert");
    command->add_option("--class", asked->classification,
                        "UNCLASSIFIED, RESTRICTED, CONFIDENTIAL or SECRET");
    invocation.on(command, [&invocation, asked] { return explain(invocation, *asked); });
}

}  // namespace chapar::client
