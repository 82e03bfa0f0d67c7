#include "client/cli/policy_commands.h"

#include "client/cli/device_context.h"
#include "client/cli/issued.h"
#include "client/cli/policy_file.h"
#include "client/cli/record_delivery.h"
#include "schemas/base/hex.h"
#include "schemas/base/limits.h"
#include "schemas/kinds.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

struct PushArguments {
    std::string file;
    RecordTarget target;
};

// The version after the newest that this root signed for the agency.
Result<crypto::PolicyRecord> next_version(const HomePaths& paths, const PolicyFile& file) {
    crypto::PolicyRecord next{file.agency, 1, {}, file.rules};
    for (const crypto::SignedRecord& record : CHAPAR_TRY(issued_records(paths.home))) {
        if (record.type != crypto::RecordType::Policy) continue;
        const auto old = CHAPAR_TRY(crypto::PolicyRecord::decode(record.body));
        if (old.agency != file.agency || old.version < next.version) continue;
        next.version = old.version + 1;
        next.previous = crypto::policy_hash(record.body);
    }
    return next;
}

Status push(Invocation& invocation, const PushArguments& given) {
    const HomePaths paths{CHAPAR_TRY(invocation.require_home())};
    const Bytes text = CHAPAR_TRY(read_file(given.file, limits::kRecordBytes));
    const PolicyFile file = CHAPAR_TRY(parse_policy(to_string(text)));
    const crypto::PolicyRecord policy = CHAPAR_TRY(next_version(paths, file));
    crypto::SignedRecord record{crypto::RecordType::Policy, policy.encode(), {}};
    if (const auto readable = crypto::PolicyRecord::decode(record.body); !readable) {
        return Error(Errc::ConfigInvalid, readable.error().context);
    }
    const auto passphrase = CHAPAR_TRY(invocation.passphrase(PassphraseUse::Open));
    record.sign(CHAPAR_TRY(open_root_key(paths, passphrase)));
    const Placed placed = CHAPAR_TRY(place_record(given.target, record));
    CHAPAR_TRY(keep_issued(paths.home, record));
    json::object object{{"agency", policy.agency.text()},
                        {"version", policy.version},
                        {"rules", policy.rules.size()},
                        {"policy", to_hex(record.hash().view())}};
    std::string shown = "policy of " + policy.agency.text() + ", version " +
                        std::to_string(policy.version) + ", " +
                        std::to_string(policy.rules.size()) + " rules";
    show_placed(placed, object, shown);
    invocation.output.result(object, shown);
    return Done{};
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
        lines.push_back(json::object{{"direction", direction},
                                     {"agency", line.agency.text()},
                                     {"office", line.office.text()},
                                     {"effect", word(line.effect)},
                                     {"rule", line.rule}});
        text += "\n  " + direction + " policy of " + line.agency.text() + ", to " +
                line.office.text() + ": " + word(line.effect) +
                (line.rule.empty() ? " (no rule permits it)" : " (rule " + line.rule + ")");
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
    CLI::App* command = add_command(*policy, "push", "sign an agency's policy and hand it over",
                                    "chapar policy push tj-dca.toml --home /media/tj-dca "
                                    "--broker /srv/chapar");
    command->add_option("file", pushed->file, "policy in TOML")->required();
    add_record_target(*command, pushed->target);
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
