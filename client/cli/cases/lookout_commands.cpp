#include "client/cli/cases/lookout_commands.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <span>

#include "client/cases/lookout_reading.h"
#include "client/cli/device/device_context.h"
#include "client/cli/mail/item_view.h"
#include "client/cli/terminal/passed_over.h"
#include "client/cli/terminal/table.h"
#include "client/core/compose.h"
#include "client/core/corrections.h"
#include "client/core/inbox_page.h"
#include "client/core/recall.h"
#include "client/core/store_errors.h"
#include "schemas/base/uuid.h"
#include "schemas/delivery_state.h"
#include "schemas/kinds.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

bool is_believed(const InboxItem& item) {
    return item.state != InboxState::Provisional && !item.disputed;
}

Result<std::vector<InboxItem>> items_of_lookouts(const storage::ReadTxn& txn,
                                                 const Device& device) {
    std::vector<InboxItem> out;
    for (const schemas::KindInfo& kind : schemas::all_kinds()) {
        if (!is_lookout_kind(kind.kind)) continue;
        InboxFilter filter;
        filter.kind = kind.kind;
        CHAPAR_TRY(each_inbox_item(txn, device, filter, [&out](const InboxItem& item) -> Status {
            out.push_back(item);
            return Done{};
        }));
    }
    return out;
}

// The message whose corrections stand for this one: of one that was sent again, the first.
Result<MessageId> first_of(const storage::ReadTxn& txn, const InboxItem& item) {
    if (!item.sent_again) return item.message;
    const auto first = inbox_item(txn, *item.sent_again);
    if (!first) CHAPAR_TRY(unless_broken(first.error()));
    return first ? first->message : item.message;
}
Result<MessageId> first_of(const storage::ReadTxn& txn, OutboxItem item) {
    while (item.reseal.first) item = CHAPAR_TRY(outbox_item(txn, *item.reseal.first));
    return item.message;
}

Status add_received(const Output& output, const storage::ReadTxn& txn, const Device& device,
                    const Corrections& known, std::vector<LookoutMessage>& out) {
    for (const InboxItem& item : CHAPAR_TRY(items_of_lookouts(txn, device))) {
        if (item.state == InboxState::Unopenable) continue;
        const LookoutAuthor author{item.sender_agency, item.sender_office};
        LookoutMessage message{author.agency, author.office};
        if (item.state == InboxState::Recalled) {
            message.kind = item.kind;
            message.message = item.message;
            message.derived_from = item.derived_from;
            message.created = item.created;
            message.is_withdrawn = true;
        } else {
            const auto text = inbox_text(txn, device, item.number);
            if (!text) {
                const std::string place = "inbox " + std::to_string(item.number.value);
                CHAPAR_TRY(pass_over(output, place, text.error()));
                continue;
            }
            const MessageId first = CHAPAR_TRY(first_of(txn, item));
            const auto now =
                with_corrections(text->content.payload, known.of(first, author.office));
            message = read_lookout(author, text->header, now.payload);
        }
        message.is_believed = is_believed(item);
        message.number = item.number.value;
        out.push_back(std::move(message));
    }
    return Done{};
}

// What this device said itself counts as soon as it is in the outbox, unless it was refused.
Status add_sent(const Output& output, const storage::ReadTxn& txn, const Device& device,
                const Corrections& known, std::vector<LookoutMessage>& out) {
    for (const OutboxItem& item : CHAPAR_TRY(outbox_items(txn))) {
        if (!is_lookout_kind(item.kind) || item.stage == schemas::Stage::Refused) continue;
        const auto draft = stored_draft(txn, device, item.number);
        if (!draft) {
            const std::string place = "outbox " + std::to_string(item.number.value);
            CHAPAR_TRY(pass_over(output, place, draft.error()));
            continue;
        }
        const MessageId first = CHAPAR_TRY(first_of(txn, item));
        const auto now = with_corrections(draft->content.payload, known.of(first, device.office));
        LookoutMessage message =
            read_lookout({device.agency, device.office}, draft->header, now.payload);
        message.number = item.number.value;
        message.is_sent = true;
        message.is_withdrawn = CHAPAR_TRY(is_recalled(txn, item));
        out.push_back(std::move(message));
    }
    return Done{};
}

