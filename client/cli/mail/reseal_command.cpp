#include "client/cli/mail/reseal_command.h"

#include <CLI/CLI.hpp>

#include "client/cli/device/device_context.h"
#include "client/cli/mail/send_dispatch.h"
#include "client/cli/records/sign_flow.h"
#include "client/core/reseal.h"
#include "schemas/base/hex.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

struct ResealArguments {
    std::uint64_t number = 0;  // 0: list
    bool yes = false;
};

std::string_view cause_text(ResealCause cause) {
    switch (cause) {
        case ResealCause::Refused:
            return "was refused because keys of recipients had changed";
        case ResealCause::DeviceJoined:
            return "was not sealed to a device that joined its office since";
        case ResealCause::KeyGone:
            return "cannot be had by a device: it says it has lost the key, or the broker lost the "
                   "text";
    }
    return "";
}

std::string_view cause_code(ResealCause cause) {
    switch (cause) {
        case ResealCause::Refused:
            return "refused";
        case ResealCause::DeviceJoined:
            return "device-joined";
        case ResealCause::KeyGone:
            return "key-gone";
    }
    return "";
}

void show_need(const Invocation& invocation, const ResealNeed& need) {
    json::array offices;
    std::string names;
    for (const OfficeId& office : need.offices) {
        offices.emplace_back(office.text());
        names += " " + office.text();
    }
    json::array devices;
    for (const CertificateHash& device : need.devices) {
        devices.emplace_back(to_hex(device.view()));
    }
    const bool by_itself = need.verdict == ResealVerdict::Automatic;
    invocation.output.result(json::object{{"number", need.number.value},
                                          {"cause", cause_code(need.cause)},
                                          {"automatic", by_itself},
                                          {"offices", std::move(offices)},
                                          {"devices", std::move(devices)}},
                             "#" + std::to_string(need.number.value) + " " +
                                 std::string(cause_text(need.cause)) + ":" + names +
                                 (by_itself ? " (goes again by itself)" : " (needs your word)"));
}

// Of one item, or of all.
Result<std::vector<ResealNeed>> needs_of(DeviceContext& context, std::uint64_t number) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    if (number == 0) return find_reseals(*txn, context.device(), context.now());
    auto needs =
        CHAPAR_TRY(find_reseals(*txn, context.device(), context.now(), OutboxNumber(number)));
    std::erase_if(needs, [](const ResealNeed& need) {
        return need.verdict != ResealVerdict::NeedsConfirmation;
    });
    return needs;
}

Status reseal(Invocation& invocation, const ResealArguments& given) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    CHAPAR_TRY(context->connect());
    const auto needs = CHAPAR_TRY(needs_of(*context, given.number));
    for (const ResealNeed& need : needs) show_need(invocation, need);
    if (given.number == 0) return Done{};
    if (needs.empty()) return Error(Errc::Conflict, "nothing of it waits for your word");
    if (!given.yes) CHAPAR_TRY(confirm("Seal it again for them, as a new envelope?"));
    const auto added = CHAPAR_TRY(in_transaction(context->store(), [&](storage::Txn& txn) {
        return add_reseals(txn, context->device(), ResealVerdict::NeedsConfirmation,
                           OutboxNumber(given.number), context->now(), context->random());
    }));
    const auto report = context->exchange();
    const auto items = CHAPAR_TRY(show_items(invocation, *context, added));
    if (!report) return report.error();
    for (const OutboxItem& item : items) {
        if (item.stage == schemas::Stage::AwaitingApprovals) return Errc::ApprovalsAwaited;
        if (item.stage != schemas::Stage::Logged) {
            return Error(errc_of(item.problem.code).value_or(Errc::Queued), item.problem.context);
        }
    }
    return Done{};
}

}  // namespace

void add_reseal_command(CLI::App& app, Invocation& invocation) {
    CLI::App* outbox = app.get_subcommand("outbox");
    auto given = std::make_shared<ResealArguments>();
    CLI::App* command =
        add_command(*outbox, "reseal", "seal an envelope again for devices that could not get it",
                    "chapar outbox reseal 12 --yes --home ~/npj");
    command->add_option("number", given->number, "outbox number; all that wait if left out");
    command->add_flag("--yes", given->yes, "do not ask");
    invocation.on(command, [&invocation, given] { return reseal(invocation, *given); });
}

}  // namespace chapar::client
