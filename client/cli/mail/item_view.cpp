#include "client/cli/mail/item_view.h"

#include <chrono>
#include <cstdio>

#include "client/core/attachment_name.h"
#include "schemas/base/hex.h"
#include "schemas/base/uuid.h"
#include "schemas/kinds.h"

namespace chapar::client {
namespace {
namespace json = boost::json;

std::string_view kind_name(schemas::Kind kind) {
    const schemas::KindInfo* info = schemas::find_kind(kind);
    return info ? info->name : "unknown kind";
}

// With the time of the newest cosignature; null while no quorum has signed.
void add_witnessed(json::object& object, const WitnessState& witnessed) {
    if (witnessed.stage == WitnessStage::NoReceipt) return;
    const bool all = witnessed.stage == WitnessStage::Witnessed;
    object["witnessed"] = all ? json::value(utc(witnessed.time)) : json::value(nullptr);
    if (witnessed.stage == WitnessStage::Late) object["receipt_late"] = true;
}

json::array offices_of(const OutboxItem& item, bool witnessed) {
    json::array out;
    for (const OutboxOffice& office : item.offices) {
        const bool raised = witnessed && office.stage == schemas::Stage::Logged;
        json::object object{
            {"office", office.office.text()},
            {"state", schemas::text_of(raised ? schemas::Stage::Witnessed : office.stage)}};
        if (office.at) object["entry"] = office.at->value;
        out.push_back(std::move(object));
    }
    return out;
}

void add_problem(json::object& item, std::string& text, const OutboxProblem& problem) {
    if (problem.code.empty()) return;
    json::object object{{"code", problem.code}};
    text += "  " + problem.code;
    if (!problem.rule.empty()) {
        object["rule"] = problem.rule;
        object["policy"] = to_hex(problem.policy.view());
        text += " (rule " + problem.rule + ")";
    }
    if (!problem.context.empty()) {
        object["context"] = problem.context;
        text += " (" + problem.context + ")";
    }
    item["problem"] = std::move(object);
}

ItemView row_of(json::object object, const std::vector<TextColumn>& columns,
                std::vector<std::string> cells) {
    TextColumns one(columns);
    one.fit(cells);
    ShownText text = one.row(cells);
    return {std::move(object), std::move(cells), std::move(text)};
}

}  // namespace

std::string utc(TimeMs time) {
    using namespace std::chrono;
    const sys_time<milliseconds> point{milliseconds(static_cast<std::int64_t>(time.value))};
    const auto day = floor<days>(point);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<seconds>(point - day));
    char out[32];
    std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return out;
}

std::vector<TextColumn> outbox_columns() {
    return {{"#", 0, Side::Left, 4},
            {"kind", 0, Side::Left, 18},
            {"state", 0, Side::Left, 17},
            {"offices"}};
}

std::vector<TextColumn> inbox_columns() {
    return {{"#", 0, Side::Left, 4},
            {"urgency", 0, Side::Left, 8},
            {"kind", 0, Side::Left, 18},
            {"from", 0, Side::Left, 13},
            {"state", 0, Side::Left, 12},
            {"written", 0, Side::Left, 20},
            {"standing"}};
}

ItemView view_of(const OutboxItem& item, const WitnessState& witnessed) {
    const bool all = witnessed.stage == WitnessStage::Witnessed;
    // Every entry of the envelope stands under a quorum: what is logged is witnessed.
    const auto stage_of = [all](schemas::Stage stage) {
        return all && stage == schemas::Stage::Logged ? schemas::Stage::Witnessed : stage;
    };
    const auto kind = static_cast<schemas::Kind>(item.kind);
    json::object object{{"number", item.number.value},
                        {"message", uuid_text(item.message.view())},
                        {"kind", kind_name(kind)},
                        {"state", schemas::text_of(stage_of(item.stage))},
                        {"envelope", to_hex(item.hash.view())},
                        {"case", to_hex(item.case_id.view())},
                        {"created", utc(item.created)},
                        {"offices", offices_of(item, all)}};
    add_witnessed(object, witnessed);
    if (item.entry) object["entry"] = item.entry->value;
    std::string offices;
    for (const OutboxOffice& office : item.offices) {
        offices += (offices.empty() ? "" : " ") + office.office.text() + ":" +
                   std::string(schemas::text_of(stage_of(office.stage)));
    }
    if (witnessed.stage == WitnessStage::Late) offices += "  receipt.late";
    add_problem(object, offices, item.problem);
    return row_of(std::move(object), outbox_columns(),
                  {"#" + std::to_string(item.number.value), std::string(kind_name(kind)),
                   std::string(schemas::text_of(stage_of(item.stage))), std::move(offices)});
}

ItemView view_of(const InboxItem& item, const WitnessState& witnessed) {
    json::object object{{"number", item.number.value},
                        {"message", uuid_text(item.message.view())},
                        {"kind", kind_name(item.kind)},
                        {"state", text_of(item.state)},
                        {"envelope", to_hex(item.hash.view())},
                        {"case", to_hex(item.case_id.view())},
                        {"from", item.sender_office.text()},
                        {"agency", item.sender_agency.text()},
                        {"urgency", schemas::text_of(item.urgency)},
                        {"classification", schemas::text_of(item.classification)},
                        {"created", utc(item.created)},
                        {"entry", item.accepted.value}};
    add_witnessed(object, witnessed);
    std::string standing = "entry " + std::to_string(item.accepted.value);
    if (item.attachments > 0) {
        object["attachments"] = item.attachments;
        standing += "  +" + std::to_string(item.attachments) + " attached";
    }
    if (item.sent_again) {
        object["sent_again"] = item.sent_again->value;
        standing += "  sent again: #" + std::to_string(item.sent_again->value);
    }
    if (witnessed.stage == WitnessStage::Witnessed) standing += "  witnessed";
    if (witnessed.stage == WitnessStage::Late) standing += "  receipt.late";
    if (item.disputed) {
        object["disputed"] = true;
        standing += "  disputed";
    }
    if (!item.problem.empty()) {
        object["problem"] = item.problem;
        standing += "  " + item.problem;
    }
    return row_of(
        std::move(object), inbox_columns(),
        {"#" + std::to_string(item.number.value), std::string(schemas::text_of(item.urgency)),
         std::string(kind_name(item.kind)), item.sender_office.text(),
         std::string(text_of(item.state)), utc(item.created), std::move(standing)});
}

Result<ItemView> view_in(const storage::ReadTxn& txn, const OutboxItem& item) {
    return view_of(item, CHAPAR_TRY(witness_state(txn, item.hash)));
}

Result<ItemView> view_in(const storage::ReadTxn& txn, const InboxItem& item) {
    return view_of(item, CHAPAR_TRY(witness_state(txn, item.hash)));
}

}  // namespace chapar::client
