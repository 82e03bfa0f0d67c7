#include "client/cli/cases/feedback_commands.h"

#include <CLI/CLI.hpp>
#include <limits>

#include "client/cases/feedback.h"
#include "client/cli/device/device_context.h"
#include "client/cli/mail/item_view.h"
#include "client/cli/mail/send_dispatch.h"
#include "client/cli/terminal/passed_over.h"
#include "client/cli/terminal/table.h"
#include "client/core/compose.h"
#include "schemas/base/uuid.h"
#include "schemas/delivery_state.h"
#include "schemas/kinds/code_lists.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

using schemas::Kind;

constexpr std::uint64_t kNotLogged = std::numeric_limits<std::uint64_t>::max();

const schemas::CodeFile& outcomes() {
    const schemas::CodeFile* const list = schemas::find_codes("outcomes");
    CHAPAR_ASSERT(list != nullptr);
    return *list;
}

// "LED_TO_CASE"; the number of one that a newer list has.
std::string code_of(std::uint8_t outcome) {
    const schemas::CodeRow* const row = outcomes().find(std::uint64_t{outcome});
    return row != nullptr ? std::string(row->code) : "#" + std::to_string(outcome);
}

std::string label_of(const Invocation& invocation, std::uint8_t outcome) {
    const schemas::CodeRow* const row = outcomes().find(std::uint64_t{outcome});
    return row != nullptr ? std::string(schemas::label_of(*row, invocation.language))
                          : code_of(outcome);
}

// "led-to-case" as well.
const schemas::CodeRow* outcome_named(std::string text) {
    std::ranges::replace(text, '-', '_');
    return outcomes().find(text);
}

// What others may find useful: no answers, and nothing that steers messages.
bool can_be_useful(Kind kind) { return kind != Kind::InfoReply && kind < Kind::Recall; }

struct Known {
    std::vector<Told> told;
    std::vector<FeedbackWord> words;
};

void add_word(Known& known, const schemas::Header& header, const schemas::Payload& payload,
              FeedbackWord word) {
    const auto* const reply = std::get_if<schemas::InfoReply>(&payload);
    if (reply == nullptr || reply->outcome == 0 || !header.in_reply_to) return;
    word.about = *header.in_reply_to;
    word.outcome = reply->outcome;
    word.arrests = reply->arrests;
    word.sentence = reply->answer;
    word.time = header.created;
    known.words.push_back(std::move(word));
}

Status add_received(const Output& output, const storage::ReadTxn& txn, const Device& device,
                    Known& known) {
    for (const InboxItem& item : CHAPAR_TRY(inbox_items(txn))) {
        if (!is_settled(item) || item.disputed) continue;
        if (can_be_useful(item.kind)) {
            known.told.push_back({item.sender_office, item.message, {device.office}});
        }
        if (item.kind != Kind::InfoReply) continue;
        const auto text = inbox_text(txn, device, item.number);
        if (!text) {
            const std::string place = "inbox " + std::to_string(item.number.value);
            CHAPAR_TRY(pass_over(output, place, text.error()));
            continue;
        }
        FeedbackWord word{device.office, item.sender_office};
        word.place = item.accepted.value;
        add_word(known, text->header, text->content.payload, std::move(word));
    }
    return Done{};
}

Status add_sent(const Output& output, const storage::ReadTxn& txn, const Device& device,
                Known& known) {
    for (const OutboxItem& item : CHAPAR_TRY(outbox_items(txn))) {
        if (item.stage == schemas::Stage::Refused) continue;
        if (can_be_useful(item.kind) && item.stage == schemas::Stage::Logged) {
            Told told{device.office, item.message, {}};
            for (const OutboxOffice& office : item.offices) told.offices.insert(office.office);
            known.told.push_back(std::move(told));
        }
        if (item.kind != Kind::InfoReply) continue;
        const auto draft = stored_draft(txn, device, item.number);
        if (!draft) {
            const std::string place = "outbox " + std::to_string(item.number.value);
            CHAPAR_TRY(pass_over(output, place, draft.error()));
            continue;
        }
        for (const OfficeId& to : draft->to) {
            FeedbackWord word{to, device.office};
            word.place = item.entry ? item.entry->value : kNotLogged;
            add_word(known, draft->header, draft->content.payload, std::move(word));
        }
    }
    return Done{};
}

Result<Known> known_feedback(const Output& output, DeviceContext& context) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    const Device device = context.device();
    Known known;
    CHAPAR_TRY(add_received(output, *txn, device, known));
    CHAPAR_TRY(add_sent(output, *txn, device, known));
    known.words = newest_words(std::move(known.words));
    return known;
}