Result<Lookouts> known_lookouts(const Output& output, DeviceContext& context) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    const Device device = context.device();
    const Corrections known = CHAPAR_TRY(Corrections::read(*txn, device));
    std::vector<LookoutMessage> messages;
    CHAPAR_TRY(add_received(output, *txn, device, known, messages));
    CHAPAR_TRY(add_sent(output, *txn, device, known, messages));
    return judge_lookouts(std::move(messages), context.now());
}

std::string_view name_of(schemas::Kind kind) {
    const schemas::KindInfo* const info = schemas::find_kind(kind);
    return info != nullptr ? info->name : "";
}

std::string place_of(const LookoutMessage& message) {
    return (message.is_sent ? "out " : "in ") + std::to_string(message.number);
}

json::object json_of(const LookoutMessage& message) {
    json::object out{
        {"number", message.number},        {"sent", message.is_sent},
        {"kind", name_of(message.kind)},   {"message", uuid_text(message.message.view())},
        {"office", message.office.text()}, {"agency", message.agency.text()},
        {"created", utc(message.created)}, {"in_doubt", !message.is_believed}};
    if (!message.action.empty()) out["action"] = message.action;
    if (!message.target.empty()) out["target"] = message.target;
    return out;
}

// The newest that are shown: whoever finds or cancels may say so any number of times.
std::span<const std::size_t> newest(const Outcomes& outcomes) {
    constexpr std::size_t kShown = 32;
    return std::span(outcomes).last(std::min(outcomes.size(), kShown));
}

void add_outcomes(json::object& out, const std::string& name, const Lookouts& lookouts,
                  const Outcomes& outcomes) {
    json::array shown;
    for (const std::size_t place : newest(outcomes)) {
        shown.push_back(json_of(lookouts.outcomes[place]));
    }
    if (shown.size() < outcomes.size()) out[name + "_older"] = outcomes.size() - shown.size();
    out[name] = std::move(shown);
}

json::object json_of(const Lookouts& lookouts, const Lookout& lookout) {
    json::object out = json_of(lookout.order);
    out["state"] = text_of(lookout.state);
    if (lookout.order.until != TimeMs()) {
        out["from"] = utc(lookout.order.from);
        out["until"] = utc(lookout.order.until);
    }
    json::array copies;
    for (const LookoutMessage& copy : lookout.copies) copies.push_back(json_of(copy));
    out["copies"] = std::move(copies);
    add_outcomes(out, "hits", lookouts, lookout.hits);
    add_outcomes(out, "cancels", lookouts, lookout.cancels);
    add_outcomes(out, "disputed_cancels", lookouts, lookout.disputed);
    return out;
}

// What happened to it, a line each.
std::string lines_under(const Lookouts& lookouts, const Lookout& lookout) {
    std::string out;
    const auto add_line = [&out](const std::string& line) {
        out += (out.empty() ? "    " : "\n    ") + line;
    };
    const auto add = [&](const std::string& what, const Outcomes& outcomes) {
        const auto shown = newest(outcomes);
        if (shown.size() < outcomes.size()) {
            add_line(what + ": " + std::to_string(outcomes.size() - shown.size()) + " older");
        }
        for (const std::size_t place : shown) {
            const LookoutMessage& message = lookouts.outcomes[place];
            add_line(what + " by " + message.office.text() + ", " + utc(message.created) + " (" +
                     place_of(message) + ")" + (message.is_believed ? "" : ", in doubt") +
                     (message.target.empty() ? "" : ": " + message.target));
        }
    };
    add("hit", lookout.hits);
    add("cancelled", lookout.cancels);
    add("disputed cancel (of another agency, or with a key in doubt)", lookout.disputed);
    if (!lookout.order.is_believed) {
        add_line("in doubt: its author's key or agency is not confirmed");
    }
    return out;
}

std::vector<TextColumn> columns() {
    return {{"", 0}, {"state", 0}, {"action", 0}, {"target", 60}, {"until", 0}, {"office", 0}};
}

TableRow row_of(const Lookouts& lookouts, const Lookout& lookout) {
    const LookoutMessage& order = lookout.order;
    return {json_of(lookouts, lookout),
            {place_of(order), std::string(text_of(lookout.state)), order.action, order.target,
             order.until == TimeMs() ? "" : utc(order.until), order.office.text()},
            lines_under(lookouts, lookout)};
}

