#include "client/cli/mail/send_correction.h"

#include <CLI/CLI.hpp>
#include <optional>

#include "client/cases/correction_draft.h"
#include "client/cases/json_text.h"
#include "client/cli/mail/sent_item.h"
#include "client/core/corrections.h"
#include "client/core/recall.h"
#include "schemas/base/uuid.h"

namespace chapar::client {
namespace {

namespace json = boost::json;

Status complete(const storage::ReadTxn& txn, const Device& device, const OutboxItem& item,
                json::object& message) {
    if (!is_sent(item)) {
        return Error(Errc::Conflict, "only what was handed over can be corrected");
    }
    if (CHAPAR_TRY(is_recalled(txn, item))) return Error(Errc::Conflict, "it was recalled");
    const auto target = CHAPAR_TRY(correction_target(txn, device, item.message, device.office));
    if (!target)
        return Error(Errc::NotFound, "the text of outbox " + std::to_string(item.number.value));
    std::vector<OfficeId> to;
    for (const OutboxOffice& office : item.offices) to.push_back(office.office);
    complete_correction(message, {target->header, to, target->payload});
    return Done{};
}

// The item that a message names by itself, if it is in the outbox.
std::optional<OutboxItem> named_item(const storage::ReadTxn& txn, const json::object& message) {
    for (const std::string_view name : {"target", "supersedes"}) {
        const json::value* const value = message.if_contains(name);
        if (value == nullptr || !value->is_string()) continue;
        const auto id = parse_uuid(std::string_view(value->as_string()));
        auto item = id ? outbox_item(txn, MessageId{*id}) : Error(Errc::NotFound, "");
        if (item) return std::move(item).value();
    }
    return std::nullopt;
}

}  // namespace

void add_correction_options(CLI::App& command, CorrectionArguments& given) {
    command.add_option("--of", given.of,
                       "what is corrected: its number in outbox ls, or its message id");
    CLI::Option* const set =
        command
            .add_option("--set", given.set,
                        "PATH=VALUE, as kinds show names fields: goods[0].quantity.value=11.5; "
                        "without a value the field is taken away; may be given again")
            ->allow_extra_args(false);
    set->needs("--of");
    command.add_option("--reason", given.reason, "why, with --set")->needs(set);
}

Result<std::string> written_correction(const CorrectionArguments& given,
                                       const std::vector<std::string>& to) {
    json::object message{{"changes", CHAPAR_TRY(changes_of(given.set))}};
    json::array offices;
    for (const std::string& name : to) offices.emplace_back(name);
    if (!offices.empty()) message["to"] = std::move(offices);
    if (!given.reason.empty()) message["reason"] = given.reason;
    return json::serialize(message);
}

Result<std::string> completed_corrections(DeviceContext& context, const std::string& text,
                                          const std::string& of, const std::string& case_id) {
    auto document = parse_json(text);
    if (!document) return text;
    const bool is_list = document->is_array();
    if (is_list && !of.empty() && document->as_array().size() != 1) {
        return Error(Errc::Usage, "--of goes with one message");
    }
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    const Device device = context.device();
    std::optional<OutboxItem> item;
    if (!of.empty()) item = CHAPAR_TRY(find_sent(*txn, of));
    json::array one;
    if (!is_list) one.push_back(*document);
    for (json::value& each : is_list ? document->as_array() : one) {
        json::object* const message = each.if_object();
        if (message == nullptr) continue;
        if (!case_id.empty() && !message->contains("case")) (*message)["case"] = case_id;
        const auto target = item ? item : named_item(*txn, *message);
        if (target) CHAPAR_TRY(complete(*txn, device, *target, *message));
    }
    return json::serialize(is_list ? *document : one.front());
}

}  // namespace chapar::client