Status list(Invocation& invocation) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const Known known = CHAPAR_TRY(known_feedback(invocation.output, *context));
    Table table(invocation.output,
                {{"message"}, {"of"}, {"says"}, {"outcome"}, {"arrests"}, {"when"}});
    for (const FeedbackWord& word : known.words) {
        json::object out{{"message", uuid_text(word.about.view())},
                         {"sender", word.sender.text()},
                         {"from", word.from.text()},
                         {"outcome", code_of(word.outcome)},
                         {"text", word.sentence},
                         {"time", utc(word.time)}};
        if (word.arrests) out["arrests"] = *word.arrests;
        table.add({std::move(out),
                   {uuid_text(word.about.view()), word.sender.text(), word.from.text(),
                    label_of(invocation, word.outcome),
                    word.arrests ? std::to_string(*word.arrests) : "", utc(word.time)},
                   word.sentence.empty() ? "" : "    " + word.sentence});
    }
    table.print();
    return Done{};
}

Status figures(Invocation& invocation) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const Known known = CHAPAR_TRY(known_feedback(invocation.output, *context));
    Table table(invocation.output, {{"sender"},
                                    {"messages", 0, Side::Right},
                                    {"could answer", 0, Side::Right},
                                    {"answered", 0, Side::Right},
                                    {"arrests", 0, Side::Right},
                                    {"outcomes"}});
    for (const auto& [sender, sums] : figures_of(known.told, known.words)) {
        json::object counts;
        std::string text;
        for (const auto& [outcome, count] : sums.outcomes) {
            counts[code_of(outcome)] = count;
            text += (text.empty() ? "" : ", ") + label_of(invocation, outcome) + ": " +
                    std::to_string(count);
        }
        table.add({json::object{{"sender", sender.text()},
                                {"messages", sums.messages},
                                {"answerable", sums.answerable},
                                {"answered", sums.answered},
                                {"arrests", sums.arrests},
                                {"outcomes", std::move(counts)}},
                   {sender.text(), std::to_string(sums.messages), std::to_string(sums.answerable),
                    std::to_string(sums.answered), std::to_string(sums.arrests), text},
                   ""});
    }
    table.print();
    return Done{};
}

struct GiveArguments {
    std::uint64_t number = 0;
    std::string outcome, text;
    std::optional<std::uint32_t> arrests;
};

Result<Draft> draft_of(DeviceContext& context, const GiveArguments& given) {
    const auto txn = CHAPAR_TRY(context.store().begin_read());
    const InboxItem item = CHAPAR_TRY(inbox_item(*txn, InboxNumber(given.number)));
    if (item.state == InboxState::Provisional) return Error(Errc::Provisional, "inbox item");
    if (!can_be_useful(item.kind)) {
        return Error(Errc::Usage, "an answer or a recall is of no use to anybody");
    }
    const schemas::CodeRow* const row = outcome_named(given.outcome);
    if (row == nullptr) return Error(Errc::FieldInvalid, "outcome: " + outcomes().allowed());
    const bool nothing = row->code == "NOT_USEFUL" || row->code == "DUPLICATE";
    if (nothing && given.arrests) {
        return Error(Errc::FieldInvalid, "--arrests: only where something came of it");
    }
    schemas::InfoReply reply;
    reply.result = nothing ? schemas::ReplyResult::NotFound : schemas::ReplyResult::Found;
    reply.outcome = static_cast<std::uint8_t>(row->number);
    reply.arrests = given.arrests;
    reply.answer = given.text.empty() ? std::string(row->en) : given.text;
    Draft draft;
    draft.payload = std::move(reply);
    draft.options.to = {item.sender_office};
    draft.options.case_id = item.case_id;
    draft.options.classification = item.classification;
    draft.options.in_reply_to = item.message;
    draft.options.urgency = schemas::Urgency::Routine;
    return draft;
}

Status give(Invocation& invocation, const GiveArguments& given) {
    const auto context = CHAPAR_TRY(DeviceContext::open(invocation));
    const Draft draft = CHAPAR_TRY(draft_of(*context, given));
    const auto numbers = CHAPAR_TRY(context->keep_drafts({&draft, 1}));
    return dispatch(invocation, *context, numbers);
}

}  // namespace

void add_feedback_commands(CLI::App& app, Invocation& invocation) {
    CLI::App* feedback =
        app.add_subcommand("feedback", "what came of a message: told to its sender, and counted");
    feedback->require_subcommand(1);
    auto given = std::make_shared<GiveArguments>();
    CLI::App* one = add_command(*feedback, "give",
                                "tell the sender what came of a message; the newest word counts",
                                "chapar feedback give 3 led-to-arrests --arrests 2 --home ~/skb");
    one->add_option("number", given->number, "its number in the inbox")->required();
    one->add_option("outcome", given->outcome,
                    "useful, not-useful, duplicate, used, led-to-case, led-to-seizure, "
                    "led-to-arrests: codes show outcomes")
        ->required();
    one->add_option("--arrests", given->arrests, "so far, in all");
    one->add_option("--text", given->text, "in your own words");
    invocation.on(one, [&invocation, given] { return give(invocation, *given); });
    CLI::App* all =
        add_command(*feedback, "ls", "the newest word of each office about each message",
                    "chapar feedback ls --home ~/npj");
    invocation.on(all, [&invocation] { return list(invocation); });
    CLI::App* sums = add_command(*feedback, "stats", "outcomes per sender, own messages too",
                                 "chapar feedback stats --home ~/npj");
    invocation.on(sums, [&invocation] { return figures(invocation); });
}

}  // namespace chapar::client