Status list(Invocation& invocation, bool active) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const Lookouts lookouts = CHAPAR_TRY(known_lookouts(invocation.output, *context));
    Table table(invocation.output, columns());
    for (const Lookout& lookout : lookouts.all) {
        if (!active || is_in_force(lookout.state)) table.add(row_of(lookouts, lookout));
    }
    table.print();
    for (const std::size_t place : lookouts.unanswered) {
        if (active) break;
        const LookoutMessage& message = lookouts.outcomes[place];
        json::object out = json_of(message);
        out["lookout_not_here"] = true;
        invocation.output.result(out, place_of(message) + "  " +
                                          std::string(name_of(message.kind)) + " by " +
                                          message.office.text() + " of a lookout that is not here");
    }
    return Done{};
}

struct Asked {
    const char* option;
    TargetField field;
    const char* description;
};
constexpr std::array kAsked{
    Asked{"--container", TargetField::Container, "container number"},
    Asked{"--plate", TargetField::Plate, "number plate"},
    Asked{"--vin", TargetField::Vin, "vehicle identification number"},
    Asked{"--vessel", TargetField::Vessel, "name, IMO number or MMSI of a vessel"},
    Asked{"--flight", TargetField::Flight, "flight number"},
    Asked{"--wagon", TargetField::Wagon, "wagon number"},
    Asked{"--person", TargetField::Person, "name, in any script that the lookout has"},
    Asked{"--document", TargetField::Document, "number of an identity document"},
    Asked{"--company", TargetField::Company, "name of a company"},
};
using Seen = std::array<std::string, kAsked.size()>;

Likeness best_likeness(const Lookout& lookout, const Seen& seen) {
    Likeness best = Likeness::None;
    for (std::size_t i = 0; i < kAsked.size(); ++i) {
        if (seen[i].empty()) continue;
        for (const TargetKey& key : lookout.order.keys) {
            if (key.field == kAsked[i].field) best = std::max(best, likeness(key, seen[i]));
        }
    }
    return best;
}

Status check(Invocation& invocation, const Seen& seen) {
    if (std::ranges::all_of(seen, &std::string::empty)) {
        return Error(Errc::Usage, "--container, --plate, --person, ..: what was seen");
    }
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const Lookouts lookouts = CHAPAR_TRY(known_lookouts(invocation.output, *context));
    std::size_t in_force = 0, found = 0;
    Table table(invocation.output, columns());
    for (const Lookout& lookout : lookouts.all) {
        if (!is_in_force(lookout.state)) continue;
        ++in_force;
        const Likeness best = best_likeness(lookout, seen);
        if (best == Likeness::None) continue;
        ++found;
        TableRow row = row_of(lookouts, lookout);
        row.object["match"] = best == Likeness::Same ? "same" : "near";
        if (best == Likeness::Near) {
            row.under = "    one character differs: look again, it may be misread" +
                        (row.under.empty() ? "" : "\n" + row.under);
        }
        table.add(std::move(row));
    }
    table.print();
    if (found == 0) {
        invocation.output.result(
            json::object{{"match", "none"}, {"in_force", in_force}},
            "none of the " + std::to_string(in_force) + " lookouts in force on this computer");
    }
    return Done{};
}

}  // namespace

void add_lookout_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* lookout = app.add_subcommand("lookout", "what is being looked out for");
    lookout->require_subcommand(1);
    auto active = std::make_shared<bool>(false);
    CLI::App* all = add_command(*lookout, "ls", "every lookout, with its state, hits and cancels",
                                "chapar lookout ls --active --home ~/hairatan");
    all->add_flag("--active", *active, "those in force now: ACTIVE and HIT");
    invocation.on(all, [&invocation, active] { return list(invocation, *active); });
    auto seen = std::make_shared<Seen>();
    CLI::App* one = add_command(*lookout, "check", "whether what was seen is looked out for",
                                "chapar lookout check --container CSQU3054383 --home ~/hairatan");
    for (std::size_t i = 0; i < kAsked.size(); ++i) {
        one->add_option(kAsked[i].option, (*seen)[i], kAsked[i].description);
    }
    invocation.on(one, [&invocation, seen] { return check(invocation, *seen); });
}

}  // namespace chapar::client
